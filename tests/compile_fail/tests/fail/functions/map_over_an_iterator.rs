use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let parcels = map(order.items.iter().filter(|item| item.quantity > 0), async |item| pack_item(item).await).await;
    Charge { id: parcels[0].tracking.clone() }
}

fn main() {}
