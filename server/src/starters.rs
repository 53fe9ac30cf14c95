//! What starts state machines without a client: the rules of the event bus, and the schedules.

use serde::Serialize;

#[cfg(feature = "console")]
use crate::arn::StatesArn;
use crate::service::Service;

/// A rule or a schedule that starts a state machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Starter {
    /// `rule` or `schedule`.
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    /// The name of the rule's bus, or none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bus: Option<String>,
    /// The pattern of the rule, or the expression of the schedule.
    pub(crate) starts_at: String,
    pub(crate) state_machine_arn: String,
}

impl Service {
    /// Returns the enabled rules and schedules, with their state machines.
    pub(crate) fn starters(&self) -> Vec<Starter> {
        #[allow(
            unused_mut,
            reason = "without its features, nothing else starts executions"
        )]
        let mut starters = Vec::new();
        #[cfg(feature = "events")]
        if let Some(rules) = &self.event_rules {
            for rule in rules.current().rules() {
                starters.extend(rule.targets.iter().map(|target| Starter {
                    kind: "rule",
                    name: rule.name.clone(),
                    bus: Some(rule.bus.clone()),
                    starts_at: rule.pattern.to_string(),
                    state_machine_arn: target.machine.clone(),
                }));
            }
        }
        #[cfg(feature = "schedules")]
        for schedule in self.schedules.borrow().enabled() {
            starters.push(Starter {
                kind: "schedule",
                name: schedule.name().to_owned(),
                bus: None,
                starts_at: schedule.times().to_owned(),
                state_machine_arn: schedule.machine_arn(&self.engine),
            });
        }
        starters
    }

    /// Returns the rules and schedules that start a state machine, or one of its versions.
    #[cfg(feature = "console")]
    pub(crate) fn starters_of(&self, machine: &str) -> Vec<Starter> {
        let mut starters = self.starters();
        starters.retain(|starter| {
            let arn = StatesArn::parse(&starter.state_machine_arn);
            arn.is_ok_and(|arn| {
                let name = arn.state_machine().map(|(name, _)| name);
                self.is_own(&arn) && name.is_ok_and(|name| name == machine)
            })
        });
        starters
    }
}
