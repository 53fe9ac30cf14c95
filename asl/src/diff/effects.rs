//! The effects of a change on running and on redriven executions.
//!
//! Sources, all of AWS's documentation: UpdateStateMachine ("Running executions will continue to
//! use the previous definition and roleArn"; eventually consistent: "Executions started immediately
//! after calling UpdateStateMachine may use the previous state machine definition"),
//! RedriveExecution and "Restarting state machine executions with redrive" ("Redriven executions
//! use the same state machine definition and execution ARN that was used for the original execution
//! attempt", the version and alias too; within 14 days; "the state machine level timeout, if
//! defined, is reset to 0"). The functions and services that an execution calls are not part of its
//! definition. So an old execution calls their new versions.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;
use serde::Serialize;

use crate::json::Object;
use crate::model::StateKind;
use crate::resource::{IntegrationPattern, Resource, ResourceKind};
use crate::words;
use crate::words::quoted;

use super::change::Change;
use super::comparison::Changes;
use super::matching::{MatchReason, Matching, PreparedDefinition};

/// The safety of an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Safety {
    /// AWS ensures it.
    Safe,
    /// It depends on facts outside of the definitions.
    Check,
}

/// An effect of a change on running or redriven executions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Effect {
    /// Identifier for programs: `running`, `redrive`, `callee-removed`, `payload-changed`,
    /// `result-changed`, `waiting`, `execution-type`, `timeout`, `names`.
    pub id: &'static str,
    /// The safety of the effect.
    pub safety: Safety,
    /// What happens, and what to do.
    pub message: String,
    /// The affected states, by their old names.
    pub states: Vec<String>,
}

/// A state of the old definition from which an execution could not continue under the new
/// definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StrandedState {
    /// The state, by its old name.
    pub state: String,
    /// The reason.
    pub reason: String,
}

/// All effects of a change; empty if only comments changed.
pub(super) fn of(
    changes: &Changes,
    old: &PreparedDefinition<'_>,
    new: &PreparedDefinition<'_>,
    matching: &Matching,
) -> Vec<Effect> {
    if changes.is_comments_only() {
        return Vec::new();
    }
    let mut effects = vec![
        Effect {
            id: "running",
            safety: Safety::Safe,
            message: "running executions continue with the definition and the role that they started with; for some seconds after the update, new executions may still start with the old definition".to_owned(),
            states: Vec::new(),
        },
        Effect {
            id: "redrive",
            safety: Safety::Safe,
            message: "a redriven execution continues with the definition, version and alias of its first attempt; to run the new definition, start a new execution".to_owned(),
            states: Vec::new(),
        },
    ];
    effects.extend(removed_callees(old, new));
    effects.extend(changed_calls(changes, old, new, matching));
    effects.extend(waiting(old, new, matching));
    effects.extend(others(changes));
    effects
}

/// A call of a Task: its resource, and the function, queue or machine that its parameters name.
type Call<'d> = (&'d str, Option<&'d str>);

/// The call of a Task.
fn call(state: &Object) -> Option<Call<'_>> {
    const TARGETS: &[&str] = words![
        FunctionName StateMachineArn QueueUrl TopicArn TableName JobDefinition TaskDefinition
        ProjectName JobName EventBusName ApiEndpoint ModelId ClusterId Bucket
    ];
    let resource = state.get("Resource")?.as_str()?;
    let parameters = state.get("Arguments").or_else(|| state.get("Parameters"));
    let text = |key: &str| parameters?.get(key)?.as_str();
    Some((resource, TARGETS.iter().copied().find_map(text)))
}

/// Returns whether two calls have the same callee, also with different patterns of integration. A
/// function by its ARN is that of `lambda:invoke`, and a computed callee may be any of its service.
fn is_same_callee(one: Call<'_>, other: Call<'_>) -> bool {
    let of = |(resource, target): Call<'_>| {
        let parsed = Resource::parse(resource);
        let text = match parsed.integration() {
            Some(_) => target.unwrap_or_default(),
            None => resource,
        };
        let name = text.split_once(":function:").map_or(text, |(_, name)| name);
        let service = match parsed.kind() {
            ResourceKind::Lambda => "lambda:invoke".to_owned(),
            _ => parsed.plain_integration().unwrap_or_default().to_owned(),
        };
        (service, name.to_owned())
    };
    let (one, other) = (of(one), of(other));
    one.0 == other.0 && (one.1 == other.1 || one.1.is_empty() || other.1.is_empty())
}

