use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    fragment Pay(order: Order) -> Charge {
        choice Large {
            when order.total > 100.0 => TooMuch;
            otherwise => Charge;
        }
        task Charge { let charge = charge_card(order); end charge; }
        exit TooMuch -> f64 { order.total }
    }

    workflow Orders(order: Order) {
        include Payments_of_all_the_customers_whose_orders_came_in_on_a_bank_holiday_in_august { Pay(order); exit TooMuch => Done; next Done; }
        succeed Done;
    }
}

fn main() {}
