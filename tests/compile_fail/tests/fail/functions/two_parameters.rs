use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order, count: u32) -> Charge {
    Charge { id: format!("{}{count}", order.id) }
}

fn main() {}
