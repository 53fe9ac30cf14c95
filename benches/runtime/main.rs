//! The time of each layer of the runtime: `cargo bench -p stepwright-benches --bench runtime`
//!
//! | layer | benchmark | counted |
//! |---|---|---|
//! | definition to program | `programs::definition_to_program` | states |
//! | path, payload template, intrinsic function, JSONata, choice rule | `queries` | |
//! | transition, of each type of state | `executions::express`, by shape | states that are entered, those inside of Maps and Parallels included |
//! | the same with its events | `executions::standard`, by shape | the same |
//! | Map item | `growth::items_with_pass`, `items_with_task` | items |
//! | history event, read with its details | `histories::events` | events |
//! | snapshot of a history to JSON | `histories::to_json` | events |
//! | journal commit | `journal` of the benchmark `store` | records |
//!
//! The time to write an event is the difference between `standard` and `express`: a Pass or Choice
//! writes two, a Task five.
//!
//! Each runs with several lengths: if the time is linear, the counted things per second are the
//! same for all lengths. `growth` tests this for up to 100,000 items and executions. To run one
//! group: `cargo bench -p stepwright-benches --bench runtime -- growth`

mod executions;
mod growth;
mod histories;
mod programs;
mod queries;
#[path = "../workloads/mod.rs"]
mod workloads;

use std::fmt;

use workloads::{Shape, Workload};

fn main() {
    divan::main();
}

/// A shape and its length.
#[derive(Clone, Copy)]
struct Case {
    shape: Shape,
    length: usize,
}

impl Case {
    fn workload(&self) -> Workload {
        self.shape.of(self.length)
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.shape.name, self.length)
    }
}

/// These shapes in 1, 10, 100 and 1,000 states, rounds, items or branches.
fn cases(shapes: &[Shape]) -> Vec<Case> {
    let of = |shape: &Shape| {
        let shape = *shape;
        [1, 10, 100, 1_000].map(|length| Case { shape, length })
    };
    shapes.iter().flat_map(of).collect()
}
