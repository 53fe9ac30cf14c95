use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Receipt {
        task Validate {
            let checked = validate_order(order);
            next Sise;
        }
        choice Size {
            when checked.totl > 100.0 => Charge;
            otherwise => Reject;
        }
        task Charge {
            let charge = charge_card(checked.id);
            catch PaymentError::Declind { reason } => Reject;
            next Done;
        }
        succeed Done { Receipt { order_id: checked.id } }
        fail Reject { "Rejected", "no" }
    }
}

fn main() {}
