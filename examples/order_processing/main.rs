//! An e-commerce order.
fn main() {}
