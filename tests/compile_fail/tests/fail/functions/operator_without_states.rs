use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let mut flags = 1;
    flags <<= 2;
    Charge { id: format!("{flags}{}", order.id) }
}

fn main() {}
