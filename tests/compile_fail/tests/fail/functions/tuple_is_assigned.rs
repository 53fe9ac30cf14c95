use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let mut a = 1;
    let mut b = 2;
    (a, b) = (b, a);
    Charge { id: format!("{a}{b}{}", order.id) }
}

fn main() {}
