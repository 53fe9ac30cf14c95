use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, OrderFailed> {
    match charge_card(&order).await {
        Ok(charge) => Ok(charge),
        Err(e) => {
            println!("{e}");
            refund(Charge { id: order.id }).await;
            Err(OrderFailed::Refunded)
        }
        Err(PaymentError::Declined { reason }) => Err(OrderFailed::Rejected { reason }),
    }
}

fn main() {}
