use stepwright::function::*;
use stepwright_compile_fail::*;

fn normalized(id: &str) -> String {
    id.trim().to_owned()
}

#[workflow]
async fn orders(order: Order) -> Charge {
    let id = normalized(&order.id);
    Charge { id }
}

fn main() {}
