use rust_decimal::Decimal;
use stepwright::function::*;

trait Rounds {
    fn round_dp(self, places: u32) -> Decimal;
}

impl Rounds for Decimal {
    fn round_dp(self, _places: u32) -> Decimal {
        self
    }
}

#[workflow]
pub async fn rounded(amount: Decimal) -> Decimal {
    amount.round_dp(2)
}

fn main() {}
