use stepwright::workflow;
use stepwright_compile_fail::*;

#[allow(non_upper_case_globals)]
const most: f64 = 10.0;

workflow! {
    workflow Orders(order: Order) -> bool {
        pass Read { let full = match order.total { most => true, _ => false }; next Done; }
        succeed Done { full }
    }
}

fn main() {}
