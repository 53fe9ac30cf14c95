//! State machines that start themselves.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use stepwright_tests::times::Times;

use crate::Setup;
use crate::target::Target;

/// The longest start of another execution, at the 99th percentile.
const START: Duration = Duration::from_secs(1);

/// How long another execution may take at most.
const PATIENCE: Duration = Duration::from_secs(10);
/// Correct answers: the limit of open executions, and an execution that ended so many executions
/// ago that it is not retained.
const REFUSALS: [&str; 2] = ["ExecutionLimitExceeded", "ExecutionDoesNotExist"];

pub(crate) async fn attack(setup: &Setup) -> Result<String, String> {
    let mut lines = Vec::new();
    let store = setup.folder.path().join("runaway.db");
    let store = store.to_str().ok_or("the temporary folder is not text")?;
    for (name, machine_type, arguments) in [
        ("in memory", "STANDARD", vec![]),
        ("Express", "EXPRESS", vec![]),
        ("with a store", "STANDARD", vec!["--store", store]),
    ] {
        let line = runaway(setup, machine_type, &arguments).await;
        lines.push(format!(
            "{name}: {}",
            line.map_err(|error| format!("{name}: {error}"))?
        ));
    }
    Ok(lines.join("; "))
}

/// Starts a state machine whose executions start two others each, and then other executions.
async fn runaway(setup: &Setup, machine_type: &str, arguments: &[&str]) -> Result<String, String> {
    let mut target = Target::start(setup, arguments).await?;
    let call = |next: Json| {
        let mut state = json!({
            "Type": "Task", "Resource": "arn:aws:states:::states:startExecution",
            "Parameters": {"StateMachineArn.$": "$.self", "Input.$": "$"}, "ResultPath": null,
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Done", "ResultPath": null}],
        });
        state["Next"] = next;
        state
    };
    let definition = json!({"StartAt": "One", "States": {
        "One": call("Two".into()), "Two": call("Done".into()), "Done": {"Type": "Succeed"},
    }});
    let machine = target.create("runaway", machine_type, &definition).await?;
    let definition = json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}});
    let small = target.create("small", "STANDARD", &definition).await?;
    let input = json!({"self": machine});
    target.start_execution(&machine, &input).await?;
    let (begun, mut times) = (Instant::now(), Vec::new());
    while begun.elapsed() < setup.choose(Duration::from_secs(3), Duration::from_secs(30)) {
        let asked = Instant::now();
        match target.start_execution(&small, &json!({})).await {
            Ok(execution) => target.end_of(&execution, PATIENCE).await.map(drop),
            Err(error) => Err(error),
        }
        .or_else(|error| {
            if REFUSALS.iter().any(|name| error.contains(name)) {
                Ok(())
            } else {
                Err(error)
            }
        })?;
        times.push(asked.elapsed());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let times = Times::of(times);
    if times.percentile(99) > START {
        return Err(format!("other executions are delayed: {times}"));
    }
    let seen = target.finish(setup).await?;
    Ok(format!("other executions {times}; {seen}"))
}
