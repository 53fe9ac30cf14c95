use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let mut count = 0;
    let parcels = map(&order.items, async |item| {
        count += 1;
        pack_item(item).await
    }).await;
    Charge { id: format!("{count}{}", parcels[0].tracking) }
}

fn main() {}
