//! Monitors: decide a formula over a path, event by event.

use std::time::Duration;

use stepwright_interpreter::value::Value;

use crate::event::PathEvent;
use crate::expression::Bindings;
use crate::pattern::Pattern;
use crate::property::Formula;

/// The progress of a formula on one path. A clone continues independently, and two paths with equal
/// monitors get the same verdicts from the same further events.
#[derive(Clone, Debug, PartialEq)]
pub struct Monitor(MonitorState);

#[derive(Clone, Debug, PartialEq)]
enum MonitorState {
    /// No further event changes the verdict.
    Decided(bool),
    /// Nothing to remember.
    Open,
    /// The matches of a trigger whose response is missing, with their times if the response has a
    /// limit.
    Obligations(Vec<(Bindings, Option<Duration>)>),
    /// The different values that the matches of the first pattern have bound.
    Matches(Vec<Bindings>),
    /// The number of matches for each key.
    Counts(Vec<(Value, u32)>),
    /// The monitors of the parts.
    Parts(Vec<MonitorState>),
}

impl Monitor {
    /// Creates the monitor of a formula, before the first event.
    pub fn new(formula: &Formula) -> Self {
        Self(MonitorState::of(formula))
    }

    /// Observes the next event.
    pub fn observe(&mut self, formula: &Formula, event: &PathEvent) {
        self.0.observe(formula, event);
    }

    /// Ends the path after this time, and returns whether the formula holds.
    pub fn finish(&mut self, formula: &Formula, time: Duration) -> bool {
        let holds = self.0.finish(formula, time);
        self.0 = MonitorState::Decided(holds);
        holds
    }

    /// Returns whether the formula holds, if no further event can change it.
    pub fn verdict(&self) -> Option<bool> {
        match self.0 {
            MonitorState::Decided(holds) => Some(holds),
            _ => None,
        }
    }

    /// Returns about how many bytes its progress takes.
    pub(crate) fn bytes(&self) -> usize {
        self.0.bytes()
    }

    /// Writes what the verdict depends on, for the comparison of paths. Times are relative to
    /// `now`.
    pub fn write_fingerprint(&self, now: Duration, to: &mut String) {
        self.0.write_fingerprint(now, to);
    }
}

impl MonitorState {
    fn bytes(&self) -> usize {
        let inside = match self {
            Self::Decided(_) | Self::Open => 0,
            Self::Obligations(open) => size_of_val(open.as_slice()),
            Self::Matches(seen) => size_of_val(seen.as_slice()),
            Self::Counts(counts) => size_of_val(counts.as_slice()),
            Self::Parts(parts) => parts.iter().map(Self::bytes).sum(),
        };
        size_of::<Self>() + inside
    }

    fn of(formula: &Formula) -> Self {
        match formula {
            Formula::LeadsTo(..) => Self::Obligations(Vec::new()),
            Formula::Before(..) => Self::Matches(Vec::new()),
            Formula::Never(pattern) if pattern.earlier().is_some() => Self::Matches(Vec::new()),
            Formula::AtMost(..) => Self::Counts(Vec::new()),
            Formula::Not(inner) => Self::Parts(vec![Self::of(inner)]),
            Formula::All(inner) | Formula::Any(inner) => {
                Self::Parts(inner.iter().map(Self::of).collect())
            }
            Formula::Always(_)
            | Formula::Never(_)
            | Formula::Eventually(..)
            | Formula::EndsWithin(_) => Self::Open,
        }
    }

