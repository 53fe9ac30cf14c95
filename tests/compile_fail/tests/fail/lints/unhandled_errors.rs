use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) {
        deny unhandled_errors;
        task Charge {
            charge_card(order);
            retry PaymentError::GatewayTimeout;
            catch PaymentError::Declined { reason } => Failed;
            next Pack;
        }
        map Pack {
            for item in order.items { task PackItem { pack_item(item); next Check; } task Check { validate_order(order); end; } };
            next Guarded;
        }
        parallel Guarded {
            branch { task Again { charge_card(order); end; } };
            catch States::TaskFailed => Late;
            end;
        }
        fail Failed { "Failed", reason }
        fail Late;
    }
}

fn main() {}
