//! Properties: statements about every path of a state machine.

use std::fmt;
use std::ops::Not;
use std::time::Duration;

use crate::expression::{TemplateError, ValueTemplate, readable_duration};
use crate::pattern::Pattern;

/// A named statement about every path.
#[derive(Clone, Debug, PartialEq)]
pub struct Property {
    /// Its name in findings.
    pub name: String,
    /// The statement.
    pub formula: Formula,
}

impl Property {
    /// Creates a property.
    pub fn new(name: impl Into<String>, formula: Formula) -> Self {
        Self {
            name: name.into(),
            formula,
        }
    }
}

/// A statement about one path, from its first event to its end.
#[derive(Clone, Debug, PartialEq)]
pub enum Formula {
    /// Each event with the action and the target of the pattern matches its conditions.
    Always(Pattern),
    /// No event matches.
    Never(Pattern),
    /// An event matches, within a time after the start of the execution if one is given.
    Eventually(Pattern, Option<Duration>),
    /// After each match of the first pattern, an event matches the second one with the values that
    /// the first has bound, within a time after the first if one is given.
    LeadsTo(Pattern, Pattern, Option<Duration>),
    /// Before each match of the second pattern, an event matches the first one, and the second one
    /// matches with the values that the first has bound.
    Before(Pattern, Pattern),
    /// At most so many events match; if an expression is given, for each of its values.
    AtMost(u32, Pattern, Option<ValueTemplate>),
    /// The path ends within this time.
    EndsWithin(Duration),
    /// The statement does not hold.
    Not(Box<Formula>),
    /// All statements hold.
    All(Vec<Formula>),
    /// One of the statements holds.
    Any(Vec<Formula>),
}

impl Formula {
    /// Each event with the action and the target of the pattern matches its conditions.
    pub fn always(pattern: Pattern) -> Self {
        Self::Always(pattern)
    }

    /// No event matches.
    pub fn never(pattern: Pattern) -> Self {
        Self::Never(pattern)
    }

    /// An event matches.
    pub fn eventually(pattern: Pattern) -> Self {
        Self::Eventually(pattern, None)
    }

    /// At most so many events match.
    pub fn at_most(count: u32, pattern: Pattern) -> Self {
        Self::AtMost(count, pattern, None)
    }

    /// Both statements hold.
    #[must_use]
    pub fn and(self, other: Formula) -> Self {
        Self::All(vec![self, other])
    }

    /// One of both statements holds.
    #[must_use]
    pub fn or(self, other: Formula) -> Self {
        Self::Any(vec![self, other])
    }

    /// Limits the time of [`Eventually`](Self::Eventually) and [`LeadsTo`](Self::LeadsTo). Another
    /// statement does not change.
    #[must_use]
    pub fn within(self, limit: Duration) -> Self {
        match self {
            Self::Eventually(pattern, _) => Self::Eventually(pattern, Some(limit)),
            Self::LeadsTo(trigger, response, _) => Self::LeadsTo(trigger, response, Some(limit)),
            other => other,
        }
    }

    /// Counts the events of [`AtMost`](Self::AtMost) for each value of a JSONata expression.
    /// Another statement does not change.
    ///
    /// # Errors
    ///
    /// If the text is not JSONata.
    pub fn per(self, expression: &str) -> Result<Self, TemplateError> {
        match self {
            Self::AtMost(count, pattern, _) => {
                let key = ValueTemplate::expression(expression)?;
                Ok(Self::AtMost(count, pattern, Some(key)))
            }
            other => Ok(other),
        }
    }

    /// Returns the patterns in it.
    pub fn patterns(&self) -> Vec<&Pattern> {
        let mut patterns = Vec::new();
        let mut open = vec![self];
        while let Some(formula) = open.pop() {
            match formula {
                Self::Never(pattern) => {
                    patterns.push(pattern);
                    patterns.extend(pattern.earlier());
                }
                Self::Always(pattern)
                | Self::Eventually(pattern, _)
                | Self::AtMost(_, pattern, _) => patterns.push(pattern),
                Self::LeadsTo(first, second, _) | Self::Before(first, second) => {
                    patterns.extend([first, second]);
                }
                Self::EndsWithin(_) => {}
                Self::Not(inner) => open.push(inner),
                Self::All(inner) | Self::Any(inner) => open.extend(inner.iter().rev()),
            }
        }
        patterns
    }

