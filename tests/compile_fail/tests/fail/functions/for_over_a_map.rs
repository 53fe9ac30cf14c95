use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    for count in order.items.iter().map(|item| item.quantity) {
        refund(Charge { id: format!("{count}") }).await;
    }
    Charge { id: order.id }
}

fn main() {}
