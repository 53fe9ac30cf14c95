use rust_decimal::{Decimal, RoundingStrategy};
use stepwright::function::*;

#[workflow]
pub async fn rounded(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

fn main() {}
