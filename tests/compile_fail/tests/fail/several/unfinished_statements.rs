use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Charge {
        task Validate {
            let checked = validate_order(order)
            next Charge;
        }
        task Charge {
            let charge = charge_card(checked.);
            catch PaymentError::Declined => ;
            end charge;
        }
    }
}

fn main() {}
