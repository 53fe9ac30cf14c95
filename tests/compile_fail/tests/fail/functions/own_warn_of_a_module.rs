use stepwright::function::*;
use stepwright_compile_fail::*;

mod log {
    macro_rules! report {
        ($($tokens:tt)*) => {
            return stepwright_compile_fail::Charge { id: String::new() }
        };
    }
    pub(crate) use report as warn;
}

#[workflow]
async fn orders(order: Order) -> Charge {
    log::warn!("order {}", order.id);
    Charge { id: order.id }
}

fn main() {}
