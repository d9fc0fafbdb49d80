#!/usr/bin/env bash
# Two servers behind nginx and a Dask cluster of two workers, all on this machine; Ctrl+C or SIGTERM ends them all.
#
#   deploy/up.sh            then open http://127.0.0.1:8700
#
# PORT (8700), and the three after it, are used. PYTHON is the interpreter (.venv/bin/python). On several machines run
# the same commands there, with the machines' addresses in nginx.conf and in DASK_SCHEDULER_ADDRESS.
set -euo pipefail
cd "$(dirname "$0")/.."

PYTHON=${PYTHON:-.venv/bin/python}
PORT=${PORT:-8700}
FIRST=$((PORT + 1)) SECOND=$((PORT + 2)) SCHEDULER=$((PORT + 3))
DIRECTORY=$(mktemp -d)
# One thread a process, or the processes would fight for the cores.
export OMP_NUM_THREADS=1 PYTHONPATH=$PWD DASK_SCHEDULER_ADDRESS=tcp://127.0.0.1:$SCHEDULER
# The same secret for all servers, so that a visitor whom nginx moves to another is still known there.
export STREAMLIT_SERVER_COOKIE_SECRET=${STREAMLIT_SERVER_COOKIE_SECRET:-$("$PYTHON" -c 'import secrets; print(secrets.token_hex(32))')}

started=()
begin() {
  "$@" &
  started+=($!)
}
finish() {
  trap - EXIT INT TERM
  kill "${started[@]}" 2>/dev/null || true
  wait || true
  rm -rf "$DIRECTORY"
}
trap finish EXIT
trap 'exit 0' INT TERM

answers() {
  "$PYTHON" - "$1" <<'CODE'
import sys, time, urllib.request
end = time.monotonic() + 60
while True:
    try:
        urllib.request.urlopen(sys.argv[1], timeout=5).close()
        break
    except OSError:
        if time.monotonic() > end:
            sys.exit(f"{sys.argv[1]} does not answer.")
        time.sleep(0.1)
CODE
}

begin "$PYTHON" -m distributed.cli.dask_scheduler --host 127.0.0.1 --port "$SCHEDULER" --no-dashboard --no-show
# Training stands behind the drawing of pages, which somebody waits for. On a machine of their own it changes nothing.
for _ in 1 2; do
  begin nice -n 19 "$PYTHON" -m distributed.cli.dask_worker "$DASK_SCHEDULER_ADDRESS" --nthreads 1 --no-dashboard --memory-limit 0
done
for port in "$FIRST" "$SECOND"; do
  begin "$PYTHON" -m streamlit.web.cli run playground/app.py --server.port "$port" --server.address 127.0.0.1
done
for port in "$FIRST" "$SECOND"; do
  answers "http://127.0.0.1:$port/_stcore/health"
done

sed -e "s|@DIRECTORY@|$DIRECTORY|g; s|@PORT@|$PORT|; s|@FIRST@|$FIRST|; s|@SECOND@|$SECOND|" \
  deploy/nginx.conf >"$DIRECTORY/nginx.conf"
begin nginx -p "$DIRECTORY" -c "$DIRECTORY/nginx.conf"
answers "http://127.0.0.1:$PORT/_stcore/health"
echo "Ready: http://127.0.0.1:$PORT"
# One that ends leaves the others at work: visitors are moved, slices done again. Starting it anew is systemd's trade.
wait
