use stepwright::function::*;
use stepwright_compile_fail::*;

#[fragment]
async fn pay(order: Order) -> Result<Charge, PaymentError> {
    charge_card(&order).await
}

#[workflow]
async fn orders(order: Order) -> Result<Charge, PaymentError> {
    pay(&order)
        .named("Payments_of_all_the_customers_whose_orders_came_in_on_a_bank_holiday_in_august")
        .await
}

fn main() {}
