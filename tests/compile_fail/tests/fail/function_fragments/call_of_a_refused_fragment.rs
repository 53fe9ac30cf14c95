use stepwright::function::*;
use stepwright_compile_fail::*;

#[fragment]
fn pack(item: Item) -> Parcel {
    pack_item(item).await
}

#[workflow]
async fn orders(order: Order) -> String {
    let parcel = pack(order.items[0].clone()).await;
    parcel.tracking
}

fn main() {}
