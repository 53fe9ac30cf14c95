use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let mut count = Some(order.items.len());
    let reference = &mut count;
    match reference {
        Some(count) => *count += 1,
        None => {}
    }
    let pair = (reference, 1);
    Charge { id: format!("{}{}", order.id, pair.1) }
}

fn main() {}
