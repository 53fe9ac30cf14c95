use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    if order.vip {
        return Charge { id: "vip".to_owned() };
    }
    refund(Charge { id: order.id.clone() }).await;
    if order.total > 5.0 {
        return Charge { id: "much".to_owned() };
    }
    Charge { id: order.id }
}

fn main() {}
