use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Polling(order: Order) -> Order {
        deny unbounded_loop, unhandled_error;
        task Ask { let found = validate_order(order); catch OrderError::Invalid => Ask; next Decide; }
        choice Decide { when found.vip => Done; otherwise => Ask; }
        succeed Done { found }
    }

    workflow Counting(order: Order) -> Order {
        deny unbounded_loop;
        pass Start { let attempt = 0; next Ask; }
        task Ask { let found = validate_order(order); next Decide; }
        choice Decide {
            when found.vip => Done;
            when attempt < 10 => { let attempt = attempt + 1; next Ask; }
            otherwise fail;
        }
        succeed Done { found }
    }
}

fn main() {}
