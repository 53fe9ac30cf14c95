//! The clients of the control plane: they create the state machines and the activity, and change
//! and delete other resources.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use super::api::{Api, Outcome};
use super::clients::{Clients, Phase};
use super::machines::{self, ALIAS, Family, MACHINE_ARN};
use crate::verdict::Kind;
use crate::world::World;

pub(crate) const ROLE: &str = "arn:aws:iam::123456789012:role/crash";
/// The number of rounds after which a new family is created.
const ROUNDS_OF_A_FAMILY: u32 = 8;
/// The pause after a request whose outcome is unknown.
const PAUSE: Duration = Duration::from_millis(50);

/// Repeats an idempotent request until its outcome is known. Reports each refusal that is not
/// allowed.
async fn settle(api: &Api, operation: &str, request: &Value, allowed: &[&str]) -> Option<Value> {
    loop {
        match api.call(operation, request).await {
            Outcome::Success(response) => return Some(response),
            Outcome::Unknown => tokio::time::sleep(PAUSE).await,
            Outcome::Refused(code) => {
                if !allowed.contains(&code.as_str()) {
                    let what = format!("{operation} is refused with {code}: {request}");
                    api.report(Kind::Broken, what).await;
                }
                return None;
            }
        }
    }
}

pub(crate) fn create(name: &str, definition: &Value) -> Value {
    json!({"name": name, "definition": definition.to_string(), "roleArn": ROLE})
}

/// Creates the activity and the machines that the whole run uses.
pub(crate) async fn set_up(api: &Api) {
    let name = crate::machines::PICK.rsplit(':').next().unwrap_or_default();
    settle(api, "CreateActivity", &json!({"name": name}), &[]).await;
    for (name, definition) in machines::static_machines() {
        settle(api, "CreateStateMachine", &create(&name, &definition), &[]).await;
    }
}

/// Creates a family: its machines, and a version and an alias of the nested one.
pub(crate) async fn add_family(api: &Api, family: &Family) {
    for (name, definition) in family.machines() {
        settle(api, "CreateStateMachine", &create(&name, &definition), &[]).await;
        if name != family.inner() {
            continue;
        }
        let [own, version, _] = family.targets();
        let request = json!({"stateMachineArn": own});
        settle(api, "PublishStateMachineVersion", &request, &[]).await;
        let routes = json!([{"stateMachineVersionArn": version, "weight": 100}]);
        let request = json!({"name": ALIAS, "routingConfiguration": routes});
        settle(api, "CreateStateMachineAlias", &request, &[]).await;
    }
}

/// Starts the clients of the control plane. Sends a message when the activity exists, and ends in
/// [`Phase::Ending`].
pub(crate) fn work(
    api: &Arc<Api>,
    world: &Arc<World>,
    clients: &Arc<Clients>,
    phase: watch::Receiver<Phase>,
    ready: oneshot::Sender<()>,
) -> Vec<JoinHandle<()>> {
    let families = {
        let (api, clients, phase) = (api.clone(), clients.clone(), phase.clone());
        tokio::spawn(async move {
            set_up(&api).await;
            // The receiver waits for it.
            let _gone = ready.send(());
            let mut number = 1;
            while *phase.borrow() != Phase::Ending {
                let wanted = 1 + api.address().await.round / ROUNDS_OF_A_FAMILY;
                if wanted < number {
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
                add_family(&api, &Family { number }).await;
                clients.add_family(number);
                number += 1;
            }
        })
    };
    let (api, world) = (api.clone(), world.clone());
    let victims = tokio::spawn(async move {
        let mut number = 0;
        while *phase.borrow() != Phase::Ending {
            if *phase.borrow() == Phase::Working {
                number += 1;
                change(&api, &world, number).await;
            }
            tokio::time::sleep(Duration::from_millis(400 + world.below(800))).await;
        }
    });
    vec![families, victims]
}

/// Creates a resource, changes it and deletes it, with a request of each kind whose outcome may be
/// unknown. The log is judged later.
async fn change(api: &Api, world: &World, number: u64) {
    let name = format!("victim-{number}");
    let arn = format!("{MACHINE_ARN}{name}");
    let describe = json!({"stateMachineArn": arn});
    let definition = machines::victim(number * 10);
    let steps: Vec<(&str, Value)> = match world.below(3) {
        0 => {
            let activity = crate::machines::PICK.replace(":pick", &format!(":{name}"));
            vec![
                ("CreateActivity", json!({"name": name})),
                ("DescribeActivity", json!({"activityArn": activity})),
                ("DeleteActivity", json!({"activityArn": activity})),
                ("DescribeActivity", json!({"activityArn": activity})),
            ]
        }
        1 => {
            let route = |version: u32| json!([{"stateMachineVersionArn": format!("{arn}:{version}"), "weight": 100}]);
            let alias = format!("{arn}:{ALIAS}");
            vec![
                ("CreateStateMachine", create(&name, &definition)),
                ("PublishStateMachineVersion", describe.clone()),
                (
                    "CreateStateMachineAlias",
                    json!({"name": ALIAS, "routingConfiguration": route(1)}),
                ),
                (
                    "UpdateStateMachine",
                    json!({"stateMachineArn": arn, "definition": machines::victim(number * 10 + 1).to_string()}),
                ),
                ("PublishStateMachineVersion", describe.clone()),
                (
                    "UpdateStateMachineAlias",
                    json!({"stateMachineAliasArn": alias, "routingConfiguration": route(2)}),
                ),
                (
                    "DescribeStateMachineAlias",
                    json!({"stateMachineAliasArn": alias}),
                ),
            ]
        }
        _ => vec![
            ("CreateStateMachine", create(&name, &definition)),
            ("DescribeStateMachine", describe.clone()),
            (
                "StartExecution",
                json!({"stateMachineArn": arn, "name": format!("v-{number}"), "input": json!({"id": number % crate::child::INPUTS}).to_string()}),
            ),
            (
                "UpdateStateMachine",
                json!({"stateMachineArn": arn, "definition": machines::victim(number * 10 + 1).to_string()}),
            ),
            ("DescribeStateMachine", describe.clone()),
            ("DeleteStateMachine", describe.clone()),
            ("DescribeStateMachine", describe.clone()),
        ],
    };
    for (operation, request) in steps {
        drop(api.call(operation, &request).await);
        if world.below(2) == 0 {
            tokio::time::sleep(Duration::from_millis(world.below(120))).await;
        }
    }
}
