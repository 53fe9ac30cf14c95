use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    for item in &order.items {
        let parcels = map(&order.items, async |one| {
            if one.quantity == item.quantity {
                break;
            }
            pack_item(one).await
        }).await;
        println!("{parcels:?}");
    }
    Charge { id: order.id }
}

fn main() {}
