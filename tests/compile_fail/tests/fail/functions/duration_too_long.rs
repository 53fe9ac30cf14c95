use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    sleep(days(18446744073709551615)).await;
    Charge { id: order.id }
}

fn main() {}
