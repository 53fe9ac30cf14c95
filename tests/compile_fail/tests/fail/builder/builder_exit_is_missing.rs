//! An exit of an included fragment leads nowhere.

use stepwright::exits;
use stepwright::prelude::*;
use stepwright::builder::FlowBuilder;

workflow! {
    fragment Halve(number: u32) -> u32 {
        choice Look { when number % 2 == 0 => Half; when number > 100 => Large; otherwise => Odd; }
        pass Half { end number / 2; }
        exit Odd -> u32 { number }
        exit Large;
    }
}

fn main() {
    let flow = FlowBuilder::<u32, u32>::new("Halving");
    let failed = flow.step("Failed");
    let _ = exits!(Halve: Odd => &failed);
    let _ = flow;
}
