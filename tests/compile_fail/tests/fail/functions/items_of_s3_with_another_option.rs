use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Vec<Parcel> {
    map_distributed(csv_items("bucket", &order.id).limit(5), async |item: Item| pack_item(item).await).await
}

fn main() {}
