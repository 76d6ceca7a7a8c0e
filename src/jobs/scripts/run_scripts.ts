import { GRACE_MS } from "../../process/end_tree.ts";
import { PROCESSES, PUT } from "./common.ts";

/**
 * Becomes the command: notes the pid, takes the files of the journal as output, and replaces itself. What cannot be
 * noted does not run. Arguments: the directory, the mode, the command's PATH (with `=` in front; empty: the daemon's),
 * the file of its input, the command.
 *
 * The shells above have SIGHUP, SIGINT and SIGQUIT ignored, which only GNU's `env` can undo for the command. Without a
 * session of its own it keeps them ignored, as with `nohup`.
 */
export const LAUNCH: string = `${PROCESSES}${PUT}
_sbx_d=$1
_sbx_self
_sbx_put pid "$_sbx_v $2" || exit 125
echo up >&3
exec 3>&- >>"$_sbx_d/stdout" 2>>"$_sbx_d/stderr"
if [ -n "$4" ]; then
  exec <"$4"
  rm -f -- "$4"
else
  exec </dev/null
fi
_sbx_e='case $1 in =*) PATH=\${1#=}; export PATH ;; esac; shift; exec "$@"'
_sbx_s=--default-signal=HUP,INT,QUIT
_sbx_m=$2
_sbx_p=$3
shift 4
set -- "$_sbx_p" "$@"
if [ "$_sbx_m" = group ] && env $_sbx_s true 2>/dev/null; then
  exec env $_sbx_s /bin/sh -c "$_sbx_e" sh "$@"
fi
eval "$_sbx_e"
`;

/**
 * Stays beside the command, in a session of its own, and notes how it ended, if the journal is still that of the job.
 * Arguments: the directory, the mode (`group` where there is `setsid`, else `tree`), the limit in seconds, the command's
 * PATH, the file of its input, `LAUNCH`, the script that ends a tree of processes, the command.
 */
export const RUN: string = `${PROCESSES}${PUT}
trap '' HUP
_sbx_d=$1 _sbx_m=$2 _sbx_t=$3 _sbx_tree=$7 _sbx_w= _sbx_why=- _sbx_sig=- _sbx_n=0
_sbx_self
_sbx_put runner "$_sbx_v" || exit 1
_sbx_p=$4 _sbx_i=$5 _sbx_l=$6
read -r _sbx_id <"$_sbx_d/started"
shift 7
set -- /bin/sh -c "$_sbx_l" sh "$_sbx_d" "$_sbx_m" "$_sbx_p" "$_sbx_i" "$@"
[ "$_sbx_m" = tree ] || set -- setsid "$@"
"$@" &
_sbx_p=$!
exec 3>&-
if [ -n "$_sbx_t" ]; then
  (
    _sbx_s=
    trap 'kill $_sbx_s; exit 0' TERM
    sleep "$_sbx_t" &
    _sbx_s=$!
    if ! wait $_sbx_s; then
      sleep $((\${_sbx_t%%.*} + 1)) &
      _sbx_s=$!
      wait $_sbx_s
    fi
    trap '' TERM
    /bin/sh -c "$_sbx_tree" sh ${GRACE_MS / 10} "f$_sbx_p"
    exit 9
  ) &
  _sbx_w=$!
fi
wait $_sbx_p
_sbx_c=$?
[ -z "$_sbx_i" ] || rm -f -- "$_sbx_i"
[ -f "$_sbx_d/pid" ] || exit 1
if [ -n "$_sbx_w" ]; then
  kill $_sbx_w
  wait $_sbx_w
  [ $? != 9 ] || _sbx_why=timeout
fi
if [ $_sbx_why = timeout ] || [ -f "$_sbx_d/killed" ]; then
  case $_sbx_c in 143) _sbx_sig=SIGTERM ;; 137) _sbx_sig=SIGKILL ;; esac
fi
read -r _sbx_v <"$_sbx_d/started"
[ "$_sbx_v" = "$_sbx_id" ] || exit 1
until _sbx_put exit "$_sbx_c $_sbx_sig $_sbx_why" || [ $_sbx_n -ge 600 ] || [ ! -d "$_sbx_d" ]; do
  sleep 1
  _sbx_n=$((_sbx_n + 1))
done
`;
