use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let pack_item = order.items[0].clone();
    let parcel = pack_item(pack_item).await;
    Charge { id: parcel.tracking }
}

fn main() {}
