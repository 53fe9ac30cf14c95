use stepwright::function::*;
use stepwright_compile_fail::*;

macro_rules! report {
    ($value:expr) => {
        drop($value)
    };
}

#[workflow]
async fn orders(order: Order) -> Charge {
    report!(order.id);
    Charge { id: order.id }
}

fn main() {}
