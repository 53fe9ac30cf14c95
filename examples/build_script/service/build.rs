//! Writes the ASL, the schemas and the placeholders of the workflows that this service deploys.
//!
//! `orders` is a build-dependency, so Cargo builds it first and runs this script again whenever a
//! workflow changes.

fn main() -> stepwright::emit::Result {
    stepwright::emit::build_script()
        .workflow::<orders::Checkout>()
        .write()
}
