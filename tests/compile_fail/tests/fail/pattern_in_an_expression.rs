use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Ranges(order: Order) -> Vec<String> {
        pass Say { let size = match order.items.len() { 0..=3 => "few", _ => "many" }; next Take; }
        pass Take { end order.items.iter().map(|item @ Item { .. }| item.sku.clone()).collect(); }
    }
}

fn main() {}
