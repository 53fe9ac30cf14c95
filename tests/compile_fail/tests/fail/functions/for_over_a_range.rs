use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    for n in 0..3 {
        refund(Charge { id: format!("{n}") }).await;
    }
    Charge { id: order.id }
}

fn main() {}
