//! A state takes a type that cannot travel.

use stepwright::builder::FlowBuilder;
use stepwright_compile_fail::*;

struct Ticket;

fn main() {
    let flow = FlowBuilder::<Order, Charge>::new("Orders");
    let _print = flow.declare::<Ticket>("Print");
}
