use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let parcel = (order.pack)(order.items[0].clone()).await;
    Charge { id: parcel.tracking }
}

fn main() {}
