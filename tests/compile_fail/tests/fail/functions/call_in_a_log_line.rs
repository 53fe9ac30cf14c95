use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    println!("{:?}", pack_item(&order.items[0]).await);
    Charge { id: order.id }
}

fn main() {}
