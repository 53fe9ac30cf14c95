use std::collections::BTreeSet;
use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(skus: BTreeSet<String>) -> u32 {
    let mut count = 0;
    for sku in &skus {
        pack_item(Item { sku: sku.clone(), quantity: 1 }).await;
        count += 1;
    }
    count
}

fn main() {}
