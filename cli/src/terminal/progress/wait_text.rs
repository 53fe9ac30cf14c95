//! The waits of an execution, in words.

use stepwright_engine::clock::Timestamp;
use stepwright_engine::start_command::shell_word;
use stepwright_engine::{Wait, WaitKind};

use super::duration::{seconds_text, until_text};

/// A wait of an execution, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WaitRow {
    /// The state, with the iterations and branches around it.
    pub(super) state: String,
    /// What the state waits for.
    pub(super) text: String,
    /// The task token, if the wait ends with an answer to it.
    pub(super) token: Option<String>,
    /// Whether it ends only if a person or another program does something.
    pub(super) needs_action: bool,
}

impl WaitRow {
    pub(super) fn of(wait: &Wait, now: Timestamp) -> Self {
        let token = match &wait.kind {
            WaitKind::Token { token, .. } => Some(token.as_str().to_owned()),
            _ => None,
        };
        Self {
            state: path(&wait.scope, &wait.state),
            text: wait_text(wait, now),
            token,
            needs_action: needs_action(&wait.kind),
        }
    }

    /// Returns the command that completes the task with the token.
    pub(super) fn answer_command(&self, endpoint: &str) -> Option<String> {
        let token = self.token.as_deref()?;
        Some(format!(
            "aws stepfunctions send-task-success --endpoint-url {} --task-token {} --task-output '{{}}'",
            shell_word(endpoint),
            shell_word(token)
        ))
    }
}

/// Returns the name of a state after the iterations and branches around it.
pub(super) fn path(scope: &[String], state: &str) -> String {
    let around: String = scope.iter().map(|part| format!("{part} > ")).collect();
    format!("{around}{state}")
}

/// Whether a wait ends only if a person or another program does something.
pub(super) fn needs_action(kind: &WaitKind) -> bool {
    match kind {
        WaitKind::Token { .. } | WaitKind::Handler { .. } => true,
        WaitKind::Activity { token, .. } => token.is_none(),
        _ => false,
    }
}

/// Returns what a state waits for: `attempt 2 in 3s`.
pub(super) fn wait_text(wait: &Wait, now: Timestamp) -> String {
    let until = |at: &Timestamp| until_text(*at - now);
    let since = || {
        wait.since.map_or_else(String::new, |since| {
            format!(" for {}", seconds_text(now - since))
        })
    };
    let limits = |timeout: &Option<Timestamp>, heartbeat: &Option<Timestamp>| {
        let earliest = match (timeout, heartbeat) {
            (Some(timeout), Some(heartbeat)) => Some(timeout.min(heartbeat)),
            (one, None) | (None, one) => one.as_ref(),
        };
        earliest.map_or_else(String::new, |at| format!(", times out in {}", until(at)))
    };
    match &wait.kind {
        WaitKind::Timer { until: at } => format!("ends in {}", until(at)),
        WaitKind::Retry { until: at, attempt } => format!("attempt {attempt} in {}", until(at)),
        WaitKind::Token {
            timeout_at,
            heartbeat_at,
            ..
        } => format!(
            "waits for its task token{}{}",
            since(),
            limits(timeout_at, heartbeat_at)
        ),
        WaitKind::Activity {
            arn,
            token,
            worker,
            timeout_at,
            heartbeat_at,
        } => {
            let activity = last_part(arn);
            let who = match (token, worker) {
                (None, _) => format!("waits for a worker of the activity `{activity}`"),
                (Some(_), Some(worker)) => format!("runs at the worker `{worker}`"),
                (Some(_), None) => format!("runs at a worker of the activity `{activity}`"),
            };
            format!("{who}{}{}", since(), limits(timeout_at, heartbeat_at))
        }
        WaitKind::Task {
            timeout_at,
            heartbeat_at,
            ..
        } => format!("runs{}{}", since(), limits(timeout_at, heartbeat_at)),
        WaitKind::Handler { .. } => "waits: no handler runs this task".to_owned(),
        WaitKind::Execution { arn } => format!("waits for the execution `{}`", last_part(arn)),
        WaitKind::MapRun { .. } => format!("runs its child executions{}", since()),
        _ => "waits".to_owned(),
    }
}

fn last_part(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or(arn)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value as Json, json};
    use stepwright_engine::task::TaskFailure;
    use stepwright_engine::{Engine, MachineType, StartOptions};

    use super::*;

    /// The waits of an execution of one state, after 10 seconds.
    async fn waiting(mut state: Json) -> Vec<WaitRow> {
        state["End"] = json!(true);
        let text = json!({"StartAt": "A", "States": {"A": state}}).to_string();
        let engine = Engine::builder()
            .register_json("m", &text, MachineType::Standard)
            .activity("arn:aws:states:us-east-1:123456789012:activity:packers")
            .function("ask", |_: Json| async { Ok::<_, TaskFailure>(json!(1)) })
            .virtual_time()
            .build()
            .unwrap();
        let _hold = engine.clock().hold();
        let run = engine.start_machine("m", json!({}), StartOptions::new());
        let run = run.await.unwrap();
        let waits = run.waits().await;
        let now = engine.clock().now() + Duration::from_secs(10);
        let rows = waits.iter().map(|wait| WaitRow::of(wait, now)).collect();
        run.stop(None, None).await;
        rows
    }

    #[tokio::test]
    async fn a_wait_is_described_by_what_ends_it() {
        let wait = waiting(json!({"Type": "Wait", "Seconds": 100})).await;
        assert_eq!(wait[0].text, "ends in 1m 30s");
        assert!(!wait[0].needs_action && wait[0].token.is_none());

        let token = json!({
            "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "Parameters": {"FunctionName": "ask", "Payload.$": "$$.Task.Token"}, "TimeoutSeconds": 70,
        });
        let token = waiting(token).await;
        assert_eq!(
            token[0].text,
            "waits for its task token for 10s, times out in 1m"
        );
        assert!(token[0].needs_action);
        let command = token[0].answer_command("http://127.0.0.1:8083").unwrap();
        let begin = "aws stepfunctions send-task-success --endpoint-url http://127.0.0.1:8083 --task-token ";
        assert!(command.starts_with(begin), "{command}");
        assert!(command.ends_with(" --task-output '{}'"), "{command}");

        let activity = "arn:aws:states:us-east-1:123456789012:activity:packers";
        let activity = waiting(json!({"Type": "Task", "Resource": activity})).await;
        assert_eq!(
            activity[0].text,
            "waits for a worker of the activity `packers` for 10s"
        );
        assert!(activity[0].needs_action && activity[0].answer_command("").is_none());
    }
}
