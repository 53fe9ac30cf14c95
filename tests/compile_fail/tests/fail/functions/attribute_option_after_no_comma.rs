use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow(express lambda_retries)]
async fn orders(order: Order) -> Charge {
    Charge { id: order.id }
}

fn main() {}
