//! The names of states and the labels of maps.

use super::Answer::{PartOf, Says};
use super::Row;
use super::distributed::over;
use super::domain::*;
use stepwright::builder::{Body, FlowBuilder, States};
use stepwright::{MachineType, expr};

pub(crate) const NAMES: &[Row] = &[
    (
        "the state name `..` is used twice; state names are unique in a machine, including its branches and maps",
        Says(
            || {
                let flow = FlowBuilder::<u32, Vec<u32>>::new("Orders");
                let both = flow.declare("Keep");
                flow.start_at(&both);
                flow.parallel(&both, vec![keeping::<u32>("Keep")]).end();
                faults(&flow)
            },
            "in state `Keep`: the state name `Keep` is used twice; state names are unique in a machine, including its branches and maps",
        ),
    ),
    (
        "`..` was first defined here",
        PartOf(
            "the state name `..` is used twice; state names are unique in a machine, including its branches and maps",
        ),
    ),
    (
        "`..` cannot name a state: ..",
        Says(
            || {
                let flow = FlowBuilder::<u32, u32>::new("Orders");
                let only = flow.declare("o".repeat(81));
                flow.start_at(&only);
                flow.succeed(&only);
                faults(&flow)
            },
            "in state `ooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooo`: `ooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooo` cannot name a state: the name has 81 characters; at most 80 are allowed",
        ),
    ),
    (
        "`..` cannot be a label: ..",
        Says(
            || over(|map, failed| map.label("a label").catch(States::ALL, failed).end()),
            "in state `All`: `a label` cannot be a label: the name has the character ` `, which is not allowed",
        ),
    ),
    (
        "another map has the label `..`; give this map a different label, because its Map Runs and children are named after it",
        Says(
            || {
                let flow = FlowBuilder::<Vec<String>, Vec<u32>>::new("Orders");
                let (first, second) = (flow.declare("First"), flow.declare("Second"));
                flow.start_at(&first);
                let items = expr!(|all: Vec<String>| all);
                flow.distributed_map(&first, items, MachineType::Standard, looking_up())
                    .label("all")
                    .next(&second);
                let items = expr!(|_: Vec<u32>| vec!["late".to_string()]);
                let body = Body::<String, u32>::new();
                let count = body.declare("Count");
                body.start_at(&count);
                body.pass(&count, expr!(|_: String| 1)).end();
                flow.distributed_map(&second, items, MachineType::Standard, body)
                    .label("all")
                    .end();
                faults(&flow)
            },
            "in state `Second`: another map has the label `all`; give this map a different label, because its Map Runs and children are named after it",
        ),
    ),
    (
        "the label `..` was first given here",
        PartOf(
            "another map has the label `..`; give this map a different label, because its Map Runs and children are named after it",
        ),
    ),
];
