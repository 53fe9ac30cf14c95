use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, String> {
    match charge_card(&order).await {
        Ok(charge) => Ok(charge),
        Err(_) => Err("declined".to_owned()),
    }
}

fn main() {}
