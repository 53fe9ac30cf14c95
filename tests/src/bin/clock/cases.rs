//! The cases: servers under wrong clocks.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value as Json, json};

use crate::Setup;
use crate::server::{Server, World};

pub(crate) type Outcome = Result<(), String>;

const DAY: i64 = 86_400;
/// The server's log of a step.
const STEPPED: &str = "the wall clock was stepped";
/// The server's log of a clock that is far ahead when it starts.
const UNTRUSTED: &str = "so it is not trusted";

/// Fails with a message unless something holds.
fn ensure(holds: bool, what: impl FnOnce() -> String) -> Outcome {
    if holds { Ok(()) } else { Err(what()) }
}

/// Returns the seconds since 1970 by the machine's clock.
fn now() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_secs_f64()
}

fn number(json: &Json) -> Result<f64, String> {
    json.as_f64().ok_or_else(|| format!("{json} is no number"))
}

/// Checks that the library changes the wall clock of a process: else the cases would prove nothing.
pub(crate) async fn faketime_works(setup: &Setup) -> Outcome {
    let world = World::new(setup)?;
    world.set_clock(100 * DAY)?;
    let mut date = world.command(Path::new("date"));
    let date = date.arg("+%s").stdout(Stdio::piped()).output().await;
    let date = date.map_err(|error| format!("date: {error}"))?;
    let shown = String::from_utf8_lossy(&date.stdout);
    let shown: f64 = shown
        .trim()
        .parse()
        .map_err(|_| format!("date printed {shown}"))?;
    let ahead = shown - now();
    ensure((ahead - 100.0 * 86_400.0).abs() < 60.0, || {
        format!("libfaketime does not work here: the wall clock is {ahead} s ahead")
    })
}

/// Steps the wall clock while executions run.
pub(crate) async fn steps(setup: &Setup) -> Outcome {
    let world = World::new(setup)?;
    let server = world.serve(&[]).await?;
    let work = json!({"StartAt": "Work", "States": {"Work": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "Work"}, "TimeoutSeconds": 300, "HeartbeatSeconds": 200, "End": true}}});
    let machine_timeout = json!({"StartAt": "W", "TimeoutSeconds": 300, "States": {"W": {"Type": "Wait", "Seconds": 3, "End": true}}});
    let until = json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "TimestampPath": "$.until", "End": true}}});
    let retry = json!({"StartAt": "F", "States": {"F": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "Fail"}, "End": true,
        "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 3, "MaxAttempts": 1}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "P"}]}, "P": {"Type": "Pass", "End": true}}});
    let server = &server;
    let mut machines = Vec::new();
    for (name, definition) in [
        ("work", &work),
        ("wait", &machine_timeout),
        ("until", &until),
        ("retry", &retry),
    ] {
        machines.push((name, server.create(name, definition).await?));
    }
    let mut steps = vec![400, -3_600];
    if !setup.is_short {
        steps.extend([100 * DAY, 0, -400 * DAY, 2, 0]);
    }
    let count = steps.len();
    let mut last = now() - 5.0;
    for (number, step) in steps.into_iter().enumerate() {
        let mut started = Vec::new();
        for (name, machine) in &machines {
            // The server's time is the machine's: its wall clock was right when it started.
            let until = timestamp(now() + 3.0).await?;
            let begun = Instant::now();
            let arn = server
                .start_execution(machine, &json!({"until": until}))
                .await?;
            started.push((*name, arn, begun));
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        world.set_clock(step)?;
        for (name, arn, begun) in started {
            let described = server.end_of(&arn).await?;
            let took = begun.elapsed().as_secs_f64();
            let at = format!("`{name}` with a step to {step:+} s");
            ensure(described["status"] == "SUCCEEDED", || {
                format!("{at}: {described}")
            })?;
            ensure((1.5..15.0).contains(&took), || {
                format!("{at} took {took} s")
            })?;
            last = last.max(check_times(server, &arn, &described, last).await?);
        }
        let began = Instant::now();
        while server.count(STEPPED) < number + 1 && began.elapsed() < Duration::from_secs(25) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let logged = server.count(STEPPED);
        ensure(logged == number + 1, || {
            format!(
                "the step to {step:+} s is logged {} times: {:?}",
                logged - number,
                server.log()
            )
        })?;
    }
    // No step is logged a second time.
    tokio::time::sleep(Duration::from_secs(12)).await;
    ensure(server.count(STEPPED) == count, || {
        format!("{:?}", server.log())
    })
}

/// Checks that the times of an execution do not decrease, and that they are those of the machine's
/// clock. Returns the last.
async fn check_times(
    server: &Server,
    arn: &str,
    described: &Json,
    earliest: f64,
) -> Result<f64, String> {
    let (start, stop) = (
        number(&described["startDate"])?,
        number(&described["stopDate"])?,
    );
    let mut times = vec![start];
    times.extend(server.event_times(arn).await?);
    times.push(stop);
    ensure(times.is_sorted(), || format!("times decrease: {times:?}"))?;
    ensure(earliest <= start && stop <= now() + 5.0, || {
        format!("{start} to {stop} does not follow {earliest}")
    })?;
    Ok(start)
}

/// Formats seconds since 1970 for a Wait.
async fn timestamp(seconds: f64) -> Result<String, String> {
    let mut date = tokio::process::Command::new("date");
    date.args(["-u", "+%Y-%m-%dT%H:%M:%S.%3NZ", "-d"])
        .arg(format!("@{seconds}"));
    let date = date
        .output()
        .await
        .map_err(|error| format!("date: {error}"))?;
    Ok(String::from_utf8_lossy(&date.stdout).trim().to_owned())
}

fn pass() -> Json {
    json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}})
}

