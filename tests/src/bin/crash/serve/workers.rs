//! The workers of the activity, and the clients that answer the tokens of tasks.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::api::{Api, Outcome};
use crate::log::Line;
use crate::machines::PICK;
use crate::verdict::Kind;
use crate::world::{self, TokenRequest, World};

/// How many workers poll the activity.
const WORKERS: u32 = 4;
/// The pause after a request whose outcome is unknown.
const PAUSE: Duration = Duration::from_millis(50);
/// The codes of a token whose task is over, or was over before the server started.
const GONE: [&str; 3] = ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"];

/// Starts the workers of the activity, which must exist.
pub(crate) fn work(api: &Arc<Api>, world: &Arc<World>) {
    for number in 0..WORKERS {
        let (api, world) = (api.clone(), world.clone());
        tokio::spawn(async move {
            loop {
                poll(&api, &world, number).await;
            }
        });
    }
}

async fn poll(api: &Api, world: &World, number: u32) {
    let request = json!({"activityArn": PICK, "workerName": format!("worker-{number}")});
    let task = match api.call("GetActivityTask", &request).await {
        Outcome::Success(task) => task,
        Outcome::Unknown => return tokio::time::sleep(PAUSE).await,
        Outcome::Refused(code) => {
            let what = format!("{PICK} was created, and a poll is refused with {code}");
            api.report(Kind::Lost, what).await;
            return tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    // A poll without a task ends after a minute.
    let Some(token) = task["taskToken"].as_str() else {
        return;
    };
    let input: Option<Value> = task["input"]
        .as_str()
        .and_then(|input| serde_json::from_str(input).ok());
    let mut attempt = world::attempt(&input.unwrap_or_default());
    attempt.token = Some(token.to_owned());
    world.log.write(Line::Start(attempt.clone())).await;
    world.works().await;
    world.log.write(Line::End(attempt.clone())).await;
    world.ask(TokenRequest {
        execution: attempt.execution,
        token: token.to_owned(),
        says: attempt.task,
    });
}

/// Answers tokens: some with a failure, some by two clients at the same time, and each until its
/// outcome is known.
pub(crate) async fn answer(
    api: Arc<Api>,
    world: Arc<World>,
    mut tokens: mpsc::UnboundedReceiver<TokenRequest>,
) {
    while let Some(asked) = tokens.recv().await {
        let (api, world) = (api.clone(), world.clone());
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(world.below(250))).await;
            let token = &asked.token;
            let (operation, request) = match world.below(6) {
                // The state retries the error `Busy`.
                0 => (
                    "SendTaskFailure",
                    json!({"taskToken": token, "error": "Busy", "cause": json!({"token": token}).to_string()}),
                ),
                _ => {
                    let output = json!({"token": token, "says": asked.says});
                    (
                        "SendTaskSuccess",
                        json!({"taskToken": token, "output": output.to_string()}),
                    )
                }
            };
            let mut is_double = world.below(3) == 0;
            loop {
                let once = api.call(operation, &request);
                let outcomes = if std::mem::take(&mut is_double) {
                    let (one, other) = tokio::join!(once, api.call(operation, &request));
                    vec![one, other]
                } else {
                    vec![once.await]
                };
                let mut is_known = false;
                for outcome in outcomes {
                    is_known |= settles(&api, &asked, outcome).await;
                }
                if is_known {
                    return;
                }
                tokio::time::sleep(PAUSE).await;
            }
        });
    }
}

/// Returns whether the outcome of an answer is known.
async fn settles(api: &Api, asked: &TokenRequest, outcome: Outcome) -> bool {
    match outcome {
        Outcome::Success(_) => true,
        Outcome::Unknown => false,
        Outcome::Refused(code) => {
            if !GONE.contains(&code.as_str()) {
                let TokenRequest {
                    execution, token, ..
                } = asked;
                let what =
                    format!("{execution}: the answer to the token {token} is refused with {code}");
                api.report(Kind::Broken, what).await;
            }
            true
        }
    }
}
