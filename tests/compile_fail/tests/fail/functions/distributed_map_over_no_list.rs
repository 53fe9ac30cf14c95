use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Vec<Parcel> {
    map_distributed(order.total, async |item: Item| pack_item(item).await).await
}

fn main() {}
