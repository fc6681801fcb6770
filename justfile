# Short names for what is done often. Everything works without `just` too: see .ci/run.

export CARGO_TERM_COLOR := "auto"

# List the recipes.
default:
    @just --list

# Everything that is checked before a change goes in.
check:
    .ci/run

# The tests; `just test formats` for some of them.
test *FILTER:
    cargo test --release {{FILTER}}

# Format, then lint.
lint:
    cargo fmt
    cargo clippy --release --all-targets -- -D warnings

# The README's example, or another: `just case mfa-fatigue`.
case NAME="account-a-b-c":
    cargo run --release -- analyze examples/{{NAME}}

# Make the example folders anew.
examples:
    cargo run --release --example generate -- all examples

# Audit records to measure with: `just bench-data 1000000 target/audit.csv`.
bench-data N FILE:
    cargo run --release --example generate -- bench-audit {{N}} {{FILE}}

# The documentation of the library.
docs:
    cargo doc --release --no-deps --open
