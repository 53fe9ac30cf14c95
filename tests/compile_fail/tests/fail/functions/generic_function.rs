use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders<T: Payload>(order: Order) -> Charge {
    Charge { id: order.id }
}

fn main() {}
