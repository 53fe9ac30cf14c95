use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Receipt {
        task Validate {
            let checked = validate_order(order);
            timeout 10s;
            heartbeat 20s;
            next Sise;
        }
        choice Size {
            when checked.totl > 100.0 => Charge;
        }
        task Charge {
            let charge = charge_card(checked.id);
            retry PaymentError::GatewayTimeout (interval: 0s);
            catch PaymentError::Declind { reason } => Reject;
            next Done;
        }
        wait Pause { seconds 1m; }
        succeed Done { Receipt { order_id: checked.id } }
        fail Reject { "Rejected", order.total }
    }
}

fn main() {}
