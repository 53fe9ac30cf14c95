use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    #[inline]
    let total = order.total;
    let small = (#[must_use] total, 1);
    Charge { id: format!("{}", small.1) }
}

fn main() {}
