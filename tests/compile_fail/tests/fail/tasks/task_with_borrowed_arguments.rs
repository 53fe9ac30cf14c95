use stepwright::{task, workflow};
use stepwright_compile_fail::*;

#[task]
async fn pack(label: &str, orders: &[Order], order: &Order) -> Order {
    let _ = (label, orders);
    order.clone()
}

#[task]
async fn weigh(Order { id, .. }: Order, more: impl Sized) -> String {
    let _ = more;
    id
}

workflow! {
    workflow Orders(order: Order) -> String {
        task Pack { let packed = pack(order.id, vec![order], order); next Weigh; }
        task Weigh { let weight = weigh(packed, order.id); next Done; }
        succeed Done { weight }
    }
}

fn main() {}
