use stepwright::prelude::*;

workflow! {
    workflow Added(small: f32) -> f32 {
        succeed Done { small + 1.0 }
    }
}

fn main() {}
