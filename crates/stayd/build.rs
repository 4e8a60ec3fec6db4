//! A release build has the demo page inside; it is built again when the page is.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // A debug build reads the page from the folder while it runs.
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo:rerun-if-changed=../../packages/demo/dist");
    }
}
