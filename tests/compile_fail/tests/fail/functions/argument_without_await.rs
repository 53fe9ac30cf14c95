use stepwright::function::*;
use stepwright_compile_fail::*;

#[task]
async fn label(parcel: Parcel) -> String;

#[workflow]
async fn orders(order: Order) -> String {
    label(pack_item(order.items[0].clone())).await
}

fn main() {}
