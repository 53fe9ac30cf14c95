use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Vec<Parcel> {
    map_distributed(csv_items("bucket", &order.id).max_items(order.items.len()), async |item: Item| pack_item(item).await).await
}

fn main() {}
