use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    for item in order.items.iter().skip(1) {
        refund(Charge { id: item.sku.clone() }).await;
    }
    Charge { id: order.id }
}

fn main() {}
