//! A branch takes something else than the parallel does.

use stepwright::builder::{Body, FlowBuilder};
use stepwright_compile_fail::*;

fn main() {
    let branch = Body::<Item, Parcel>::new();
    let flow = FlowBuilder::<Order, (Parcel,)>::new("Orders");
    let both = flow.declare::<Order>("Both");
    flow.start_at(&both);
    flow.parallel(&both, (branch,)).end();
}
