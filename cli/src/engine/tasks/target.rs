//! The target of a task: a command, or an HTTP endpoint.

use hyper::Uri;
use stepwright_engine::task::{Answer, TaskCall};

use super::command;
use super::endpoint::{self, Client};
use crate::engine::tasks::group::Groups;

/// `NAME=TARGET` from the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TaskBinding {
    pub(super) name: String,
    pub(super) target: TaskTarget,
}

/// The target of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TaskTarget {
    /// A shell command.
    Command(String),
    /// The URL to which the task's input is posted.
    Endpoint(Uri),
}

/// Resources that targets need. Clones share them.
#[derive(Debug, Clone, Default)]
pub(super) struct TaskResources {
    pub(super) groups: Groups,
    pub(super) client: Client,
}

/// Parses `NAME=COMMAND` or `NAME=http://..`.
pub(crate) fn binding(text: &str) -> Result<TaskBinding, String> {
    let parts = text.split_once('=');
    let parts = parts.map(|(name, target)| (name.trim(), target.trim()));
    match parts {
        Some((name, target)) if !name.is_empty() && !target.is_empty() => Ok(TaskBinding {
            name: name.to_owned(),
            target: TaskTarget::parse(target)?,
        }),
        _ => Err(
            "expected NAME=COMMAND or NAME=URL, for example 'ChargeCard=./charge.py' or 'ChargeCard=http://127.0.0.1:9000/charge'"
                .to_owned(),
        ),
    }
}

impl AsRef<str> for TaskBinding {
    fn as_ref(&self) -> &str {
        &self.name
    }
}

impl TaskTarget {
    fn parse(text: &str) -> Result<Self, String> {
        let is_url = |scheme: &str| {
            let start = text.get(..scheme.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        };
        if is_url("http://") || is_url("https://") {
            return endpoint::url(text).map(Self::Endpoint);
        }
        Ok(Self::Command(text.to_owned()))
    }

    /// Answers a call. The target's input is that of the function, or the state's parameters, and
    /// its output has the same format as that of the function.
    pub(super) fn answer(&self, call: &TaskCall<'_>, means: &TaskResources) -> Answer {
        // The target replaces the function; the integration's response contains more than the
        // function's result.
        let invocation = call.invocation();
        let input = match &invocation {
            Some(invocation) => invocation.payload().to_text(),
            None => call.parameters().to_text(),
        };
        let (target, means) = (self.clone(), means.clone());
        let trace = call.trace_context().cloned();
        let too_large = call.result_too_large();
        Answer::later(async move {
            let output = match target {
                Self::Command(command) => {
                    command::execute(&means.groups, &command, input, trace.as_ref(), too_large)
                        .await?
                }
                Self::Endpoint(url) => {
                    endpoint::call(&means.client, url, input, trace.as_ref(), too_large).await?
                }
            };
            Ok(match invocation {
                Some(invocation) => invocation.response(output),
                None => output,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_needs_a_name_and_a_target() {
        let bound = binding("Charge = ./charge.py --fast").expect("it is a binding");
        assert_eq!(bound.name, "Charge");
        assert_eq!(
            bound.target,
            TaskTarget::Command("./charge.py --fast".to_owned())
        );
        assert!(binding("Charge").is_err());
        assert!(binding("=x").is_err());
        assert!(binding("Charge= ").is_err());
    }

    #[test]
    fn a_url_is_an_endpoint() {
        let target = |text: &str| binding(text).map(|bound| bound.target);
        let url = "http://127.0.0.1:9000/charge?fast=yes";
        assert_eq!(
            target(&format!("Charge={url}")),
            Ok(TaskTarget::Endpoint(url.parse().expect("it is one")))
        );
        let refused = target("Charge=https://example.com").expect_err("there is no TLS");
        assert!(refused.contains("http://"), "{refused}");
        assert!(target("Charge=http://").is_err());
        // A text that only contains a URL is a command.
        let command = "curl http://127.0.0.1:9000".to_owned();
        assert_eq!(
            target(&format!("Charge={command}")),
            Ok(TaskTarget::Command(command))
        );
    }
}
