import { PROCESSES, SHOW } from "./common.ts";

/**
 * Starts a job, or finds the one that has the id. Arguments: the directory of all jobs, the id, a word that no other
 * start has, the file of the input, the limit in seconds, the command's PATH, `LAUNCH`, `RUN`, the script that ends a
 * tree, how many pieces the description has, these, the command.
 *
 * `mkdir` is the lock. It answers `new` or `old` and the journal, or `failed` and how many KiB are free. The pipe at
 * descriptor 3 ends when the command has been noted, or will never be.
 */
export const START: string = `${PROCESSES}${SHOW}
_sbx_d=$1/$2 _sbx_jobs=$1 _sbx_id=$2 _sbx_nonce=$3 _sbx_i=$4 _sbx_t=$5
_sbx_p=$6 _sbx_l=$7 _sbx_run=$8 _sbx_tree=$9 _sbx_bad= _sbx_n=\${10}
shift 10
_sbx_fail() {
  set -- "$1" $(LC_ALL=C df -Pk "$_sbx_jobs" 2>/dev/null | tail -n 1)
  [ -z "$_sbx_i" ] || rm -f -- "$_sbx_i"
  [ -z "$1" ] || rm -rf -- "$_sbx_d"
  echo "failed $5"
  exit
}
mkdir -p -- "$_sbx_jobs" || _sbx_fail ''
if ! mkdir -m 700 -- "$_sbx_d"; then
  [ -d "$_sbx_d" ] || [ -L "$_sbx_d" ] || _sbx_fail ''
  _sbx_whole command
  _sbx_read started
  case $_sbx_v in *" $_sbx_nonce") ;; *) [ -z "$_sbx_i" ] || rm -f -- "$_sbx_i" ;; esac
  echo old
  _sbx_show "$_sbx_id"
  exit
fi
echo "$(date +%s) $_sbx_nonce" >"$_sbx_d/started" || _sbx_bad=1
while [ "$_sbx_n" -gt 0 ]; do
  printf %s "$1" || _sbx_bad=1
  shift
  _sbx_n=$((_sbx_n - 1))
done >"$_sbx_d/command.new" || _sbx_bad=1
for _sbx_f in runner.new pid.new exit.new; do
  printf '%119s\\n' '' >"$_sbx_d/$_sbx_f" || _sbx_bad=1
done
true >"$_sbx_d/stdout" || _sbx_bad=1
true >"$_sbx_d/stderr" || _sbx_bad=1
[ -z "$_sbx_bad" ] && mv -- "$_sbx_d/command.new" "$_sbx_d/command" || _sbx_fail own
_sbx_m=tree
! command -v setsid >/dev/null 2>&1 || _sbx_m=group
set -- /bin/sh -c "$_sbx_run" sh "$_sbx_d" $_sbx_m "$_sbx_t" "$_sbx_p" "$_sbx_i" "$_sbx_l" "$_sbx_tree" "$@"
[ $_sbx_m = tree ] || set -- setsid "$@"
[ "$("$@" 3>&1 </dev/null >/dev/null 2>&1 &)" = up ] || _sbx_fail own
echo new
_sbx_show "$_sbx_id"
`;

/**
 * Notes in the directory of the account that finds jobs where one of another account lies. It runs in that account's
 * home. Arguments: the id, the journal's directory. It answers `ok`, `taken` or `failed`.
 */
export const CLAIM: string = `
_sbx_seen() {
  if [ -L "$1" ]; then
    case "$(ls -ld -- "$1")" in *" -> $2") echo ok ;; *) echo taken ;; esac
  elif [ -e "$1" ]; then
    echo taken
  else
    return 1
  fi
}
mkdir -p .kruise/jobs && cd .kruise/jobs || { echo failed; exit; }
_sbx_seen "$1" "$2" && exit
if ln -s -- "$2" "$1" && [ ! -L "$1" ]; then rm -f -- "$1/$1"; fi
_sbx_seen "$1" "$2" || echo failed
`;
