use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Missing(order: Order) {
        map Each {
            for item in order.items {
                task Pack { pack_item(item); next Charge; }
                task Charge { charge_card(order); next Check; }
                task Check { validate_order(order); end; }
            };
            catch { OrderError::Invalid { reason } => Failed }
            end;
        }
        fail Failed { "Failed", reason }
    }
}

fn main() {}
