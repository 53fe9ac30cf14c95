use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let short = &order.id[0..3];
    Charge { id: short.to_owned() }
}

fn main() {}
