use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let found = plain_function(order).await;
    Charge { id: found.id }
}

fn main() {}
