use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let parcel = pack_item(order.);
    Charge { id: parcel.tracking }
}

fn main() {}
