use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Charge {
        task Charge {
            let charge = charge_card(order);
            retry PaymentError::GatewayTimeout (max_attempts: 2);
            retry PaymentError::GatewayTimeout (max_attempts: 4);
            catch States::Timeout => Late;
            catch States::Timeout | States::TaskFaild => Late;
            catch States::TaskFailed => Late;
            catch PaymentError::Declined { .. } => Late;
            end charge;
        }
        fail Late;
    }
}

fn main() {}
