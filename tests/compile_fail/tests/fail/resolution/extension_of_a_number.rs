use stepwright::prelude::*;

trait Distance {
    fn abs(self) -> u32;
}

impl Distance for u32 {
    fn abs(self) -> u32 {
        7
    }
}

workflow! {
    workflow Check(n: u32) -> u32 {
        succeed Done { n.abs() }
    }
}

fn main() {}
