//! Monitors against the definitions of the operators over whole paths.

use std::time::Duration;

use proptest::prelude::*;
use stepwright_explore::{Action, Bindings, Formula, Monitor, PathEvent, Pattern};
use stepwright_interpreter::value::{Object, Value};

fn event(called: bool, state: u8, id: u8, time: u64) -> PathEvent {
    let (action, field) = if called {
        (Action::Called, "arguments")
    } else {
        (Action::Succeeded, "result")
    };
    let mut value = Object::new();
    value.insert("id", Value::from(id));
    let state = ["A", "B", "C"][usize::from(state)];
    PathEvent::new(action, state, Duration::from_secs(time)).with(field, value)
}

fn paths() -> impl Strategy<Value = Vec<PathEvent>> {
    let step = (any::<bool>(), 0..3u8, 0..2u8, 0..3u64);
    proptest::collection::vec(step, 0..12).prop_map(|steps| {
        let mut time = 0;
        let events = steps.into_iter().map(|(called, state, id, passed)| {
            time += passed;
            event(called, state, id, time)
        });
        events.collect()
    })
}

fn end(path: &[PathEvent]) -> Duration {
    path.last().map_or(Duration::ZERO, |event| event.time)
}

/// Two paths that end at the same time.
fn paths_of_equal_length() -> impl Strategy<Value = (Vec<PathEvent>, Vec<PathEvent>)> {
    (paths(), paths()).prop_map(|(mut first, mut second)| {
        let last = end(&first).max(end(&second));
        for path in [&mut first, &mut second] {
            match path.last_mut() {
                Some(event) => event.time = last,
                None if last > Duration::ZERO => path.push(event(true, 0, 0, last.as_secs())),
                None => {}
            }
        }
        (first, second)
    })
}

/// Patterns of one target, some of which require or bind the id.
fn triggers() -> impl Strategy<Value = Pattern> {
    (any::<bool>(), 0..3usize, 0..3u8).prop_map(|(called, state, kind)| {
        let (action, field) = if called {
            (Action::Called, "$arguments.id")
        } else {
            (Action::Succeeded, "$result.id")
        };
        let pattern = Pattern::new(action, ["A", "B", "C"][state]);
        match kind {
            0 => pattern,
            1 => pattern
                .requires(&format!("{field} = 1"))
                .expect("is JSONata"),
            _ => pattern.bind("id", field).expect("is JSONata"),
        }
    })
}

/// Patterns that may read what a trigger has bound.
fn responses() -> impl Strategy<Value = Pattern> {
    (any::<bool>(), 0..3usize, any::<bool>()).prop_map(|(called, state, reads)| {
        let (action, field) = if called {
            (Action::Called, "$arguments.id")
        } else {
            (Action::Succeeded, "$result.id")
        };
        let pattern = Pattern::new(action, ["A", "B", "C"][state]);
        if reads {
            pattern
                .requires(&format!("{field} = $id"))
                .expect("is JSONata")
        } else {
            pattern
        }
    })
}

fn formulas() -> impl Strategy<Value = Formula> {
    let limit = || proptest::option::of((0..5u64).prop_map(Duration::from_secs));
    let leaf = prop_oneof![
        triggers().prop_map(Formula::Always),
        triggers().prop_map(Formula::Never),
        (triggers(), limit()).prop_map(|(pattern, limit)| Formula::Eventually(pattern, limit)),
        (triggers(), responses(), limit())
            .prop_map(|(first, second, limit)| Formula::LeadsTo(first, second, limit)),
        (triggers(), responses()).prop_map(|(first, second)| Formula::Before(first, second)),
        (0..3u32, triggers(), any::<bool>()).prop_map(|(count, pattern, has_key)| {
            let field = match pattern.action() {
                Action::Called => "$arguments.id",
                _ => "$result.id",
            };
            let formula = Formula::AtMost(count, pattern, None);
            if has_key {
                formula.per(field).expect("is JSONata")
            } else {
                formula
            }
        }),
        (0..8u64).prop_map(|limit| Formula::EndsWithin(Duration::from_secs(limit))),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            inner
                .clone()
                .prop_map(|formula| Formula::Not(Box::new(formula))),
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Formula::All),
            proptest::collection::vec(inner, 0..3).prop_map(Formula::Any),
        ]
    })
}

