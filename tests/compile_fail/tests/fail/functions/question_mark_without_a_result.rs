use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, OrderFailed> {
    let parcel = pack_item(order.items[0].clone()).await?;
    Ok(Charge { id: parcel.tracking })
}

fn main() {}
