//! Checks that an execution is between the best and the worst case of its definition's estimate.

use std::collections::HashMap;

use serde_json::Value as Json;
use stepwright_asl::StateMachine;
use stepwright_runtime::{ExecutionReport, Status};
use stepwright_tools::estimate::{Estimate, EstimateOptions};

/// Compares an execution with the estimate of its definition. The numbers of loop iterations and
/// items come from the execution.
pub(crate) fn is_within_its_estimate(
    definition: &Json,
    report: &ExecutionReport,
) -> Result<(), String> {
    let redriven = report.execution().redrive_count().unwrap_or_default() > 0;
    if redriven || report.history.dropped() > 0 {
        return Ok(());
    }
    let history = report.history.to_json();
    let events = history["events"].as_array().or(history.as_array());
    let events = events.ok_or("a history without events")?;
    let kind = |event: &Json| event["type"].as_str().unwrap_or_default().to_owned();
    let mut entered: HashMap<String, u64> = HashMap::new();
    let mut items = 0;
    for event in events {
        if kind(event).ends_with("StateEntered") {
            let name = event["stateEnteredEventDetails"]["name"].as_str();
            *entered
                .entry(name.unwrap_or_default().to_owned())
                .or_default() += 1;
        }
        let length = event["mapStateStartedEventDetails"]["length"].as_u64();
        items = items.max(length.unwrap_or_default());
    }
    let rounds = entered.values().copied().max().unwrap_or_default();
    let transitions: u64 = entered.values().sum();
    let machine = StateMachine::from_json(&definition.to_string());
    let machine = machine.map_err(|diagnostics| diagnostics.to_string())?;
    let options = EstimateOptions::new().rounds(rounds).items_of_all(0, items);
    let estimate = Estimate::of(&machine, &options);
    let told = |what: &str, found: f64, bound: f64| {
        let kinds: Vec<String> = events.iter().map(kind).collect();
        format!(
            "{found} {what}, where the estimate says {bound} ({rounds} rounds, {items} items): {kinds:?}\n{definition}"
        )
    };
    for (what, found, best, worst) in [
        (
            "events",
            events.len() as f64,
            estimate.best.events,
            estimate.worst.events,
        ),
        (
            "transitions",
            transitions as f64,
            estimate.best.transitions,
            estimate.worst.transitions,
        ),
    ] {
        if found > worst {
            return Err(told(what, found, worst));
        }
        if report.status == Status::Succeeded && found < best {
            return Err(told(what, found, best));
        }
    }
    Ok(())
}
