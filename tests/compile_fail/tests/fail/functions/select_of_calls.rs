use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let parcel = tokio::select! {
        parcel = pack_item(order.items[0].clone()) => parcel,
    };
    Charge { id: parcel.tracking }
}

fn main() {}
