use stepwright::function::*;
use stepwright_compile_fail::*;

macro_rules! try_join {
    ($first:expr, $second:expr) => {
        stepwright::function::try_join!($second, $first)
    };
}

#[workflow]
async fn orders(order: Order) -> Result<(Charge, Charge), PaymentError> {
    try_join!(charge_card(&order), charge_card(&order).named("Again")).await
}

fn main() {}
