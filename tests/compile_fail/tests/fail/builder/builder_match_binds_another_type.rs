//! A pattern binds a number to a variable that holds a text.

use stepwright::arms;
use stepwright::builder::FlowBuilder;

fn main() {
    let flow = FlowBuilder::<Option<u32>, u32>::new("Counting");
    let count = flow.variable::<String>("count");
    let decide = flow.declare::<Option<u32>>("Decide");
    let done = flow.step("Done");
    flow.choice(&decide)
        .match_on(arms!(|given: Option<u32>| match given {
            Some(count) => &done,
            None => &done,
        }));
}
