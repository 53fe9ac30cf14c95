use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    for item in order.total {
        refund(Charge { id: format!("{item}") }).await;
    }
    Charge { id: order.id }
}

fn main() {}
