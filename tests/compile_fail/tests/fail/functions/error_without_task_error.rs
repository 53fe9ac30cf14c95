use stepwright::function::*;

#[derive(Debug, thiserror::Error)]
#[error("declined")]
struct Declined;

#[task]
async fn charge_card(amount: f64) -> Result<f64, Declined> {
    if amount > 1.0 { Err(Declined) } else { Ok(amount) }
}

#[workflow]
async fn pay(amount: f64) -> f64 {
    match charge_card(amount).await {
        Ok(charged) => charged,
        Err(Declined) => 0.0,
    }
}

fn main() {}
