import { PROCESSES, SHOW } from "./common.ts";

/** Looks at one job, if it is still the one that is meant. Arguments: the id, its line `started`. */
const FIND: string = `${PROCESSES}${SHOW}
cd .kruise/jobs 2>/dev/null || { echo gone; exit; }
_sbx_d=$1
[ -d "$_sbx_d" ] || [ -L "$_sbx_d" ] || { echo gone; exit; }
_sbx_read started
[ "$_sbx_v" = "$2" ] || { echo gone; exit; }
_sbx_state
`;

/**
 * Ends the command of a job, with all below it. Arguments: as above, then the grace in hundredths of a second and the
 * script that ends a tree. It answers `gone`, `ended`, `lost`, `killed`, `left` and the pids of what did not die, or
 * `garbled` where the job runs and its pid cannot be read.
 */
export const KILL: string = `${FIND}
_sbx_exited() {
  _sbx_n=50
  _sbx_read runner
  until [ -f "$_sbx_d/exit" ] || [ $_sbx_n -le 0 ] || ! _sbx_lives "$_sbx_v"; do
    sleep 0.1 2>/dev/null || { sleep 1; _sbx_n=$((_sbx_n - 9)); }
    _sbx_n=$((_sbx_n - 1))
  done
}
_sbx_a=$_sbx_st
if [ $_sbx_st = running ]; then
  _sbx_whole pid
  _sbx_read pid
  _sbx_p=$_sbx_v
  if _sbx_lives "$_sbx_p"; then
    true >"$_sbx_d/killed"
    _sbx_a=$(/bin/sh -c "$4" sh "$3" "f\${_sbx_p%% *}")
    case $_sbx_a in *" left "*) _sbx_a="left \${_sbx_a#* left }" ;; *) _sbx_a=killed ;; esac
    _sbx_exited
  else
    _sbx_a=garbled
    case $_sbx_p in [1-9]*" "*" "*) _sbx_exited ;; esac
    [ ! -f "$_sbx_d/exit" ] || _sbx_a=ended
  fi
fi
echo $_sbx_a
`;

/** Removes a job that does not run. It answers `gone`, `running`, `removed` or `failed`. */
export const REMOVE: string = `${FIND}
if [ $_sbx_st = running ]; then echo running; exit; fi
_sbx_r=$(cd -P -- "$_sbx_d" 2>/dev/null && pwd -P)
if [ -n "$_sbx_r" ]; then
  _sbx_t="\${_sbx_r%/*}/.removed-$1-$$"
  mv -- "$_sbx_r" "$_sbx_t" && rm -rf -- "$_sbx_t" || { echo failed; exit; }
fi
[ ! -L "$1" ] || rm -f -- "$1"
echo removed
`;
