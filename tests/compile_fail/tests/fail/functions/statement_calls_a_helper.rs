use stepwright::function::*;
use stepwright_compile_fail::*;

fn log(_: &Order) {}

#[workflow]
async fn orders(order: Order) -> Charge {
    log(&order);
    Charge { id: order.id }
}

fn main() {}
