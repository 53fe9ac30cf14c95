//! Waits in a test for the task token of a state, until no execution can call it any more.

use std::panic::Location;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::select;
use stepwright_engine::clock::Clock;
use stepwright_engine::test_support::ProgressState;
use web_time::Instant;

use super::record::Record;
use super::rule::Rule;

/// The interval between two checks of whether an execution makes progress.
const TICK: Duration = Duration::from_millis(20);
/// How long to wait for the test itself, which may start an execution or answer another token in
/// another task.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long to wait for an actor outside the test, such as a worker of an activity.
const PATIENCE_OUTSIDE: Duration = Duration::from_secs(10);

/// Waits for the token of a state's last call. `caller` is the line of the test.
pub(super) async fn of(
    record: &Arc<Record>,
    rules: &[Arc<Rule>],
    state: &str,
    caller: &Location<'_>,
) -> String {
    let _listening = record.listeners.listen();
    let mut still: Option<(ProgressState, Instant)> = None;
    // The wait is measured in real time, also where the engine has a virtual clock.
    let ticks = Clock::real();
    loop {
        let mut called = pin!(record.called.notified());
        called.as_mut().enable();
        let problem = match find_token(record, rules, state) {
            Ok(Some(token)) => return token,
            Ok(None) => given_up(record, &mut still),
            Err(problem) => Some(problem),
        };
        if let Some(problem) = problem {
            panic!("no token of `{state}` at {caller}: {problem}");
        }
        // The next round checks again, whichever of the two ended the wait.
        select(called, ticks.sleep(TICK)).await;
    }
}

/// Returns the token, or the reason why there will never be one.
fn find_token(record: &Record, rules: &[Arc<Rule>], state: &str) -> Result<Option<String>, String> {
    let recorded = record.lock();
    if let Some(call) = recorded.calls.iter().rev().find(|call| call.state == state) {
        let none = || format!("its task `{}` does not wait for one", call.resource);
        return call.token.clone().map(Some).ok_or_else(none);
    }
    if let Some(problem) = recorded.state_problem(state) {
        return Err(problem);
    }
    let states = recorded.states();
    let mut named = states.iter().filter(|known| known.name() == state);
    let is_mocked = named.any(|state| rules.iter().any(|rule| rule.matcher.may_be_for(state)));
    if !states.is_empty() && !is_mocked {
        return Err("none of these mocks answers it".to_owned());
    }
    if recorded.engines.is_empty() && record.has_one_holder() {
        return Err(
            "no engine uses these mocks; pass a clone of them to `tasks` of the engine's builder"
                .to_owned(),
        );
    }
    Ok(None)
}

/// Returns the reason why no call can follow, once no execution has made progress for long enough.
fn given_up(record: &Record, still: &mut Option<(ProgressState, Instant)>) -> Option<String> {
    let recorded = record.lock();
    let engines = recorded
        .engines
        .iter()
        .map(|engine| engine.progress_state());
    let now = engines.max().unwrap_or(ProgressState::WaitsForOutside);
    let since = match still {
        Some((before, since)) if *before == now => *since,
        _ => still.insert((now, Instant::now())).1,
    };
    let (patience, problem) = match now {
        ProgressState::Running => return None,
        ProgressState::Ended => (PATIENCE, "it was not called, and no execution runs"),
        ProgressState::WaitsForTest => (
            PATIENCE,
            "it was not called, and the executions that run wait for the test",
        ),
        ProgressState::WaitsForOutside => (
            PATIENCE_OUTSIDE,
            "it was not called, and no execution makes progress",
        ),
    };
    if since.elapsed() < patience {
        return None;
    }
    let calls: Vec<String> = (recorded.calls.iter())
        .map(|call| format!("`{}`", call.state))
        .collect();
    let calls = match calls.as_slice() {
        [] => "no mock was called".to_owned(),
        calls => format!("mocks were called by {}", calls.join(", ")),
    };
    let message = recorded.last_message.as_deref();
    let message = message.map_or_else(String::new, |message| format!("; {message}"));
    Some(format!("{problem}; {calls}{message}"))
}
