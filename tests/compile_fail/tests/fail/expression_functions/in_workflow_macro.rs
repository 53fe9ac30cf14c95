use stepwright::prelude::*;
use stepwright_compile_fail::*;

fn doubled(n: f64) -> f64 {
    n * 2.0
}

workflow! {
    workflow Orders(order: Order) -> f64 {
        pass Double { let twice = doubled(order.total); next Done; }
        succeed Done { twice }
    }
}

fn main() {}
