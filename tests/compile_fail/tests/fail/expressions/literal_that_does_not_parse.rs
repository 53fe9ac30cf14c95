use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> f64 {
        pass Sum {
            let total: f64 = jsonata!("$sum($order.total");
            let other: f64 = jsonata!("$summ($order.total)");
            next Done;
        }
        succeed Done { total }
    }
}

fn main() {}
