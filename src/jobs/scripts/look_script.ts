import { PROCESSES, SHOW } from "./common.ts";

/**
 * Prints the journals of jobs, of all where none is named. Arguments: how many tenths of a second to wait for more of
 * the one job that is named, beyond which offset of `stdout` and of `stderr` (empty: whatever comes there), the ids. The
 * wait ends with more output, with the job, and with its directory. What is removed meanwhile is left out. It runs in
 * the home of the account that finds jobs.
 *
 * A job that is half made is waited for before its journal is captured, although `_sbx_show` does so, too: a capture is
 * a subshell, from which what was spent of `_sbx_patience` does not come back, so that each such job would cost as much
 * time as all of them may.
 */
export const LOOK: string = `${PROCESSES}${SHOW}
cd .kruise/jobs 2>/dev/null || exit 0
_sbx_w=$1 _sbx_o=$2 _sbx_e=$3
shift 3
[ $# -gt 0 ] || set -- *
_sbx_wait() (
  cd -P -- "$1" 2>/dev/null || return
  _sbx_n=0 _sbx_d=.
  while [ $_sbx_n -lt "$_sbx_w" ] && [ ! -f exit ] && [ -d "$2/$1" ]; do
    set -- "$1" "$2" $(ls -ln stderr stdout 2>/dev/null)
    [ "\${20}" = stdout ] || return
    [ -z "$_sbx_e" ] || [ "$7" -le "$_sbx_e" ] || return
    [ -z "$_sbx_o" ] || [ "\${16}" -le "$_sbx_o" ] || return
    case $_sbx_n in *0) _sbx_state; [ $_sbx_st = running ] || return ;; esac
    sleep 0.1 2>/dev/null || { sleep 1; _sbx_n=$((_sbx_n + 9)); }
    _sbx_n=$((_sbx_n + 1))
  done
)
for _sbx_id do
  _sbx_d=$_sbx_id
  [ -d "$_sbx_d" ] || [ -L "$_sbx_d" ] || continue
  [ "$_sbx_w" -le 0 ] || _sbx_wait "$_sbx_id" "$PWD"
  _sbx_whole pid
  _sbx_j=$(_sbx_show "$_sbx_id"; echo .)
  [ -d "$_sbx_d" ] || [ -L "$_sbx_d" ] || continue
  printf %s "\${_sbx_j%.}"
done
`;