/// Returns whether code of a user receives the input of a call: a function, a worker, a container,
/// or the receiver of a message. Services of AWS accept each valid request.
fn has_own_callee(resource: &str) -> bool {
    let resource = Resource::parse(resource);
    let service = resource.service();
    resource.kind() != ResourceKind::Service
        || resource.pattern() == IntegrationPattern::WaitForTaskToken
        || words![
            apigateway batch codebuild ecs eks elasticmapreduce eventbridge events glue http lambda
            sagemaker sfn sns sqs states
        ]
        .contains(&service.strip_prefix("aws-sdk:").unwrap_or(service))
}

/// Returns whether code of a user determines the result of a call.
fn has_own_result(resource: &str) -> bool {
    let parsed = Resource::parse(resource);
    let service = parsed.service();
    parsed.kind() != ResourceKind::Service
        || parsed.pattern() == IntegrationPattern::WaitForTaskToken
        || words![apigateway http lambda sfn states]
            .contains(&service.strip_prefix("aws-sdk:").unwrap_or(service))
}

/// A short description of the call: `lambda:invoke of ${ChargeCardArn}`.
fn words((resource, target): Call<'_>) -> String {
    let action = Resource::parse(resource).integration().unwrap_or(resource);
    match target {
        Some(target) => format!("`{target}` ({action})"),
        None => format!("`{action}`"),
    }
}

fn removed_callees(old: &PreparedDefinition<'_>, new: &PreparedDefinition<'_>) -> Vec<Effect> {
    let still: HashSet<Call<'_>> = (new.graph.states().iter())
        .filter_map(|state| call(state.object))
        .collect();
    let is_still = |call: &Call<'_>| still.iter().any(|now| is_same_callee(*call, *now));
    let mut removed: IndexMap<_, Vec<String>> = IndexMap::new();
    for state in old.graph.states() {
        if let Some(call) = call(state.object).filter(|call| !is_still(call)) {
            removed.entry(call).or_default().push(state.name.to_owned());
        }
    }
    removed.into_iter()
        .map(|(call, states)| Effect {
            id: "callee-removed",
            safety: Safety::Check,
            message: format!(
                "the new definition no longer calls {}, but executions of the old one do: keep it and the role's permission until none of them runs or can be redriven (14 days after its end)",
                words(call)
            ),
            states,
        })
        .collect()
}

/// Tasks with the same call whose input, or whose use of the result, changed.
fn changed_calls(
    changes: &Changes,
    old: &PreparedDefinition<'_>,
    new: &PreparedDefinition<'_>,
    matching: &Matching,
) -> Vec<Effect> {
    const SENT: &[&str] = words!(Arguments Parameters InputPath);
    const READ: &[&str] = words!(ResultSelector ResultPath Output OutputPath Assign);
    let places: HashMap<String, usize> = (new.graph.states().iter().enumerate())
        .map(|(index, state)| (state.pointer.to_string(), index))
        .collect();
    let mut effects = Vec::new();
    for change in &changes.states {
        let pointer = change.new_pointer.as_deref();
        let index = pointer.and_then(|pointer| places.get(pointer).copied());
        let Some((after, before)) = index
            .and_then(|index| Some((new.state(index), old.state(*matching.back.get(&index)?))))
        else {
            continue;
        };
        let (Some(from), Some(to)) = (call(before.object), call(after.object)) else {
            continue;
        };
        if from != to {
            continue;
        }
        let touches = |keys: &[&str]| {
            change.fields.iter().any(|field| {
                let pointer = field.old_pointer.as_deref().map(|at| (at, &before.pointer));
                let pointer =
                    pointer.or(field.new_pointer.as_deref().map(|at| (at, &after.pointer)));
                let rest =
                    pointer.and_then(|(at, state)| at.strip_prefix(state.to_string().as_str()));
                let key = rest.and_then(|rest| rest.trim_start_matches('/').split('/').next());
                key.is_some_and(|key| keys.contains(&key))
            })
        };
        let states = vec![before.name.to_owned()];
        let words = words(from);
        if touches(SENT) && has_own_callee(from.0) {
            effects.push(Effect {
                id: "payload-changed",
                safety: Safety::Check,
                message: format!(
                    "`{}` sends different input to {words}: executions of the old definition still send the old input, so the callee must accept both",
                    before.name
                ),
                states: states.clone(),
            });
        }
        if touches(READ) && has_own_result(from.0) {
            effects.push(Effect {
                id: "result-changed",
                safety: Safety::Check,
                message: format!(
                    "`{}` uses the result of {words} differently: executions of the old definition still read the old fields, so the callee must keep returning them",
                    before.name
                ),
                states,
            });
        }
    }
    effects
}

