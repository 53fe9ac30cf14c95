use stepwright::function::*;
use stepwright_compile_fail::*;

#[derive(Debug, thiserror::Error, TaskError)]
pub enum Refusal {
    #[error("refused: {reason:?}")]
    Refused { reason: String },
}

#[workflow]
async fn orders(order: Order) -> Result<Charge, Refusal> {
    if order.vip {
        return Err(Refusal::Refused { reason: order.id });
    }
    Ok(Charge { id: order.id })
}

fn main() {}
