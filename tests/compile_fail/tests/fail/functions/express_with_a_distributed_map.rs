use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow(express)]
async fn orders(order: Order) -> Charge {
    let parcels = map_distributed(&order.items, async |item| pack_item(item).await).await;
    Charge { id: parcels[0].tracking.clone() }
}

fn main() {}
