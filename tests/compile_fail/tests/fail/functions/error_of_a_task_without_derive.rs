use stepwright::function::*;
use stepwright_compile_fail::*;

#[derive(Debug, thiserror::Error)]
#[error("late")]
pub struct Late;

#[task]
async fn price(item: Item) -> Result<f64, Late> {
    if item.quantity > 3 { Err(Late) } else { Ok(1.0) }
}

#[workflow]
async fn orders(order: Order) -> f64 {
    match price(order.items[0].clone()).await {
        Ok(price) => price,
        Err(_) => 0.0,
    }
}

fn main() {}
