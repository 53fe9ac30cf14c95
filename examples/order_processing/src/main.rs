//! Runs orders with different outcomes through the workflow on virtual time: a three-day wait for a
//! reviewer takes no real time.
//!
//! `cargo run --bin order_processing` shows each state as it happens; `-- --emit` prints the
//! definition (ASL) and nothing else.

use std::collections::HashMap;
use std::error::Error;
use std::sync::Mutex;
use std::time::Duration;

use order_processing::{Decision, Fate, OrderProcessing, ReviewRequest, Services, orders};
use stepwright_runtime::clock::{Clock, VIRTUAL_START};
use stepwright_runtime::history::{Event, EventKind};
use stepwright_runtime::{Engine, ExecutionFailed};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    match std::env::args().nth(1).as_deref() {
        None => run().await,
        Some("--emit") => {
            println!("{}", OrderProcessing::definition().to_json_pretty());
            Ok(())
        }
        Some(other) => {
            Err(format!("unknown option `{other}`; `--emit` prints the definition").into())
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let (reviews, requests) = unbounded_channel();
    let clock = Clock::virtual_from(VIRTUAL_START);
    let engine = Engine::builder()
        .register::<OrderProcessing>()
        .state(Services {
            clock: clock.clone(),
            reviews,
            slow_cards: Mutex::default(),
        })
        .clock(clock)
        .build()?;
    tokio::spawn(review(engine.clone(), requests, orders()));

    for Fate { story, order, .. } in orders() {
        println!("\n{}: {story}", order.id);
        let run = engine.start::<OrderProcessing>(order).await?;
        let mut events = run.events();
        while let Some(event) = events.next().await {
            if let Some(line) = describe(&event) {
                let passed = event.timestamp().since(run.execution().started());
                let indent = "  ".repeat(event.scope().len());
                println!("  {:>7}  {indent}{line}", span(passed));
            }
        }
        match run.await {
            Ok(receipt) => println!("  done: {}", serde_json::to_string(&receipt)?),
            Err(ExecutionFailed { error, cause, .. }) => {
                println!(
                    "  failed: {}: {}",
                    error.unwrap_or_default(),
                    cause.unwrap_or_default()
                );
            }
        }
    }
    Ok(())
}

/// Simulates the reviewers: they look at large orders from time to time, and send their decisions
/// with the token of the waiting state.
async fn review(engine: Engine, mut requests: UnboundedReceiver<ReviewRequest>, orders: Vec<Fate>) {
    let verdicts: HashMap<String, _> = orders
        .into_iter()
        .map(|fate| (fate.order.id, fate.review))
        .collect();
    while let Some(request) = requests.recv().await {
        let ReviewRequest {
            order,
            task_token,
            hold,
        } = request;
        let decision = match verdicts.get(&order.id) {
            Some(Some(Ok(()))) => Decision::Approved {
                by: "Margaret".to_owned(),
            },
            Some(Some(Err(reason))) => Decision::Refused {
                reason: (*reason).to_owned(),
            },
            // No reviewer decides, so the state times out.
            Some(None) | None => continue,
        };
        let looks_later = engine.clock().sleep(Duration::from_secs(2 * 60 * 60));
        drop(hold);
        // After the sleep the reviewer holds the clock until the decision is sent.
        let _awake = looks_later.await;
        if let Err(error) = engine.send_task_success(&task_token, &decision).await {
            eprintln!("the decision about {} came too late: {error}", order.id);
        }
    }
}

/// Formats the events to print: entered states, failed and waiting tasks, results.
fn describe(event: &Event) -> Option<String> {
    let error = event.error().unwrap_or("an error without a name");
    match event.kind() {
        kind if kind.is_entered() => Some(format!(
            "{:<8} {}",
            event.state_type()?,
            event.state_name()?
        )),
        EventKind::TaskFailed => Some(format!("         failed with {error}")),
        EventKind::TaskTimedOut => Some("         timed out".to_owned()),
        EventKind::TaskSubmitted => Some("         waits for an answer".to_owned()),
        _ => None,
    }
}

/// Formats a duration for people.
fn span(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..86_400 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}
