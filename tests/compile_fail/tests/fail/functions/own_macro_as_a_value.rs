use stepwright::function::*;
use stepwright_compile_fail::*;

macro_rules! double {
    ($value:expr) => {
        $value * 2.0
    };
}

#[workflow]
async fn orders(order: Order) -> Charge {
    let twice = double!(order.total);
    Charge { id: order.id }
}

fn main() {}
