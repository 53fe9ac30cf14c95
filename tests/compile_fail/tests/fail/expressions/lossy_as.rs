use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Numbers(order: Order) -> u32 {
        pass Wide { let wide = order.items[0].quantity as u64; next Narrow; }
        pass Narrow { let cents = (order.total * 100.0) as i64; next Text; }
        pass Text { let text = order.id as String; end 1; }
    }
}

fn main() {}
