use stepwright::prelude::*;

workflow! {
    workflow Masked(bits: u32) -> u32 {
        succeed Done { !bits }
    }
}

fn main() {}
