use stepwright::function::map as each;
use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Vec<Parcel> {
    each(order.items, async |item: Item| pack_item(item).await).await
}

fn main() {}
