use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    if order.vip {
        sleep(secs(1)).await;
    }
    if order.vip {
        sleep(secs(2)).await;
    }
    let id = if order.vip {
        sleep(secs(3)).await;
        order.id
    } else {
        String::new()
    };
    Charge { id }
}

fn main() {}