    fn observe(&mut self, formula: &Formula, event: &PathEvent) {
        let none = Bindings::default();
        let decided = match (&mut *self, formula) {
            (Self::Decided(_), _) => None,
            (_, Formula::Always(pattern)) => {
                let fails = pattern.is_about(event) && pattern.matches(event, &none).is_none();
                fails.then_some(false)
            }
            (Self::Matches(seen), Formula::Never(pattern)) => {
                let mut bound = seen.iter();
                if bound.any(|bound| pattern.matches(event, bound).is_some()) {
                    Some(false)
                } else {
                    if let Some(earlier) = pattern.earlier() {
                        add_match(seen, earlier, event);
                    }
                    None
                }
            }
            (_, Formula::Never(pattern)) => pattern.matches(event, &none).map(|_| false),
            (_, Formula::Eventually(pattern, limit)) => {
                if limit.is_some_and(|limit| event.time > limit) {
                    Some(false)
                } else {
                    pattern.matches(event, &none).map(|_| true)
                }
            }
            (_, Formula::EndsWithin(limit)) => (event.time > *limit).then_some(false),
            (Self::Obligations(open), Formula::LeadsTo(trigger, response, limit)) => {
                let is_late = |since: &Option<Duration>| match (since, limit) {
                    (Some(since), Some(limit)) => event.time.saturating_sub(*since) > *limit,
                    _ => false,
                };
                if open.iter().any(|(_, since)| is_late(since)) {
                    Some(false)
                } else {
                    open.retain(|(bound, _)| response.matches(event, bound).is_none());
                    if let Some(bound) = trigger.matches(event, &none)
                        && !open.iter().any(|(known, _)| *known == bound)
                    {
                        open.push((bound, limit.map(|_| event.time)));
                    }
                    None
                }
            }
            (Self::Matches(seen), Formula::Before(first, second)) => {
                let names: Vec<&str> = first.bound_names().collect();
                let is_meant = second.matches_without(event, &names);
                let has_first = || {
                    let mut seen = seen.iter();
                    seen.any(|bound| second.matches(event, bound).is_some())
                };
                if is_meant && !has_first() {
                    Some(false)
                } else {
                    add_match(seen, first, event);
                    None
                }
            }
            (Self::Counts(counts), Formula::AtMost(most, pattern, key)) => {
                pattern.matches(event, &none).and_then(|bound| {
                    let key = key.as_ref().and_then(|key| key.evaluate(event, &bound));
                    let key = key.unwrap_or_default();
                    let at = counts.iter().position(|(known, _)| *known == key);
                    let at = at.unwrap_or_else(|| {
                        counts.push((key, 0));
                        counts.len() - 1
                    });
                    counts[at].1 += 1;
                    (counts[at].1 > *most).then_some(false)
                })
            }
            (Self::Parts(parts), Formula::Not(inner)) => {
                let part = &mut parts[0];
                part.observe(inner, event);
                part.decision().map(|holds| !holds)
            }
            (Self::Parts(parts), Formula::All(inner)) => {
                observe_all(parts, inner, event);
                all_of(parts.iter().map(Self::decision))
            }
            (Self::Parts(parts), Formula::Any(inner)) => {
                observe_all(parts, inner, event);
                any_of(parts.iter().map(Self::decision))
            }
            // A monitor is only used with its own formula.
            _ => None,
        };
        if let Some(holds) = decided {
            *self = Self::Decided(holds);
        }
    }

    fn finish(&self, formula: &Formula, time: Duration) -> bool {
        match (self, formula) {
            (Self::Decided(holds), _) => *holds,
            (_, Formula::EndsWithin(limit)) => time <= *limit,
            (_, Formula::Eventually(..)) => false,
            (Self::Obligations(open), _) => open.is_empty(),
            (Self::Parts(parts), Formula::Not(inner)) => !parts[0].finish(inner, time),
            (Self::Parts(parts), Formula::All(inner)) => {
                let mut parts = parts.iter().zip(inner);
                parts.all(|(part, inner)| part.finish(inner, time))
            }
            (Self::Parts(parts), Formula::Any(inner)) => {
                let mut parts = parts.iter().zip(inner);
                parts.any(|(part, inner)| part.finish(inner, time))
            }
            _ => true,
        }
    }

    fn decision(&self) -> Option<bool> {
        match self {
            Self::Decided(holds) => Some(*holds),
            _ => None,
        }
    }

    fn write_fingerprint(&self, now: Duration, to: &mut String) {
        match self {
            Self::Decided(holds) => to.push(if *holds { 'h' } else { 'f' }),
            Self::Open => to.push('o'),
            Self::Obligations(open) => {
                let texts = open.iter().map(|(bound, since)| {
                    let age = since.map(|since| now.saturating_sub(since).as_millis());
                    format!("{} {age:?}", text_of(bound))
                });
                write_all(texts, to);
            }
            Self::Matches(seen) => {
                write_all(seen.iter().map(text_of), to);
            }
            Self::Counts(counts) => {
                let texts = counts
                    .iter()
                    .map(|(key, count)| format!("{} {count}", key.to_text()));
                write_all(texts, to);
            }
            Self::Parts(parts) => {
                for part in parts {
                    to.push('(');
                    part.write_fingerprint(now, to);
                    to.push(')');
                }
            }
        }
        to.push(';');
    }
}

/// Adds the bindings of a pattern that matches.
fn add_match(seen: &mut Vec<Bindings>, pattern: &Pattern, event: &PathEvent) {
    if let Some(bound) = pattern.matches(event, &Bindings::default())
        && !seen.contains(&bound)
    {
        seen.push(bound);
    }
}

/// Writes texts in any order. Their number distinguishes an empty text from none: a match without
/// bindings has an empty one.
fn write_all(texts: impl Iterator<Item = String>, to: &mut String) {
    let mut texts: Vec<String> = texts.collect();
    texts.sort();
    to.push_str(&texts.len().to_string());
    for text in texts {
        to.push(',');
        to.push_str(&text);
    }
}

fn observe_all(parts: &mut [MonitorState], inner: &[Formula], event: &PathEvent) {
    for (part, inner) in parts.iter_mut().zip(inner) {
        part.observe(inner, event);
    }
}

fn all_of(mut parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    parts
        .try_fold(Some(true), |all, part| match (all, part) {
            (_, Some(false)) => Err(Some(false)),
            (Some(true), Some(true)) => Ok(Some(true)),
            _ => Ok(None),
        })
        .unwrap_or_else(|decided| decided)
}

fn any_of(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    all_of(parts.map(|part| part.map(|holds| !holds))).map(|none| !none)
}

fn text_of(bound: &Bindings) -> String {
    let values = bound.iter();
    let texts: Vec<String> = values
        .map(|(name, value)| format!("{name}={}", value.to_text()))
        .collect();
    texts.join(" ")
}
