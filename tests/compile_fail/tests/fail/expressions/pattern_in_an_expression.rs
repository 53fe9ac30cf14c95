use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Ranges(order: Order) -> Vec<String> {
        pass Say { let size = match order.items.as_slice() { [] => "none", _ => "many" }; next Take; }
        pass Take { end order.items.iter().map(|(item, .., _)| item).collect(); }
    }
}

fn main() {}
