use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Option<String> {
    order.id.get(0..2).map(|text| text.to_owned())
}

fn main() {}
