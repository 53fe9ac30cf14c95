use rust_decimal::Decimal;
use stepwright::prelude::*;

#[expression]
fn share(amount: Decimal, parts: i64) -> Decimal {
    amount.round_dp(2) / Decimal::from(parts)
}

fn main() {}
