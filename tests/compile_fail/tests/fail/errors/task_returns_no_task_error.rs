use stepwright::prelude::*;

#[derive(Debug, thiserror::Error)]
#[error("declined")]
struct Declined;

#[task]
async fn charge_card(amount: f64) -> Result<f64, Declined> {
    if amount > 1.0 { Err(Declined) } else { Ok(amount) }
}

fn main() {}
