use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let parcels: Vec<Parcel> = order.items.iter().map(async |item| pack_item(item).await).collect();
    Charge { id: parcels[0].tracking.clone() }
}

fn main() {}
