use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let pack = async |item: Item| pack_item(item).await;
    let parcels = map(&order.items, pack).await;
    Charge { id: parcels[0].tracking.clone() }
}

fn main() {}
