use stepwright::function::*;
use stepwright_compile_fail::*;

fn csv_items(_bucket: &str, _key: &str) -> Vec<Item> {
    Vec::new()
}

#[workflow]
async fn orders(order: Order) -> Vec<Parcel> {
    map_distributed(csv_items("bucket", &order.id), async |item: Item| pack_item(item).await).await
}

fn main() {}
