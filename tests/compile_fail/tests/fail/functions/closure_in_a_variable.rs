use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let double = |total: f64| total * 2.0;
    Charge { id: format!("{}", double(order.total)) }
}

fn main() {}
