use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, OrderFailed> {
    if let Err(PaymentError::Declined { reason }) = charge_card(&order).await && reason == "stolen" {
        return Err(OrderFailed::Rejected { reason });
    }
    Ok(Charge { id: order.id })
}

fn main() {}
