use rust_decimal::Decimal;
use stepwright::prelude::*;

workflow! {
    workflow Tax(amount: Decimal) -> Decimal {
        succeed Done { amount * Decimal::from(19) / Decimal::from(100) }
    }
}

fn main() {}
