//! Other load: workers of the activity, tokio runtimes that shut down, and readers of the list of
//! executions.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::try_join_all;
use serde_json::{Value, json};
use stepwright_interpreter::query::Entropy;
use stepwright_runtime::task::TaskFailure;
use stepwright_runtime::{Engine, ExecutionFilter, Status, TokenError};

use crate::client::{Client, Started};
use crate::machines::PICK;
use crate::world::{Lost, World, in_time, lock, must};

/// Longer than the timeout of the activity's task.
const TOO_LONG: Duration = Duration::from_millis(2_200);

fn note_worked(world: &World, input: &Value) {
    world.counts.worked.add(1);
    let id = input["id"].as_str().unwrap_or_default();
    // Its client inserted the entry; a task that timed out before has no entry any more.
    if let Some(times) = lock(&world.worked).get_mut(id) {
        *times += 1;
    }
}

/// Works for the activity; cancels most polls, and answers manually.
pub(crate) async fn poll_by_hand(
    engine: Engine,
    world: Arc<World>,
    entropy: Entropy,
) -> Result<(), Lost> {
    while !world.is_over() {
        let patience = Duration::from_micros(entropy.next_u64() % 3_000);
        let polled = tokio::time::timeout(patience, engine.get_activity_task(PICK, None)).await;
        let Ok(polled) = polled else {
            world.counts.polls_given_up.add(1);
            continue;
        };
        let task = polled.map_err(|error| error.to_string())?;
        let input = task.input.to_json();
        note_worked(&world, &input);
        let answered = match input["does"].as_str() {
            Some("panics") => {
                world.counts.worker_panics.add(1);
                let error = Some("Stepwright.TaskPanicked");
                engine.send_task_failure(&task.token, error, None).await
            }
            Some("is late") => {
                tokio::time::sleep(TOO_LONG).await;
                let late = engine.send_task_success(&task.token, &input).await;
                must(late == Err(TokenError::TaskTimedOut), || {
                    format!("an answer after the timeout gave {late:?}")
                })?;
                world.counts.late_work.add(1);
                continue;
            }
            _ => engine.send_task_success(&task.token, &input).await,
        };
        match answered {
            // It waited for its worker until it timed out.
            Ok(()) | Err(TokenError::TaskTimedOut) => {}
            Err(error) => return Err(format!("a worker's answer was refused: {error}")),
        }
    }
    Ok(())
}

/// Works for the activity with a handler; is cancelled from time to time while it polls, and starts
/// again.
pub(crate) async fn work_by_handler(engine: Engine, world: Arc<World>) -> Result<(), Lost> {
    let work = |input: Value| {
        let world = world.clone();
        async move {
            note_worked(&world, &input);
            match input["does"].as_str() {
                Some("panics") => {
                    world.counts.worker_panics.add(1);
                    panic!("a box fell down")
                }
                Some("is late") => {
                    tokio::time::sleep(TOO_LONG).await;
                    world.counts.late_work.add(1);
                }
                _ => tokio::task::yield_now().await,
            }
            Ok::<_, TaskFailure>(input)
        }
    };
    let working = engine.work_on_activity(PICK, Some("handler"), work);
    tokio::pin!(working);
    while !world.is_over() {
        tokio::select! {
            ended = &mut working => return ended.map(|never| match never {}).map_err(|error| error.to_string()),
            () = tokio::time::sleep(Duration::from_millis(100)) => {}
        }
    }
    Ok(())
}

/// Starts executions on tokio runtimes that shut down, and redrives the aborted ones on this
/// runtime.
pub(crate) async fn replace_runtimes(client: Client) -> Result<(), Lost> {
    let client = Arc::new(client);
    while !client.world.is_over() {
        let second = client.clone();
        let begun = tokio::task::spawn_blocking(move || on_a_runtime_that_goes(&second));
        let begun = begun.await.map_err(|error| error.to_string())??;
        client.world.counts.runtimes.add(1);
        try_join_all(begun.into_iter().map(|begun| go_on(&client, begun))).await?;
    }
    Ok(())
}

/// An execution, with its items if it is a batch.
struct Begun {
    run: Started,
    items: Option<Vec<Value>>,
}

fn on_a_runtime_that_goes(client: &Client) -> Result<Vec<Begun>, Lost> {
    let lives = Duration::from_millis(client.below(300));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let begun = runtime.block_on(async {
        let mut begun = Vec::new();
        for _ in 0..10 {
            let run = client.start("waiting", json!({})).await?;
            begun.push(Begun { run, items: None });
            let items = client.items();
            let run = client.start("batch", json!(items)).await?;
            begun.push(Begun {
                run,
                items: Some(items),
            });
            tokio::time::sleep(lives / 10).await;
        }
        Ok(begun)
    });
    runtime.shutdown_timeout(Duration::from_secs(5));
    begun
}

async fn go_on(client: &Client, begun: Begun) -> Result<(), Lost> {
    let Begun { run, items } = begun;
    let report = in_time(format!("{}, after its runtime,", run.id()), run.report()).await?;
    // An execution that failed by itself has the error of an item.
    let is_broken_off = report.status == Status::Aborted;
    client.world.counts.broken_off.add(u64::from(is_broken_off));
    match items {
        Some(items) => client.send_rest(&run, &items).await,
        None if client.end(&run).await?.status == Status::Succeeded => Ok(()),
        None => {
            let again = client.redrive(run.id()).await?;
            client.succeeds(&again).await.map(drop)
        }
    }
}

/// Reads the list of executions, page by page.
pub(crate) async fn read_pages(client: Client) -> Result<(), Lost> {
    while !client.world.is_over() {
        let mut filter = ExecutionFilter::new().limit(1 + client.below(200) as usize);
        match client.below(3) {
            0 => filter = filter.machine("batch"),
            1 => filter = filter.status(Status::Running),
            _ => {}
        }
        let mut seen = HashSet::new();
        let mut next: Option<String> = None;
        loop {
            let page = match &next {
                Some(next) => client
                    .engine
                    .blocking_executions(&filter.clone().after(next)),
                None => client.engine.blocking_executions(&filter),
            };
            let page = page.map_err(|error| error.to_string())?;
            client.world.counts.rows.add(page.executions.len() as u64);
            for row in page.executions {
                must(
                    (row.status == Status::Running) == row.stopped.is_none(),
                    || format!("a row is not of one moment: {row:?}"),
                )?;
                must(seen.insert(row.id.clone()), || {
                    format!("{} is on two pages", row.id)
                })?;
            }
            match page.next {
                Some(after) => next = Some(after),
                None => break,
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(Duration::from_millis(client.below(300))).await;
    }
    Ok(())
}
