use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let checked: Result<u32, String> = Ok(1);
    Charge { id: order.id }
}

fn main() {}
