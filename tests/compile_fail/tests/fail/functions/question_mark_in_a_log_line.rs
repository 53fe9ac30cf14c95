use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, PaymentError> {
    println!("{:?}", charge_card(&order)?);
    Ok(Charge { id: order.id })
}

fn main() {}
