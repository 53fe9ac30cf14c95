use stepwright::function::*;
use stepwright_compile_fail::*;

#[fragment]
struct Pay {
    order: Order,
}

fn main() {}
