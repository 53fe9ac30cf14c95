use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Parcel {
    pack_item(order.items[0].clone())
}

fn main() {}
