#!/usr/bin/env bash
# Workload W1 on COB and on Restate (Go SDK, fsync on), in turns, in one run.
# Usage: spec/bench/restate.sh [rounds]. Needs Go and npm; everything goes to a temporary folder; every process it starts is ended.
set -euo pipefail
cd "$(dirname "$0")/../.."
rounds=${1:-3}
dir=$(mktemp -d)
server= worker=
finish() {
  for pid in $server $worker; do kill "$pid" 2>/dev/null || true; done
  for pid in $server $worker; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$dir"
}
trap finish EXIT

go build -o "$dir/cob" ./cmd/cob
(cd spec/bench/restate && go build -o "$dir/worker" .)
npm install --silent --no-audit --no-fund --prefix "$dir/npm" @restatedev/restate-server@1.7.12 >/dev/null
restate=$(ls -d "$dir"/npm/node_modules/@restatedev/restate-server-*/bin/restate-server)

RESTATE_BASE_DIR="$dir/data" RESTATE_DISABLE_TELEMETRY=true DO_NOT_TRACK=1 RESTATE_LOG_FILTER=error RESTATE_NODE_NAME=n1 \
  RESTATE_BIND_IP=127.0.0.1 RESTATE_ADVERTISED_HOST=127.0.0.1 "$restate" --no-logo >"$dir/server.log" 2>&1 &
server=$!
"$dir/worker" >"$dir/worker.log" 2>&1 &
worker=$!
for _ in $(seq 100); do
  if curl -sf -H 'Content-Type: application/json' -d '{"uri":"http://127.0.0.1:9080","force":true}' http://127.0.0.1:9070/deployments >/dev/null; then
    ready=1
    break
  fi
  sleep 0.2
done
if [ -z "${ready:-}" ]; then
  echo "the peer did not start:"
  tail -5 "$dir/server.log" "$dir/worker.log"
  exit 1
fi
"$dir/cob" bench w1 --rounds "$rounds" --clients 16,128,512 --peer http://127.0.0.1:8080/Order/Run
