use stepwright::function::*;
use stepwright_compile_fail::*;

async fn pack(item: Item) -> Parcel {
    Parcel { tracking: item.sku }
}

#[workflow]
async fn orders(order: Order) -> Charge {
    let parcels = map(&order.items, pack).await;
    Charge { id: parcels[0].tracking.clone() }
}

fn main() {}
