use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let mut first = 1;
    let mut second = 2;
    std::mem::swap(&mut first, &mut second);
    Charge { id: order.id }
}

fn main() {}
