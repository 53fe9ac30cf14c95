//! A service that contains the definition from its build script.

/// The state machine's definition, as `build.rs` wrote it.
const CHECKOUT: &str = include_str!(concat!(env!("OUT_DIR"), "/checkout.asl.json"));

fn main() {
    print!("{CHECKOUT}");
}
