use stepwright::prelude::*;

#[allow(dead_code, non_camel_case_types)]
struct i32;

trait Distance {
    fn abs(&self) -> core::primitive::i32;
}

impl Distance for core::primitive::i32 {
    fn abs(&self) -> core::primitive::i32 {
        7
    }
}

workflow! {
    workflow Check(list: Vec<core::primitive::i32>) -> Vec<core::primitive::i32> {
        succeed Done { list.iter().map(|each| each.abs()).collect::<Vec<_>>() }
    }
}

fn main() {}
