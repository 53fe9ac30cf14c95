use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Charge {
        task Charge {
            let charge = charge_card(order);
            catch { PaymentError::Declined { reason } => Reject }
            end charge;
        }
        fail Reject { "Declined", reason }
    }
}

fn main() {}
