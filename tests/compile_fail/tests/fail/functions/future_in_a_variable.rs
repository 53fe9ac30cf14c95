use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let future = pack_item(order.items[0].clone());
    let parcel = future.await;
    Charge { id: parcel.tracking }
}

fn main() {}
