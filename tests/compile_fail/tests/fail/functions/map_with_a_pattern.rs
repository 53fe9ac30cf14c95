use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let parcels = map(&order.items, async |Item { sku, quantity }| pack_item(Item { sku, quantity }).await).await;
    Charge { id: parcels[0].tracking.clone() }
}

fn main() {}
