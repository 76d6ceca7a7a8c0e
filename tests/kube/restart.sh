#!/usr/bin/env bash
# Kills the API server of up.sh by its process id, as a crash would, and starts it again on the same store and port.
# With an argument, so many seconds later.
set -euo pipefail
cache=${K8S_CACHE:-$(dirname "$(mktemp -u)")/k8s-real}
run=$cache/run
pid=$(sed -n 's/ kube-apiserver$//p' "$run/pids")
exe=$(readlink "/proc/$pid/exe")
case "$exe" in */bin/kube-apiserver) ;; *) echo "the process $pid is not the API server: $exe" >&2; exit 1 ;; esac
mapfile -d '' -t command < "/proc/$pid/cmdline"
kill -9 "$pid"
while kill -0 "$pid" 2> /dev/null; do sleep 0.05; done
sleep "${1:-0}"
cd "$run"
nohup "${command[@]}" >> log/kube-apiserver.log 2>&1 < /dev/null &
sed -i "s/^$pid kube-apiserver$/$! kube-apiserver/" pids
sed -i "s/^\(K8S_PIDS=.*\)\b$pid\b/\1$!/" env
t=$SECONDS
until "$cache/bin/kubectl" --kubeconfig token.kubeconfig get --raw /readyz > /dev/null 2>&1; do
	[ $((SECONDS - t)) -lt 120 ] || { echo "the API server is not ready after 120 s" >&2; exit 1; }
	sleep 0.1
done
echo "restarted after $((SECONDS - t)) s"
