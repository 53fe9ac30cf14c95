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
        }
        task Charge {
            let charge = charge_card(checked.id);
            heartbeat 10m;
            timeout 5m;
            catch PaymentError::Declind { reason } => Reject;
            next Done;
        }
        task Charge { refund(charge); next Done; }
        wait Pause { seconds 1m; }
        pass Label { let shout = order.id.repeat(3); let text: u32 = order.id; next Done; }
        succeed Done { Receipt { order_id: checked.id } }
        fail Reject { "Rejected", reason }
    }
}

fn main() {}
