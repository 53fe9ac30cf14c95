use stepwright::prelude::*;

trait Len {
    fn len(self) -> usize;
}

impl Len for Vec<u32> {
    fn len(self) -> usize {
        1
    }
}

workflow! {
    workflow Check(list: Vec<u32>) -> bool {
        succeed Done { list.len() > 2 }
    }
}

fn main() {}
