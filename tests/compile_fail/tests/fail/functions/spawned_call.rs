use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let handle = tokio::spawn(pack_item(order.items[0].clone()));
    let parcel = handle.await.unwrap();
    Charge { id: parcel.tracking }
}

fn main() {}
