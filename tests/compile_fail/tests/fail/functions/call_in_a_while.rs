use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    while pack_item(order.items[0].clone()).await.tracking == "" {
        sleep(secs(5)).await;
    }
    Charge { id: order.id }
}

fn main() {}
