use rust_decimal::Decimal;
use stepwright::function::*;

#[workflow]
pub async fn most(amounts: Vec<Decimal>) -> bool {
    amounts.iter().zip(amounts.iter()).any(|(a, b)| a.max(b).is_zero())
}

fn main() {}
