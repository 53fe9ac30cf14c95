use stepwright::prelude::*;

macro_rules! format {
    ($($tokens:tt)*) => {
        String::new()
    };
}

workflow! {
    workflow Check(n: u32) -> String {
        succeed Done { format!("{n}") }
    }
}

fn main() {}
