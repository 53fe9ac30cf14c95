use rust_decimal::Decimal;
use stepwright::function::*;

#[workflow]
pub async fn tax(amount: Decimal) -> Decimal {
    let tax = amount * Decimal::from(19);
    tax / Decimal::from(100)
}

fn main() {}
