use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    const LIMIT: f64 = 5.0;
    if order.total > LIMIT {
        refund(Charge { id: order.id.clone() }).await;
    }
    Charge { id: order.id }
}

fn main() {}
