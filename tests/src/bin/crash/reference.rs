//! The outputs of executions in a process that is not killed.

use std::collections::HashMap;
use std::path::Path;

use serde_json::{Value, json};
use stepwright_runtime::StartOptions;
use tokio::task::JoinSet;

use crate::child::INPUTS;
use crate::log::Log;
use crate::machines;
use crate::verdict::Broken;
use crate::world::{self, World};

/// The outputs by machine and input.
pub(crate) type Outputs = HashMap<(String, u64), Value>;

/// Runs each machine with each input, without a store.
pub(crate) async fn outputs(folder: &Path) -> Result<Outputs, Broken> {
    let log = Log::open(&folder.join("reference.jsonl"))?;
    let (world, tokens) = World::new(log, 0);
    let engine = world::builder(&world)
        .build()
        .map_err(|error| error.to_string())?;
    let answering = tokio::spawn(world::answer(engine.clone(), world.clone(), tokens));
    let picking = tokio::spawn(world::pick(engine.clone(), world));
    let mut ends = JoinSet::new();
    for (machine, _) in machines::all() {
        for id in 0..INPUTS {
            let engine = engine.clone();
            ends.spawn(async move {
                let options = StartOptions::new().name(format!("{machine}-{id}"));
                let run = engine
                    .start_machine(machine, json!({"id": id}), options)
                    .await;
                let run = run.map_err(|error| error.to_string())?;
                let report = run.report().await;
                let output = report.output.as_ref().ok_or_else(|| {
                    format!(
                        "{machine} fails in a run without a kill: {:?}: {:?}",
                        report.error, report.cause
                    )
                })?;
                Ok::<_, Broken>(((machine.to_owned(), id), output.to_json()))
            });
        }
    }
    let mut outputs = Outputs::new();
    while let Some(end) = ends.join_next().await {
        let (key, output) = end.map_err(|error| error.to_string())??;
        outputs.insert(key, output);
    }
    answering.abort();
    picking.abort();
    Ok(outputs)
}
