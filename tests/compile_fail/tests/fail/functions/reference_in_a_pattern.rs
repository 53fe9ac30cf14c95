use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let mut count = Some(order.items.len());
    let mut pair = (1, 2);
    let (ref mut one, _) = pair;
    *one += 1;
    match count {
        Some(ref mut count) => *count += 1,
        None => {}
    }
    let Some(ref mut count) = count else {
        return Charge { id: order.id };
    };
    *count += 1;
    Charge { id: format!("{}{}", order.id, pair.0) }
}

fn main() {}