    /// Returns the patterns of which a value makes a difference.
    pub(crate) fn value_patterns(&self) -> Vec<&Pattern> {
        let mut counted = Vec::new();
        let mut open = vec![self];
        while let Some(formula) = open.pop() {
            match formula {
                Self::AtMost(_, pattern, Some(_)) => counted.push(pattern),
                Self::Not(inner) => open.push(inner),
                Self::All(inner) | Self::Any(inner) => open.extend(inner),
                _ => {}
            }
        }
        let patterns = self.patterns().into_iter();
        counted.extend(patterns.filter(|pattern| pattern.reads_values()));
        counted
    }

    /// Returns the patterns whose events require another one: a statement about events that cannot
    /// happen says nothing.
    pub(crate) fn triggers(&self) -> Vec<&Pattern> {
        let (mut found, mut open) = (Vec::new(), vec![self]);
        while let Some(formula) = open.pop() {
            match formula {
                Self::LeadsTo(trigger, ..) | Self::Before(_, trigger) => found.push(trigger),
                Self::Never(pattern) => found.extend(pattern.earlier()),
                Self::Not(inner) => open.push(inner),
                Self::All(inner) | Self::Any(inner) => open.extend(inner),
                _ => {}
            }
        }
        found
    }

    /// Returns whether the time of an event decides whether it holds.
    pub(crate) fn depends_on_time(&self) -> bool {
        let mut open = vec![self];
        while let Some(formula) = open.pop() {
            match formula {
                Self::EndsWithin(_)
                | Self::Eventually(_, Some(_))
                | Self::LeadsTo(_, _, Some(_)) => return true,
                Self::Not(inner) => open.push(inner),
                Self::All(inner) | Self::Any(inner) => open.extend(inner),
                _ => {}
            }
        }
        self.patterns()
            .iter()
            .any(|pattern| pattern.variables().any(|name| name == "time"))
    }
}

impl Not for Formula {
    type Output = Formula;

    fn not(self) -> Formula {
        Formula::Not(Box::new(self))
    }
}

impl Pattern {
    /// After each match, an event matches the other pattern with the values that this one has
    /// bound.
    pub fn leads_to(self, response: Pattern) -> Formula {
        Formula::LeadsTo(self, response, None)
    }

    /// After each match, no event matches the other pattern with the values that this one has
    /// bound.
    ///
    /// ```
    /// use stepwright_explore::{Action, Pattern};
    ///
    /// let refunded = Pattern::new(Action::Succeeded, "Refund");
    /// let formula = refunded.never_followed_by(Pattern::new(Action::Called, "Charge"));
    /// assert_eq!(formula.to_string(), "never called `Charge` after succeeded `Refund`");
    /// ```
    pub fn never_followed_by(self, other: Pattern) -> Formula {
        Formula::Never(other.after(self))
    }

    /// Before each match of the other pattern, an event matches this one, and the other one matches
    /// with the values that this one has bound.
    pub fn before(self, then: Pattern) -> Formula {
        Formula::Before(self, then)
    }
}

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let within = |limit: &Option<Duration>| match limit {
            Some(limit) => format!(" within {}", readable_duration(*limit)),
            None => String::new(),
        };
        match self {
            Self::Always(pattern) => write!(f, "always {pattern}"),
            Self::Never(pattern) => write!(f, "never {pattern}"),
            Self::Eventually(pattern, limit) => {
                write!(f, "eventually {pattern}{}", within(limit))
            }
            Self::LeadsTo(trigger, response, limit) => {
                write!(f, "{trigger} leads to {response}{}", within(limit))
            }
            Self::Before(first, second) => write!(f, "{first} before {second}"),
            Self::AtMost(count, pattern, key) => {
                write!(f, "at most {count} of {pattern}")?;
                match key {
                    Some(key) => write!(f, " per {}", key.source()),
                    None => Ok(()),
                }
            }
            Self::EndsWithin(limit) => write!(f, "ends within {}", readable_duration(*limit)),
            Self::Not(inner) => write!(f, "not ({inner})"),
            Self::All(inner) => write_joined(f, inner, " and "),
            Self::Any(inner) => write_joined(f, inner, " or "),
        }
    }
}

fn write_joined(f: &mut fmt::Formatter<'_>, inner: &[Formula], word: &str) -> fmt::Result {
    for (index, formula) in inner.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        write!(f, "({formula})")?;
    }
    Ok(())
}
