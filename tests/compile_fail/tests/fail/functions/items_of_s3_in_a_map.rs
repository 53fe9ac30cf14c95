use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Vec<Parcel> {
    map(csv_items("bucket", &order.id), async |item: Item| pack_item(item).await).await
}

fn main() {}
