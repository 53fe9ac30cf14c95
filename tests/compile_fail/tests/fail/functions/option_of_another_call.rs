use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let parcel = pack_item(order.items[0].clone()).concurrency(3).await;
    sleep(secs(1)).timeout(secs(5)).await;
    Charge { id: parcel.tracking }
}

fn main() {}
