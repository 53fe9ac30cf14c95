//! A tool of one's own over many definitions: lists what they call, gives each Task a timeout, tells what that changes, checks rules of one's
//! own, and writes the files back: `cargo run -p stepwright-asl --features diff --example fleet -- definitions/*.asl.json`

use std::collections::BTreeMap;
use std::process::ExitCode;

use stepwright_asl::StateMachine;
use stepwright_asl::diff::Diff;
use stepwright_asl::graph::{Graph, TakenBy};

/// Our rule: an error that a catcher could take is taken.
fn errors_are_caught(machine: &StateMachine) -> Vec<String> {
    let graph = Graph::of(machine);
    let uncaught = graph.uncaught().into_iter();
    uncaught
        .filter(|found| found.taken_by() == TakenBy::All && found.error().is_none())
        .map(|found| graph.states()[found.state].pointer.to_string())
        .map(|pointer| format!("{pointer}: nothing catches its errors"))
        .collect()
}

/// Our rule: what is tried again waits a little differently each time.
fn retries_have_jitter(machine: &StateMachine) -> Vec<String> {
    let bare = machine.states().filter(|found| {
        let mut retriers = found.state.retry().iter();
        retriers.any(|retrier| retrier.jitter_strategy.is_none())
    });
    bare.map(|found| format!("{}/Retry: no JitterStrategy", found.pointer))
        .collect()
}

/// Gives each Task without a timeout one.
fn add_timeouts(machine: &mut StateMachine) {
    machine.states_mut().for_each(|found| {
        if let Some(task) = found.state.as_task_mut()
            && task.timeout_seconds_path.is_none()
        {
            task.timeout_seconds.get_or_insert(300.into());
        }
    });
}

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut resources: BTreeMap<String, usize> = BTreeMap::new();
    let mut faults = Vec::new();
    for file in std::env::args().skip(1) {
        let old = StateMachine::from_json(&std::fs::read_to_string(&file)?)?;
        for task in old.states().filter_map(|found| found.state.as_task()) {
            *resources.entry(task.resource.clone()).or_default() += 1;
        }

        let mut new = old.clone();
        add_timeouts(&mut new);
        if new != old {
            println!("{file}\n{}", Diff::of(&old, &new));
            std::fs::write(&file, new.to_json_pretty() + "\n")?;
        }
        for fault in [errors_are_caught(&new), retries_have_jitter(&new)].concat() {
            faults.push(format!("{file}: {fault}"));
        }
    }
    for (resource, count) in resources {
        println!("{count:5} {resource}");
    }
    println!("{}", faults.join("\n"));
    Ok(ExitCode::from(u8::from(!faults.is_empty())))
}
