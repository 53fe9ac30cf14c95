use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    sleep(std::time::Duration::from_millis(5)).await;
    let parcel = pack_item(order.items[0].clone()).timeout(30).await.unwrap();
    Charge { id: parcel.tracking }
}

fn main() {}
