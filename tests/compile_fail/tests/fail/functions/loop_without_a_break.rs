use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    loop {
        refund(Charge { id: order.id.clone() }).await;
    }
}

fn main() {}
