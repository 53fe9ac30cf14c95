use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let charge = Charge { id: order.id };
    refund(charge.clone()).await;
    refund(charge.clone()).await;
    refund(charge.clone()).await;
    charge
}

fn main() {}
