use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    for (n, item) in order.items.iter().enumerate() {
        refund(Charge { id: format!("{n}{}", item.sku) }).await;
    }
    Charge { id: order.id }
}

fn main() {}