/// Starts servers with a clock that is 100 days ahead on a store with closed executions.
pub(crate) async fn ahead(setup: &Setup, restarts: usize, is_killed: bool) -> Outcome {
    let world = World::new(setup)?;
    let server = world.serve(&[]).await?;
    let machine = server.create("pass", &pass()).await?;
    let mut old = Vec::new();
    for _ in 0..20 {
        let arn = server.start_execution(&machine, &json!({})).await?;
        server.end_of(&arn).await?;
        old.push(arn);
    }
    old.sort();
    ensure(server.count(UNTRUSTED) == 0, || {
        format!("{:?}", server.log())
    })?;
    // A server that is killed has written no mark. The next server derives it from the newest
    // execution.
    if is_killed {
        server.kill().await?
    } else {
        server.end().await?
    }
    let mut all = old.clone();
    world.set_clock(100 * DAY)?;
    for restart in 0..restarts {
        let server = world.serve(&[]).await?;
        ensure(server.count(UNTRUSTED) == 1, || {
            format!("{:?}", server.log())
        })?;
        let arn = server.start_execution(&machine, &json!({})).await?;
        server.end_of(&arn).await?;
        all.push(arn);
        all.sort();
        // A server deletes expired executions when it starts.
        tokio::time::sleep(Duration::from_secs(1)).await;
        let listed = server.executions(&machine).await?;
        ensure(listed == all, || {
            format!("{} of {} executions are left", listed.len(), all.len())
        })?;
        if restart % 2 == 0 {
            server.kill().await?
        } else {
            server.end().await?
        }
    }
    world.set_clock(0)?;
    let server = world.serve(&[]).await?;
    ensure(server.count(UNTRUSTED) == 0, || {
        format!("{:?}", server.log())
    })?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let listed = server.executions(&machine).await?;
    ensure(listed == all, || {
        format!("the right clock left {} of {}", listed.len(), all.len())
    })?;
    server.end().await?;
    // After the confirmation, the same clock deletes executions that are 100 days old.
    world.set_clock(100 * DAY)?;
    let server = world.serve(&["--confirm-clock"]).await?;
    let begun = Instant::now();
    // A list that meets an execution in the middle of its deletion may fail.
    while !(server.executions(&machine).await).is_ok_and(|left| left.len() <= all.len() - old.len())
    {
        ensure(begun.elapsed() < Duration::from_secs(30), || {
            "a confirmed clock does not delete old executions".to_owned()
        })?;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let left = server.executions(&machine).await?;
    ensure(!left.iter().any(|arn| old.contains(arn)), || {
        format!("{left:?}")
    })?;
    server.end().await?;
    // The next server needs no confirmation.
    let server = world.serve(&[]).await?;
    ensure(server.count(UNTRUSTED) == 0, || {
        format!("{:?}", server.log())
    })?;
    server.end().await
}

/// Starts servers with a clock that goes back between them.
pub(crate) async fn behind(setup: &Setup) -> Outcome {
    let world = World::new(setup)?;
    world.set_clock(3_600)?;
    let server = world.serve(&[]).await?;
    let forever =
        json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 86_400, "End": true}}});
    let machine = server.create("wait", &forever).await?;
    let arn = server.start_execution(&machine, &json!({})).await?;
    server.end().await?;
    world.set_clock(0)?;
    let server = world.serve(&[]).await?;
    server
        .call("StopExecution", json!({"executionArn": arn}))
        .await?;
    let described = server.end_of(&arn).await?;
    let (start, stop) = (
        number(&described["startDate"])?,
        number(&described["stopDate"])?,
    );
    ensure(start > now() + 3_000.0, || {
        format!("the first server's clock was right: {described}")
    })?;
    ensure(stop >= start, || {
        format!("it stopped before it started: {described}")
    })?;
    let times = server.event_times(&arn).await?;
    ensure(times.is_sorted(), || format!("times decrease: {times:?}"))?;
    ensure(server.count("is behind the newest time") == 1, || {
        format!("{:?}", server.log())
    })?;
    server.end().await
}
