use stepwright::function::*;
use stepwright_compile_fail::*;

#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    #[error("late")]
    Late,
}

#[workflow]
async fn orders(order: Order) -> Result<Parcel, Stopped> {
    let parcel = pack_item(order.items[0].clone()).await;
    if order.vip {
        return Err(Stopped::Late);
    }
    Ok(parcel)
}

fn main() {}
