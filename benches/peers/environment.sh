# Sourced by the scripts beside it: the environment of the peers, and adit in its release profile.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
env=${ADIT_PEERS_ENV:-$root/target/peers}
release=${CARGO_TARGET_DIR:-$root/target}/release

# Python packages always; R where it is there or can be installed. Without R its rows are missing and the table says so.
make_environment() {
  mkdir -p "$env"
  env=$(cd "$env" && pwd)
  if ! cmp -s "$here/requirements.txt" "$env/requirements.txt"; then
    python3 -m venv "$env/venv"
    "$env/venv/bin/pip" install --quiet --requirement "$here/requirements.txt"
    cp "$here/requirements.txt" "$env/requirements.txt"
  fi
  if ! has_r && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    { apt-get update -qq &&
      DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        r-base-core r-cran-pls libopenblas0-pthread; } >"$env/apt.log" 2>&1 || true
  fi
  has_r || echo "GNU R with the package pls is not there: its rows will be missing" >&2
}

has_r() { command -v Rscript >/dev/null && Rscript -e 'library(pls)' >/dev/null 2>&1; }

# The product, and the runner that is started as its own process.
build_runner() {
  cd "$root"
  cargo build --release
  runner=$(cargo bench --package adit-benches --bench peer_runner --no-run --message-format=json-render-diagnostics |
    "$env/venv/bin/python" -c '
import json, sys
print([m["executable"] for m in map(json.loads, sys.stdin) if m.get("executable")][-1])')
}

# Two threads for everybody; JAX in double precision, on the processor.
export OPENBLAS_NUM_THREADS=2 OMP_NUM_THREADS=2 RAYON_NUM_THREADS=2 JAX_ENABLE_X64=True JAX_PLATFORMS=cpu
export PYTHONWARNINGS=ignore PYTHONDONTWRITEBYTECODE=1
