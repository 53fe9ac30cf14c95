//! A `match` that leaves a variant over.

use stepwright::arms;
use stepwright::builder::FlowBuilder;

fn main() {
    let flow = FlowBuilder::<Option<u32>, u32>::new("Counting");
    let decide = flow.declare::<Option<u32>>("Decide");
    let done = flow.step("Done");
    flow.choice(&decide)
        .match_on(arms!(|given: Option<u32>| match given {
            Some(_) => &done,
        }));
}
