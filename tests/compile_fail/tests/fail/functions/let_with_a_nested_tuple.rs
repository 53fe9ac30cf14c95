use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let ((a, b), c) = ((1, 2), 3);
    Charge { id: format!("{a}{b}{c}{}", order.id) }
}

fn main() {}
