/**
 * What the scripts of jobs share: POSIX `sh` and the utilities of any Unix. Their variables begin with `_sbx_`, because
 * one that a job has in its environment would be changed for the job too.
 *
 * A process is told from a later one with its pid by three words: the pid, when it was born (in ticks since the boot;
 * where there is no /proc, as `ps` says it), and the boot. A zombie does not live.
 */
export const PROCESSES: string = `
_sbx_boot=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null || echo -)
_sbx_born() {
  if [ -r /proc/self/stat ]; then
    set -- "$(cat "/proc/$1/stat" 2>/dev/null)"
    set -- \${1##*) }
    case $1 in [!ZX]*) echo "\${20}" ;; esac
  else
    LC_ALL=C ps -o lstart= -p "$1" | tr -s ' ' _
  fi
}
_sbx_self() { echo "$1 $(_sbx_born "$1") $_sbx_boot"; }
_sbx_lives() {
  set -f
  set -- $1
  case $1 in '' | 0* | 1 | *[!0-9]*) return 1 ;; esac
  [ -n "$2" ] && [ "$3" = "$_sbx_boot" ] && [ "$2" = "$(_sbx_born "$1")" ]
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
_sbx_line() {
  set -- "$(dd bs=240 count=1 2>/dev/null <"$1")"
  printf '%s\\n' "\${1%%
*}"
}
_sbx_read() { if [ -f "$_sbx_d/$1" ]; then _sbx_line "$_sbx_d/$1"; else echo; fi; }
_sbx_size() {
  set -- $(ls -ln -- "$_sbx_d/$1" 2>/dev/null)
  echo "\${5:-0}"
}
_sbx_state() {
  if [ -f "$_sbx_d/exit" ]; then
    _sbx_st=ended
  elif _sbx_lives "$(_sbx_read pid)" || _sbx_lives "$(_sbx_read runner)"; then
    _sbx_st=running
  elif [ -f "$_sbx_d/exit" ]; then
    _sbx_st=ended
  else
    _sbx_st=lost
  fi
}
_sbx_patience=20
_sbx_whole() {
  [ ! -f "$_sbx_d/$1" ] && [ -d "$_sbx_d" ] || return 0
  set -- "$1" $(_sbx_read started)
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
  echo "started $(_sbx_read started)"
  echo "stdout $(_sbx_size stdout)"
  echo "stderr $(_sbx_size stderr)"
  echo "state $_sbx_st"
  echo "pid $(_sbx_read pid)"
  echo "exit $(_sbx_read exit)"
  if [ -f "$_sbx_d/command" ]; then
    echo "command" $(wc -c <"$_sbx_d/command")
    cat -- "$_sbx_d/command"
    echo
  else
    echo "command 0"
    echo
  fi
}
`;