/// Tasks that wait for an external response and are removed or have a different call.
fn waiting(
    old: &PreparedDefinition<'_>,
    new: &PreparedDefinition<'_>,
    matching: &Matching,
) -> Vec<Effect> {
    let mut effects = Vec::new();
    for (index, state) in old.graph.states().iter().enumerate() {
        let Some(call) = call(state.object) else {
            continue;
        };
        let waits = call.0.ends_with(".waitForTaskToken") || call.0.contains(":activity:");
        let now = matching.states.get(&index).map(|(new, _)| *new);
        let now = now.and_then(|index| self::call(new.state(index).object));
        if waits && now != Some(call) {
            effects.push(Effect {
                id: "waiting",
                safety: Safety::Check,
                message: format!(
                    "executions may be waiting in `{}` for a response to {}: keep the worker that responds running until none of them waits",
                    state.name,
                    words(call)
                ),
                states: vec![state.name.to_owned()],
            });
        }
    }
    effects
}

fn others(changes: &Changes) -> Vec<Effect> {
    let mut effects = Vec::new();
    let ends_with = |pointer: &str, ends: &[&str]| ends.iter().any(|end| pointer.ends_with(end));
    for change in &changes.states {
        let kinds = [
            "/ProcessorConfig",
            "/ProcessorConfig/Mode",
            "/ProcessorConfig/ExecutionType",
        ];
        if change
            .fields
            .iter()
            .any(|field| ends_with(field.pointer(), &kinds))
        {
            effects.push(Effect {
                id: "execution-type",
                safety: Safety::Check,
                message: format!(
                    "`{}` changes the type of its child executions: Map Runs that have started keep the old type; EXPRESS children run for at most five minutes and may run a state twice",
                    change.name
                ),
                states: vec![change.old_name.clone().unwrap_or(change.name.clone())],
            });
        }
    }
    if changes
        .machine
        .iter()
        .any(|field| field.pointer() == "/TimeoutSeconds")
    {
        effects.push(Effect {
            id: "timeout",
            safety: Safety::Safe,
            message: "running executions keep the old TimeoutSeconds; a redrive restarts it"
                .to_owned(),
            states: Vec::new(),
        });
    }
    let names: Vec<String> = changes
        .states
        .iter()
        .filter_map(|state| match state.change {
            Change::Removed => Some(state.name.clone()),
            Change::Renamed => state.old_name.clone(),
            _ => None,
        })
        .collect();
    if !names.is_empty() {
        effects.push(Effect {
            id: "names",
            safety: Safety::Check,
            message: format!(
                "alarms, dashboards, log filters and mock files that name {} no longer match new executions",
                quoted(&names)
            ),
            states: names,
        });
    }
    effects
}

/// The states from which an execution could not continue under the new definition.
pub(super) fn stranded(
    old: &PreparedDefinition<'_>,
    new: &PreparedDefinition<'_>,
    matching: &Matching,
) -> Vec<StrandedState> {
    let kind = |kind: Option<StateKind>| kind.map_or("unknown type", StateKind::as_str);
    let mut stranded = Vec::new();
    for (index, state) in old.graph.states().iter().enumerate() {
        let reason = match matching.states.get(&index) {
            None => "it was removed".to_owned(),
            Some(&(to, found)) => {
                let now = new.state(to);
                if found == MatchReason::Renamed {
                    format!("it is `{}` now", now.name)
                } else if found == MatchReason::Moved {
                    "it is now in another branch or Map".to_owned()
                } else if now.kind != state.kind {
                    format!(
                        "it was a {} and is a {} now",
                        kind(state.kind),
                        kind(now.kind)
                    )
                } else if !keeps_branches(state.inner.as_slice(), now.inner.as_slice(), matching) {
                    "its branches, or their order, have changed".to_owned()
                } else {
                    continue;
                }
            }
        };
        stranded.push(StrandedState {
            state: state.name.to_owned(),
            reason,
        });
    }
    stranded
}

fn keeps_branches(old: &[usize], new: &[usize], matching: &Matching) -> bool {
    old.len() == new.len()
        && old
            .iter()
            .zip(new)
            .all(|(old, new)| matching.bodies.get(old) == Some(new))
}
