use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders<'a>(order: &'a str) -> usize {
    order.len()
}

fn main() {}
