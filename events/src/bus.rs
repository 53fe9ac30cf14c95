//! The rules of buses, and what an event starts.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::event::Event;
use crate::pattern::PatternSet;
use crate::rule::{Rule, Target};
use crate::target_input::{RuleContext, TargetInputError};

/// The rules of all buses of an account.
///
/// ```
/// use stepwright_events::bus::EventBuses;
/// use stepwright_events::event::{Event, EventFields};
/// use stepwright_events::rule::{Rule, Target};
/// use stepwright_events::target_input::TargetInput;
///
/// let buses = EventBuses::new([Rule {
///     name: "orders".to_owned(),
///     bus: "default".to_owned(),
///     pattern: r#"{"detail-type": ["OrderPlaced"]}"#.parse()?,
///     is_enabled: true,
///     targets: vec![Target {
///         id: "ship".to_owned(),
///         machine: "arn:aws:states:us-east-1:123456789012:stateMachine:Ship".to_owned(),
///         input: TargetInput::Event,
///     }],
/// }]);
/// let fields = EventFields {
///     id: "7bf73129-1428-4cd3-a780-95db273d1602",
///     source: "shop.orders",
///     detail_type: "OrderPlaced",
///     account: "123456789012",
///     region: "us-east-1",
///     time: "2026-12-01T08:00:00Z",
///     resources: &[],
/// };
/// let event = Event::new(&fields, r#"{"order": 7}"#.parse()?);
/// let starts = buses.starts("default", &event, "2026-12-01T08:00:01Z");
/// assert_eq!(starts.len(), 1);
/// assert_eq!(starts[0].target.id, "ship");
/// assert!(buses.starts("another-bus", &event, "2026-12-01T08:00:01Z").is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct EventBuses {
    buses: BTreeMap<String, Bus>,
}

/// A bus with its enabled rules.
#[derive(Debug, Clone, Default)]
struct Bus {
    rules: Vec<Rule>,
    patterns: PatternSet,
}

/// An execution that an event starts.
#[derive(Debug, Clone)]
pub struct EventStart<'b> {
    /// The rule that the event matched.
    pub rule: &'b Rule,
    /// The target, which has the state machine.
    pub target: &'b Target,
    /// The name of the execution. The same event gives the same name, so that an event that is
    /// delivered again starts nothing twice.
    pub execution_name: String,
    /// The input as JSON, or the reason why the event cannot fill it.
    pub input: Result<String, TargetInputError>,
}

impl EventBuses {
    /// Creates the buses of rules. Rules that are not enabled start nothing.
    pub fn new(rules: impl IntoIterator<Item = Rule>) -> Self {
        let mut buses: BTreeMap<String, Bus> = BTreeMap::new();
        for rule in rules.into_iter().filter(|rule| rule.is_enabled) {
            buses.entry(rule.bus.clone()).or_default().rules.push(rule);
        }
        for bus in buses.values_mut() {
            bus.patterns = PatternSet::new(bus.rules.iter().map(|rule| &rule.pattern));
        }
        Self { buses }
    }

    /// The enabled rules, by the names of their buses.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.buses.values().flat_map(|bus| &bus.rules)
    }

    /// Returns what an event starts that a bus received at a time, as in `2026-12-01T08:00:00Z`. A
    /// bus without rules starts nothing.
    pub fn starts(&self, bus: &str, event: &Event, received: &str) -> Vec<EventStart<'_>> {
        let Some(bus) = self.buses.get(bus) else {
            return Vec::new();
        };
        let matching = bus.patterns.matches(event.json()).into_iter();
        let rules = matching.filter_map(|index| bus.rules.get(index));
        rules
            .flat_map(|rule| {
                let arn = rule.arn(event.region(), event.account());
                rule.targets.iter().map(move |target| {
                    let context = RuleContext {
                        rule_arn: &arn,
                        rule_name: &rule.name,
                        ingestion_time: received,
                    };
                    EventStart {
                        rule,
                        target,
                        execution_name: execution_name(event, &arn, target),
                        input: target.input.print(event, &context),
                    }
                })
            })
            .collect()
    }
}

/// Assumption: EventBridge names an execution by the event's ID and a UUID, without documenting
/// what the second one is of. Here it is of the rule and the target.
fn execution_name(event: &Event, rule_arn: &str, target: &Target) -> String {
    let of = format!("{rule_arn}\n{}", target.id);
    let suffix = Uuid::new_v5(&Uuid::NAMESPACE_OID, of.as_bytes());
    format!("{}_{suffix}", event.id())
}

#[cfg(test)]
mod tests {
    use super::EventBuses;
    use crate::event::{Event, EventFields};
    use crate::rule::{Rule, Target};
    use crate::target_input::TargetInput;

    fn rule(name: &str, pattern: &str, targets: &[&str]) -> Rule {
        Rule {
            name: name.to_owned(),
            bus: "default".to_owned(),
            pattern: pattern.parse().expect("a pattern"),
            is_enabled: true,
            targets: targets
                .iter()
                .map(|id| Target {
                    id: (*id).to_owned(),
                    machine: format!("arn:aws:states:us-east-1:123456789012:stateMachine:{id}"),
                    input: TargetInput::Event,
                })
                .collect(),
        }
    }

    fn event(id: &str) -> Event {
        let fields = EventFields {
            id,
            source: "shop",
            detail_type: "OrderPlaced",
            account: "123456789012",
            region: "us-east-1",
            time: "2026-12-01T08:00:00Z",
            resources: &[],
        };
        Event::new(&fields, "{}".parse().expect("JSON"))
    }

    fn names(buses: &EventBuses, id: &str) -> Vec<String> {
        let starts = buses.starts("default", &event(id), "2026-12-01T08:00:00Z");
        starts
            .into_iter()
            .map(|start| start.execution_name)
            .collect()
    }

    const ID: &str = "7bf73129-1428-4cd3-a780-95db273d1602";

    #[test]
    fn each_target_of_each_rule_has_an_execution_of_its_own_name() {
        let all = EventBuses::new([
            rule("one", r#"{"source": ["shop"]}"#, &["a", "b"]),
            rule("two", r#"{"source": ["shop"]}"#, &["a"]),
            rule("three", r#"{"source": ["bank"]}"#, &["a"]),
        ]);
        let mut names = names(&all, ID);
        assert_eq!(names.len(), 3);
        // The maximum length of an execution's name.
        assert!(names.iter().all(|name| name.len() <= 80), "{names:?}");
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 3);
    }

    #[test]
    fn an_event_that_is_delivered_again_has_the_same_names() {
        let of = |rules: &[Rule]| names(&EventBuses::new(rules.iter().cloned()), ID);
        let one = rule("one", r#"{"source": ["shop"]}"#, &["a"]);
        let other = rule("other", r#"{"source": ["shop"]}"#, &["a"]);
        let alone = of(std::slice::from_ref(&one));
        // Other rules, and the order of rules, change nothing.
        assert_eq!(of(&[other, one])[1..], alone[..]);
        assert_ne!(names(&EventBuses::new([]), ID), alone);
    }

    #[test]
    fn a_rule_that_is_not_enabled_starts_nothing() {
        let mut disabled = rule("one", r#"{"source": ["shop"]}"#, &["a"]);
        disabled.is_enabled = false;
        let buses = EventBuses::new([disabled]);
        assert_eq!(names(&buses, ID), Vec::<String>::new());
        assert_eq!(buses.rules().count(), 0);
    }
}
