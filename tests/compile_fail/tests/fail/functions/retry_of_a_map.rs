use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Vec<Parcel> {
    map(&order.items, async |item| pack_item(item).await).retry(|_| true, every(secs(2)).times(3)).await
}

fn main() {}
