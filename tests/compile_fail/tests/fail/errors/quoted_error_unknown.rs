use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Charge {
        task Charge {
            let charge = charge_card(order);
            catch "States.Timeuot" => Late;
            end charge;
        }
        fail Late;
    }
}

fn main() {}
