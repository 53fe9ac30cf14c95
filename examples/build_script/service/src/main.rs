//! A service that carries the definition its build script wrote.

/// The state machine's definition, as `build.rs` wrote it.
const CHECKOUT: &str = include_str!(env!("CHECKOUT_ASL"));

fn main() {
    println!("{CHECKOUT}");
}
