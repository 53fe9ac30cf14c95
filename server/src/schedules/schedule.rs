//! A schedule: its expression, its target, and what happens to missed times.

use std::time::Duration;

use stepwright_engine::clock::Timestamp;
use stepwright_engine::server_support::ServerEngine;

use super::expression::ScheduleExpression;
use super::input_template::InputTemplate;
use crate::arn::StatesArn;
use crate::response::print_seconds;

/// A schedule, with its fields as EventBridge Scheduler's `CreateSchedule` names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Schedule {
    /// The name, unique in a server.
    pub(super) name: String,
    pub(super) origin: ScheduleOrigin,
    pub(super) expression: ScheduleExpression,
    /// The text of the expression, with the time zone and the start date: a change of them makes it
    /// a different schedule.
    pub(super) identity: String,
    pub(super) start_date: Option<Timestamp>,
    pub(super) end_date: Option<Timestamp>,
    pub(super) is_enabled: bool,
    pub(super) missed: MissedPolicy,
    pub(super) target: ScheduleTarget,
}

/// The service whose schedule it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ScheduleOrigin {
    /// EventBridge Scheduler, with the name of the group.
    Scheduler { group: String },
    /// A rule of EventBridge with a schedule expression.
    #[cfg(feature = "events")]
    Rule { name: String },
}

/// The state machine of a schedule, and how an execution is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ScheduleTarget {
    /// An ARN, or the name of a state machine of the server.
    pub(super) machine: String,
    pub(super) input: InputTemplate,
    pub(super) max_event_age: Duration,
    pub(super) max_retries: u32,
}

/// Which of the scheduled times that passed while no process started them are started later.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum MissedPolicy {
    /// No time.
    Skip,
    /// The newest one.
    #[default]
    Once,
    /// Each one.
    All,
}

impl Schedule {
    /// Returns the name of the execution of a scheduled time. The name of a schedule has at most 64
    /// characters, so this one has at most 80.
    pub(super) fn execution_name(&self, scheduled: Timestamp) -> String {
        let time = print_seconds(scheduled).replace(['-', ':', 'Z'], "");
        let name = match &self.origin {
            ScheduleOrigin::Scheduler { .. } => self.name.clone(),
            // The name of a rule and the ID of a target can be longer.
            #[cfg(feature = "events")]
            ScheduleOrigin::Rule { .. } => {
                uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, self.name.as_bytes()).to_string()
            }
        };
        format!("{name}-{time}")
    }

    /// Returns the ARN of the schedule.
    pub(super) fn arn(&self, region: &str, account: &str) -> String {
        match &self.origin {
            ScheduleOrigin::Scheduler { group } => {
                format!(
                    "arn:aws:scheduler:{region}:{account}:schedule/{group}/{}",
                    self.name
                )
            }
            #[cfg(feature = "events")]
            ScheduleOrigin::Rule { name } => {
                format!("arn:aws:events:{region}:{account}:rule/{name}")
            }
        }
    }

    /// Returns the first time after a moment. `created` is when the schedule was created: a rate
    /// without a start date begins then.
    pub(super) fn next_after(&self, after: Timestamp, created: Timestamp) -> Option<Timestamp> {
        // AWS ignores both dates for one-time schedules.
        if self.expression.is_one_time() {
            return self.expression.next_after(after, created);
        }
        let anchor = self.start_date.unwrap_or(created);
        let just_before = Timestamp::from_unix_micros(anchor.unix_micros().saturating_sub(1));
        let after = match self.start_date {
            Some(_) => after.max(just_before),
            None => after,
        };
        let next = self.expression.next_after(after, anchor)?;
        match self.end_date {
            Some(end) if next > end => None,
            _ => Some(next),
        }
    }

    /// Whether its times end: virtual time would otherwise jump from one to the next for ever.
    pub(crate) fn has_end(&self) -> bool {
        self.end_date.is_some() || self.expression.is_one_time()
    }

    /// Whether its state machine has another region or account.
    pub(crate) fn is_foreign(&self, region: &str, account: &str) -> bool {
        StatesArn::parse(&self.target.machine)
            .is_ok_and(|arn| (arn.region, arn.account) != (region, account))
    }

    /// Returns its name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Returns its expression, with the time zone and the start date.
    pub(crate) fn times(&self) -> &str {
        self.identity.trim_end()
    }

    /// Returns the ARN of its state machine.
    pub(crate) fn machine_arn(&self, engine: &ServerEngine) -> String {
        let machine = &self.target.machine;
        if machine.starts_with("arn:") {
            machine.clone()
        } else {
            engine.arn("stateMachine", machine).to_string()
        }
    }

    /// Returns the ARN or the name of its state machine.
    pub(crate) fn machine(&self) -> &str {
        &self.target.machine
    }
}
