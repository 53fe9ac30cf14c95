use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Charge {
        task Charge {
            let charge = charge_card(order);
            retry PaymentError::GatewayTimout (max_attempts: 2);
            catch PaymentError::Declind { reason } => Reject;
            end charge;
        }
        fail Reject { "Declined", reason }
    }
}

fn main() {}
