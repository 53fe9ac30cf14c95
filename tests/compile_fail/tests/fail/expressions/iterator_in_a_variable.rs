use stepwright::prelude::*;

workflow! {
    workflow First(list: Vec<i64>) -> Option<i64> {
        succeed Done {
            { let mut items = list.iter(); items.next().copied() }
        }
    }
}

fn main() {}
