use rust_decimal::Decimal;
use stepwright::function::*;

#[workflow]
pub async fn rest(amount: Decimal) -> Decimal {
    let mut rest = amount;
    rest %= Decimal::from(100);
    rest
}

fn main() {}
