use stepwright::function::*;
use stepwright_compile_fail::*;

#[task]
async fn check_item(item: Item) -> Result<Parcel, OrderError>;

#[workflow]
async fn orders(order: Order) -> Result<Charge, OrderFailed> {
    match map_distributed(&order.items, async |item| check_item(item).await).await {
        Ok(_) => Ok(Charge { id: order.id }),
        Err(OrderError::Invalid { reason }) => Err(OrderFailed::Rejected { reason }),
    }
}

fn main() {}
