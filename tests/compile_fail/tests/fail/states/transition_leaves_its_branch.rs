use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Charge {
        parallel Both {
            let (charge, checked) =
                branch { task Charge { let paid = charge_card(order); catch States::ALL => Failed; end paid; } }
                branch { task Validate { let valid = validate_order(order); end valid; } };
            catch States::ALL => Failed;
            end charge;
        }
        fail Failed;
    }
}

fn main() {}
