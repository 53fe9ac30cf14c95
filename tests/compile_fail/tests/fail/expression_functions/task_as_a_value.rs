use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let charge = charge_card(order);
    charge
}

fn main() {}
