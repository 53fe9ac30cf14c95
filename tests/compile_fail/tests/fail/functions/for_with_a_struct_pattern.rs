use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    for Item { sku, .. } in &order.items {
        refund(Charge { id: sku.clone() }).await;
    }
    Charge { id: order.id }
}

fn main() {}
