use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Missing(order: Order) {
        parallel Both {
            branch { task Charge { charge_card(order); end; } }
            branch { task Check { validate_order(order); end; } };
            catch { PaymentError::Declined { reason } | OrderError::Invalid { reason } => Failed }
            end;
        }
        fail Failed { "Failed", reason }
    }
}

fn main() {}
