//! Rules of EventBridge with a schedule expression.

use std::time::Duration;

use stepwright_events::rule::Target;

use super::expression::ScheduleExpression;
use super::input_template::InputTemplate;
use super::list::{MOST_EVENT_AGE, MOST_RETRIES, Schedules};
use super::schedule::{MissedPolicy, Schedule, ScheduleOrigin, ScheduleTarget};
use crate::time_zone::NamedTimeZone;

/// A rule of EventBridge that starts executions at times.
#[derive(Clone, Debug)]
pub struct ScheduleRule {
    /// The name of the rule.
    pub name: String,
    /// Its `ScheduleExpression`: `rate(..)`, or `cron(..)` in UTC.
    pub expression: String,
    /// Whether it is `ENABLED`.
    pub is_enabled: bool,
    /// Its targets that are state machines.
    pub targets: Vec<Target>,
}

impl Schedules {
    /// Adds a rule of EventBridge: each of its times starts an execution of each target. The event
    /// of an execution has the source `aws.events` and the detail type `Scheduled Event`.
    ///
    /// ```
    /// use stepwright_events::rule::Target;
    /// use stepwright_events::target_input::TargetInput;
    /// use stepwright_server::{ScheduleRule, Schedules};
    ///
    /// let nightly = ScheduleRule {
    ///     name: "nightly".to_owned(),
    ///     expression: "cron(0 3 * * ? *)".to_owned(),
    ///     is_enabled: true,
    ///     targets: vec![Target {
    ///         id: "report".to_owned(),
    ///         machine: "arn:aws:states:us-east-1:123456789012:stateMachine:Report".to_owned(),
    ///         input: TargetInput::Event,
    ///     }],
    /// };
    /// let schedules = Schedules::default().with_rule(nightly)?;
    /// assert_eq!(schedules.len(), 1);
    /// # Ok::<(), String>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Why the expression is none of a rule.
    pub fn with_rule(mut self, rule: ScheduleRule) -> Result<Self, String> {
        let text = &rule.expression;
        let expression = ScheduleExpression::parse(text, &NamedTimeZone::UTC)?;
        if expression.is_one_time() {
            return Err(format!(
                "`{text}` is an expression of EventBridge Scheduler, and a rule has `rate(..)` or `cron(..)`; use `AWS::Scheduler::Schedule`"
            ));
        }
        for target in rule.targets {
            self.list.push(Schedule {
                name: format!("rule/{}/{}", rule.name, target.id),
                origin: ScheduleOrigin::Rule {
                    name: rule.name.clone(),
                },
                expression: expression.clone(),
                identity: text.clone(),
                start_date: None,
                end_date: None,
                is_enabled: rule.is_enabled,
                missed: MissedPolicy::Once,
                target: ScheduleTarget {
                    machine: target.machine,
                    input: InputTemplate::Rule {
                        name: rule.name.clone(),
                        input: target.input,
                    },
                    max_event_age: Duration::from_secs(MOST_EVENT_AGE.into()),
                    max_retries: MOST_RETRIES,
                },
            });
        }
        Ok(self)
    }
}
