use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let mut count = Some(order.items.len());
    if let Some(count) = &mut count {
        *count += 1;
    }
    match &mut count {
        Some(count) => *count += 1,
        None => {}
    }
    if let Some(count) = count.as_mut() {
        *count += 1;
    }
    while let Some(5) = &mut count {
        count = None;
    }
    Charge { id: order.id }
}

fn main() {}
