//! Starts with names that exist in the store.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use stepwright_runtime::store::SqliteStore;
use stepwright_runtime::{Engine, MachineType, StartError, StartOptions};

/// How many tasks start executions.
const STARTERS: usize = 64;
/// The executions with the names that are started again.
const EXISTING: usize = 2_000;
/// How many starts with existing names there are in a second.
const DUPLICATES: usize = 1_000;
/// How often both cases are measured in turn.
const ROUNDS: usize = 3;

fn engine(path: &Path) -> Result<Engine, String> {
    let text = r#"{"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}"#;
    let store = SqliteStore::open(path).map_err(|error| error.to_string())?;
    let builder = Engine::builder().register_json("m", text, MachineType::Standard);
    builder
        .store(store)
        .build()
        .map_err(|error| error.to_string())
}

fn existing(number: usize) -> StartOptions {
    StartOptions::new().name(format!("existing-{}", number % EXISTING))
}

/// Prints the starts in a second without and with duplicates.
pub(crate) async fn measure(time: Duration) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let path = folder.path().join("duplicates.db");
    let first = engine(&path)?;
    for number in 0..EXISTING {
        let run = first
            .start_machine("m", json!({}), existing(number))
            .await
            .map_err(|error| error.to_string())?;
        run.report().await;
    }
    first.shutdown(Duration::from_secs(5)).await;
    drop(first);
    // This engine does not have these executions in memory.
    let engine = engine(&path)?;
    let (mut alone, mut with) = (0.0, 0.0);
    for _ in 0..ROUNDS {
        let (starts, _) = starts_in(&engine, time, false).await?;
        alone += starts;
        let (starts, refused) = starts_in(&engine, time, true).await?;
        with += starts;
        println!("next to {refused:.0} duplicates a second: {starts:.0} starts a second");
    }
    let rounds = f64::from(u32::try_from(ROUNDS).unwrap_or(1));
    let (alone, with) = (alone / rounds, with / rounds);
    println!(
        "{alone:.0} starts a second alone, {with:.0} next to duplicates: {:.1} % less",
        100.0 * (1.0 - with / alone)
    );
    Ok(())
}

/// Returns the starts and the refused duplicates in a second.
async fn starts_in(
    engine: &Engine,
    time: Duration,
    has_duplicates: bool,
) -> Result<(f64, f64), String> {
    let is_over = Arc::new(AtomicBool::new(false));
    let next = Arc::new(AtomicUsize::new(0));
    let begun = Instant::now();
    let mut starters = Vec::new();
    for _ in 0..STARTERS {
        let (engine, is_over) = (engine.clone(), is_over.clone());
        starters.push(tokio::spawn(async move {
            let mut starts = 0_u32;
            while !is_over.load(Ordering::Relaxed) {
                let started = engine.start_machine("m", json!({}), StartOptions::new());
                started.await.map_err(|error| error.to_string())?;
                starts += 1;
            }
            Ok::<u32, String>(starts)
        }));
    }
    let mut duplicates = Vec::new();
    for _ in 0..if has_duplicates { STARTERS } else { 0 } {
        let (engine, is_over) = (engine.clone(), is_over.clone());
        let next = next.clone();
        duplicates.push(tokio::spawn(async move {
            let mut refused = 0_u32;
            while !is_over.load(Ordering::Relaxed) {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let due = Duration::from_secs(1) * u32::try_from(number).unwrap_or(u32::MAX)
                    / u32::try_from(DUPLICATES).unwrap_or(1);
                tokio::time::sleep(due.saturating_sub(begun.elapsed())).await;
                let started = engine.start_machine("m", json!({"again": true}), existing(number));
                match started.await {
                    Err(StartError::ExecutionAlreadyExists(_)) => refused += 1,
                    Err(error) => return Err(error.to_string()),
                    Ok(_) => return Err("a name that exists was started again".to_owned()),
                }
            }
            Ok::<u32, String>(refused)
        }));
    }
    tokio::time::sleep(time).await;
    is_over.store(true, Ordering::Relaxed);
    let seconds = begun.elapsed().as_secs_f64();
    let mut sums = [0.0, 0.0];
    for (sum, tasks) in sums.iter_mut().zip([starters, duplicates]) {
        for task in tasks {
            let count = task.await.map_err(|error| error.to_string())??;
            *sum += f64::from(count);
        }
    }
    let [starts, refused] = sums;
    Ok((starts / seconds, refused / seconds))
}
