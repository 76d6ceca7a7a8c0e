/** Ends a process with its group: TERM, then KILL once the grace is over. Arguments: the pid, the grace in seconds. */
export const TREE: string = `
_sbx_to() { kill "-$1" "-$2" 2>/dev/null || kill "-$1" "$2" 2>/dev/null; }
_sbx_to TERM "$1"
_sbx_n=\${2%%.*}
_sbx_n=$((_sbx_n * 10 + 1))
while [ $_sbx_n -gt 0 ] && _sbx_to 0 "$1"; do
  sleep 0.1 2>/dev/null || { sleep 1; _sbx_n=$((_sbx_n - 9)); }
  _sbx_n=$((_sbx_n - 1))
done
_sbx_to KILL "$1"
`;
