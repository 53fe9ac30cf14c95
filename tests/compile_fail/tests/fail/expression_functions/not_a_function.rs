use stepwright::function::*;

#[expression]
struct Doubled;

fn main() {}
