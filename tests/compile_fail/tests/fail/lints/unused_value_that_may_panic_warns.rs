#![deny(deprecated)]

use stepwright::workflow;

workflow! {
    workflow Shares(shares: i64) -> i64 {
        pass Divide { let share = 100 / shares; next Done; }
        succeed Done { shares }
    }
}

fn main() {}
