#![allow(unused)]
use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    while let Ok(found) = validate_order(&order).await {
        sleep(secs(5)).await;
        println!("{found:?}");
    }
    Charge { id: order.id }
}

fn main() {}
