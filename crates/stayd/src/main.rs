//! The Stayd binary.
fn main() {}
