use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let mut count = 0;
    count = order.id.clone();
    Charge { id: format!("{count}") }
}

fn main() {}
