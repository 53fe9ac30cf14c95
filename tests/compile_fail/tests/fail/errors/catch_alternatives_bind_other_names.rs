use stepwright::prelude::*;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> String {
        task Charge {
            let charge = charge_card(order);
            catch PaymentError::Declined { reason } | PaymentError::GatewayTimeout => Reject;
            end charge.id;
        }
        succeed Reject { reason }
    }
}

fn main() {}
