use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(#[cfg(all())] order: Order) -> Charge {
    Charge { id: order.id }
}

#[workflow]
async fn arms(order: Order) -> Charge {
    let count = match order.items.len() {
        #[cfg(any())]
        1 => 100,
        1 => 5,
        _ => 6,
    };
    let total: u32 = order.items.iter().map(|item| {
        #[cfg(any())]
        let item = item.clone();
        item.quantity
    }).sum();
    let list = vec![#[cfg(any())] 1, 2];
    #[cfg_attr(any(), state(Named))]
    refund(Charge {
        #[cfg(not(any()))]
        id: format!("{count}{total}{}", list.len()),
        #[cfg(any())]
        id: order.id.clone(),
    }).await;
    Charge { id: order.id }
}

fn main() {}
