use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    fragment Total(order: Order) -> f64 {
        choice Large {
            when order.total > 100.0 => { let rest = order.total - 100.0; next Last; }
            otherwise => Last;
        }
        pass Last { end rest; }
    }
}

fn main() {}
