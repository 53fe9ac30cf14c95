use stepwright::function::*;
use stepwright_compile_fail::*;

macro_rules! info {
    ($($tokens:tt)*) => {
        return Charge { id: String::new() }
    };
}

#[workflow]
async fn orders(order: Order) -> Charge {
    info!("order {}", order.id);
    Charge { id: order.id }
}

fn main() {}
