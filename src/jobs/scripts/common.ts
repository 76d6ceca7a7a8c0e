/**
 * What the scripts of jobs share: POSIX `sh` and the utilities of any Unix. Their variables begin with `_sbx_`, because
 * one that a job has in its environment would be changed for the job too.
 *
 * A process is told from a later one with its pid by three words: the pid, when it was born (in ticks since the boot;
 * where there is no /proc, as `ps` says it), and the boot. A zombie does not live. The functions answer in variables:
 * `_sbx_b`, `_sbx_v`; a process for each of them would be most of the time that a script takes.
 */
export const PROCESSES: string = `
_sbx_boot=-
[ ! -r /proc/sys/kernel/random/boot_id ] || read -r _sbx_boot </proc/sys/kernel/random/boot_id
_sbx_born() {
  _sbx_b=
  if [ -r /proc/self/stat ]; then
    _sbx_x=
    [ ! -r "/proc/$1/stat" ] || while _sbx_y=; read -r _sbx_y || [ "$_sbx_y" ]; do
      _sbx_x="$_sbx_x$_sbx_y "
    done 2>/dev/null <"/proc/$1/stat"
    set -- \${_sbx_x##*)}
    case $1 in [!ZX]*) _sbx_b=\${20} ;; esac
  else
    _sbx_b=$(LC_ALL=C ps -o lstart= -p "$1" | tr -s ' ' _)
  fi
}
_sbx_self() {
  _sbx_born $$
  _sbx_v="$$ $_sbx_b $_sbx_boot"
}
_sbx_lives() {
  set -f
  set -- $1
  case $1 in '' | 0* | 1 | *[!0-9]*) return 1 ;; esac
  [ -n "$2" ] && [ "$3" = "$_sbx_boot" ] && _sbx_born "$1" && [ "$2" = "$_sbx_b" ]
}
`;

/** Writes a line of the journal at once: its room was taken before, so that it is written on a full disk too. */
export const PUT: string = `
_sbx_put() { printf '%-119s\\n' "$2" 1<>"$_sbx_d/$1.new" && mv -f -- "$_sbx_d/$1.new" "$_sbx_d/$1"; }
`;

/**
 * Reads the journal in a directory. `_sbx_show` prints it: lines of a word and a value, and at last how many bytes the
 * command has, and these. One that is half made, and not for long, gets 2 s to become whole.
 */
export const SHOW: string = `
_sbx_read() {
  _sbx_v=
  [ ! -f "$_sbx_d/$1" ] || IFS= read -r _sbx_v <"$_sbx_d/$1"
}
_sbx_size() {
  set -- $(ls -ln -- "$_sbx_d/$1" 2>/dev/null)
  _sbx_v=\${5:-0}
}
_sbx_state() {
  _sbx_st=running
  [ ! -f "$_sbx_d/exit" ] || _sbx_st=ended
  [ $_sbx_st = running ] || return 0
  for _sbx_f in pid runner; do
    _sbx_read $_sbx_f
    ! _sbx_lives "$_sbx_v" || return 0
  done
  _sbx_st=lost
  [ ! -f "$_sbx_d/exit" ] || _sbx_st=ended
}
_sbx_patience=20
_sbx_whole() {
  [ ! -f "$_sbx_d/$1" ] && [ -d "$_sbx_d" ] || return 0
  _sbx_read started
  set -- "$1" $_sbx_v
  case $2 in '' | 0* | *[!0-9]*) ;; *) [ $(($(date +%s) - $2)) -lt 10 ] || return 0 ;; esac
  until [ -f "$_sbx_d/$1" ] || [ "$_sbx_patience" -le 0 ]; do
    _sbx_patience=$((_sbx_patience - 1))
    sleep 0.1 2>/dev/null || { sleep 1; _sbx_patience=$((_sbx_patience - 9)); }
  done
}
_sbx_show() {
  _sbx_whole pid
  _sbx_state
  echo "job $1"
  echo "dir $(cd -P -- "$_sbx_d" 2>/dev/null && pwd -P)"
  for _sbx_f in stdout stderr; do
    _sbx_size $_sbx_f
    echo "$_sbx_f $_sbx_v"
  done
  echo "state $_sbx_st"
  for _sbx_f in started pid exit; do
    _sbx_read $_sbx_f
    printf '%s\\n' "$_sbx_f $_sbx_v"
  done
  _sbx_v=$(cat -- "$_sbx_d/command" 2>/dev/null)
  echo "command" $(printf %s "$_sbx_v" | wc -c)
  printf '%s\\n' "$_sbx_v"
}
`;