/// The definition of each operator over a whole path.
fn holds(formula: &Formula, path: &[PathEvent]) -> bool {
    let none = Bindings::default();
    let matches = |pattern: &Pattern, event: &PathEvent| pattern.matches(event, &none).is_some();
    let end = path.last().map_or(Duration::ZERO, |event| event.time);
    match formula {
        Formula::Always(pattern) => path
            .iter()
            .all(|event| !pattern.is_about(event) || matches(pattern, event)),
        Formula::Never(pattern) => !path.iter().any(|event| matches(pattern, event)),
        Formula::Eventually(pattern, limit) => path
            .iter()
            .any(|event| matches(pattern, event) && limit.is_none_or(|limit| event.time <= limit)),
        Formula::LeadsTo(first, second, limit) => path.iter().enumerate().all(|(at, event)| {
            let Some(bound) = first.matches(event, &none) else {
                return true;
            };
            path[at + 1..].iter().any(|later| {
                let is_in_time = limit.is_none_or(|limit| later.time - event.time <= limit);
                second.matches(later, &bound).is_some() && is_in_time
            })
        }),
        Formula::Before(first, second) => path.iter().enumerate().all(|(at, event)| {
            let earlier: Vec<Bindings> = path[..at]
                .iter()
                .filter_map(|event| first.matches(event, &none))
                .collect();
            // A response that reads a bound name is meant for each of its values.
            let binds = first.bound_names().next().is_some();
            let reads = second.variables().any(|variable| variable == "id");
            let is_meant = if reads && binds {
                second.is_about(event)
            } else {
                matches(second, event)
            };
            !is_meant
                || earlier
                    .iter()
                    .any(|bound| second.matches(event, bound).is_some())
        }),
        Formula::AtMost(most, pattern, key) => {
            let matching: Vec<&PathEvent> = path
                .iter()
                .filter(|event| matches(pattern, event))
                .collect();
            let key = |event: &PathEvent| {
                let bound = pattern.matches(event, &none).unwrap_or_default();
                key.as_ref().and_then(|key| key.evaluate(event, &bound))
            };
            matching.iter().all(|event| {
                let same = matching.iter().filter(|other| key(other) == key(event));
                same.count() <= *most as usize
            })
        }
        Formula::EndsWithin(limit) => end <= *limit,
        Formula::Not(inner) => !holds(inner, path),
        Formula::All(inner) => inner.iter().all(|inner| holds(inner, path)),
        Formula::Any(inner) => inner.iter().any(|inner| holds(inner, path)),
    }
}

proptest! {
    #[test]
    fn never_after_decides_as_its_definition(first in triggers(), second in responses(), path in paths()) {
        let formula = first.clone().never_followed_by(second.clone());
        let mut monitor = Monitor::new(&formula);
        for event in &path {
            monitor.observe(&formula, event);
        }
        monitor.finish(&formula, end(&path));
        let none = Bindings::default();
        let is_followed = path.iter().enumerate().any(|(at, event)| {
            let bound = first.matches(event, &none);
            bound.is_some_and(|bound| {
                path[at + 1..].iter().any(|later| second.matches(later, &bound).is_some())
            })
        });
        prop_assert_eq!(monitor.verdict(), Some(!is_followed), "{}", formula);
    }

    #[test]
    fn a_monitor_decides_as_the_definition_of_its_operators(
        formula in formulas(),
        path in paths(),
    ) {
        let mut monitor = Monitor::new(&formula);
        let mut early = None;
        for event in &path {
            monitor.observe(&formula, event);
            if early.is_none() {
                early = monitor.verdict();
            }
        }
        let verdict = monitor.finish(&formula, end(&path));
        prop_assert_eq!(verdict, holds(&formula, &path), "{}", formula);
        prop_assert!(early.is_none_or(|early| early == verdict), "a verdict changed: {}", formula);
    }

    #[test]
    fn paths_with_equal_monitors_get_equal_verdicts(
        formula in formulas(),
        (first, second) in paths_of_equal_length(),
        rest in paths(),
    ) {
        let now = end(&first);
        let observed = |path: &[PathEvent]| {
            let mut monitor = Monitor::new(&formula);
            path.iter().for_each(|event| monitor.observe(&formula, event));
            monitor
        };
        let text = |monitor: &Monitor| {
            let mut text = String::new();
            monitor.write_fingerprint(now, &mut text);
            text
        };
        let (mut left, mut right) = (observed(&first), observed(&second));
        if text(&left) == text(&right) {
            for mut event in rest {
                event.time += now;
                left.observe(&formula, &event);
                right.observe(&formula, &event);
            }
            let end = now + Duration::from_secs(40);
            prop_assert_eq!(left.finish(&formula, end), right.finish(&formula, end), "{}", formula);
        }
    }
}
