//! Set-up, build, test, bench and demo of Stayd.
fn main() {}
