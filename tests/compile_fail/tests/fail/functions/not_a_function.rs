use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
struct Orders {
    order: Order,
}

fn main() {}
