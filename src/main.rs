//! The `bectrace` program.

fn main() {}
