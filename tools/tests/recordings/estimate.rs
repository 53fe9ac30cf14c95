//! Compares estimates with recordings of the service: no successful execution is below the best
//! case, and none is above the worst.

use std::collections::BTreeMap;

use serde_json::Value;
use stepwright_asl::StateMachine;
use stepwright_tools::estimate::{Estimate, EstimateOptions};

use super::files::rows;

#[test]
#[ignore = "needs the recordings in STEPWRIGHT_RECORDINGS"]
fn recorded_executions_are_within_their_estimates() {
    let (mut held, mut failed) = (0, Vec::new());
    for row in rows("conformance/cases.jsonl") {
        let Some(events) = row["history"].as_array() else {
            continue;
        };
        // In some recordings, events without an order were lost.
        if row["orderLost"] == true {
            continue;
        }
        let Ok(machine) = StateMachine::from_json(&row["definition"].to_string()) else {
            continue;
        };
        let kind = |event: &Value| event["type"].as_str().unwrap_or_default().to_owned();
        let mut entered: BTreeMap<String, u64> = BTreeMap::new();
        let mut items = 0;
        for event in events {
            if kind(event).ends_with("StateEntered") {
                let name = event["stateName"].as_str().unwrap_or_default();
                *entered.entry(name.to_owned()).or_default() += 1;
            }
            items = items.max(event["details"]["length"].as_u64().unwrap_or_default());
        }
        // Recordings of several executions, or of an unfinished one, are not complete histories.
        let last = events.last().map(kind).unwrap_or_default();
        let first = events.first().map(kind).unwrap_or_default();
        if first != "ExecutionStarted"
            || !last.starts_with("Execution")
            || events
                .iter()
                .filter(|event| kind(event).starts_with("Execution"))
                .count()
                != 2
        {
            continue;
        }
        let rounds = entered.values().copied().max().unwrap_or_default();
        let options = EstimateOptions::new().rounds(rounds).items_of_all(0, items);
        let estimate = Estimate::of(&machine, &options);
        let transitions: u64 = entered.values().sum();
        let within = |found: f64, best: f64, worst: f64| {
            found <= worst && (found >= best || last != "ExecutionSucceeded")
        };
        held += 1;
        let holds = within(
            events.len() as f64,
            estimate.best.events,
            estimate.worst.events,
        ) && within(
            transitions as f64,
            estimate.best.transitions,
            estimate.worst.transitions,
        );
        if !holds {
            let kinds: Vec<String> = events.iter().map(kind).collect();
            failed.push(format!(
                "{}: {} events of {} to {}, {transitions} transitions of {} to {}: {}",
                row["id"],
                events.len(),
                estimate.best.events,
                estimate.worst.events,
                estimate.best.transitions,
                estimate.worst.transitions,
                kinds.join(" ")
            ));
        }
    }
    assert!(held > 200, "{held}");
    assert!(
        failed.is_empty(),
        "{} of {held}\n{}",
        failed.len(),
        failed.join("\n")
    );
}
