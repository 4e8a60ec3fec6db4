//! The binary has the demo page inside; it is built again when the page is.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=../../packages/demo/dist");
}
