use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders<'a>(order: &'a Order) -> Charge {
    Charge { id: order.id.clone() }
}

fn main() {}
