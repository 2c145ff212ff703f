# Sourced: starts a stack in memory with the demo shop, on free ports, and stops it at the end. `$work` is a directory for
# whatever is made, `$api` the HTTP API's address. With `papers=yes` it typesets: else every paper is answered 503.

work=$(mktemp -d)
stack=
typesetter=()
clean_up() {
  [ -z "$stack" ] || { kill "$stack" 2>/dev/null && wait "$stack" || true; }
  rm -rf "$work"
}
trap clean_up EXIT

# A template beside no project of its own keeps its state beside itself: nobody's local stack is touched.
cp template.yaml "$work/template.yaml"
# With the features of the tests: what they built is used again.
cargo build --quiet --workspace --bins --tests
if [ "${papers:-}" = yes ]; then
  typesetter=(--papers "$(.ci/typesetter)")
fi
"${CARGO_TARGET_DIR:-target}/debug/orderly-local" run --template "$work/template.yaml" \
  --binaries "${CARGO_TARGET_DIR:-target}/debug" --in-memory \
  --api-port 0 --invoke-port 0 --console-port 0 --warehouse-port 0 --services-port 0 --shop-port 0 --stripe-port 0 "${typesetter[@]}" >"$work/stack.log" 2>&1 &
stack=$!

# What the banner says: an address, or a key. What it does not say is an error.
said() { sed -n "s/^ *$1  *//p" "$work/stack.log" | grep . || { echo "   the banner has no line '$1'" >&2; return 1; }; }
touch "$work/stack.log"
until said "Service's API key" >/dev/null 2>&1; do
  kill -0 "$stack" 2>/dev/null || { cat "$work/stack.log" >&2; exit 1; }
  sleep 0.2
done
api=$(said "HTTP API")
