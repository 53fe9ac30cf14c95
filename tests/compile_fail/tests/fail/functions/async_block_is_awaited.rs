use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let parcel = async { pack_item(order.items[0].clone()).await }.await;
    Charge { id: parcel.tracking }
}

fn main() {}
