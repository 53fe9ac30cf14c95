//! Where a state goes, and what it does about errors.

use crate::expr::{Expr, Text};
use crate::setters::setters;
use crate::workflow::Place;

/// A way to another state, with what is assigned on it.
#[derive(Clone, Debug)]
pub struct Edge {
    pub(crate) target: Text,
    pub(crate) assign: Vec<(Text, Expr)>,
    /// The variables among those that it assigns which a `catch` binds: they are new names.
    pub(crate) bound: Vec<Text>,
    pub(crate) raw: Vec<(Text, Expr)>,
    /// Where its expressions find the error, on an edge of a Choice that decides by the error of a child.
    pub(crate) error: Option<ErrorSource>,
    /// What the next state gets as its input, on such an edge.
    pub(crate) output: Option<Expr>,
    /// Where it was built.
    pub(crate) place: Option<Place>,
}

/// Where expressions find the error that was caught.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorSource {
    /// On the edge of a Catcher: `$states.errorOutput`.
    Catcher,
    /// Behind a Catcher: its state is a Choice, and the error is the input.
    Handed {
        /// The error is the one that the cause says a child failed with.
        of_child: bool,
        /// The input has the member `Input`, the input of the state that failed.
        has_input: bool,
    },
}

impl Edge {
    /// Goes to the state of that name.
    pub fn to(state: impl Into<Text>) -> Edge {
        Edge {
            target: state.into(),
            assign: Vec::new(),
            bound: Vec::new(),
            raw: Vec::new(),
            error: None,
            output: None,
            place: None,
        }
    }

    /// Its place, where it was built.
    #[must_use]
    pub(crate) fn placed(mut self, place: Place) -> Edge {
        self.place = Some(place);
        self
    }

    /// Assigns a workflow variable that a `catch` binds.
    #[must_use]
    pub fn bind(mut self, variable: impl Into<Text>, value: Expr) -> Edge {
        let variable = variable.into();
        self.bound.push(variable.clone());
        self.assign(variable, value)
    }

    setters! { self:
        /// A field of the rule or Catcher as it stands in ASL. It wins over what the edge would write.
        raw(key: impl Into<Text>, value: Expr) => self.raw.push((key.into(), value));
        /// Assigns a workflow variable on the way.
        assign(variable: impl Into<Text>, value: Expr) => self.assign.push((variable.into(), value));
    }
}

/// A `BackoffRate`: a whole number or a fraction, as it was written.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Rate {
    /// `2`
    Whole(u32),
    /// `1.5`, `2.0`
    Fraction(f64),
}

impl From<u32> for Rate {
    fn from(rate: u32) -> Rate {
        Rate::Whole(rate)
    }
}

impl From<f64> for Rate {
    fn from(rate: f64) -> Rate {
        Rate::Fraction(rate)
    }
}

/// One Retrier. What is not set is AWS's default: 1 s, 3 attempts, rate 2.0.
#[derive(Clone, Debug)]
pub struct Retry {
    pub(crate) errors: Vec<Text>,
    pub(crate) interval: Option<u32>,
    pub(crate) max_attempts: Option<u32>,
    pub(crate) backoff_rate: Option<Rate>,
    pub(crate) max_delay: Option<u32>,
    pub(crate) jitter: Option<Jitter>,
    /// Where it was built.
    pub(crate) place: Option<Place>,
}

impl Retry {
    /// Retries these errors, by their names in ASL.
    #[must_use]
    pub fn on<N: Into<Text>>(errors: Vec<N>) -> Retry {
        Retry {
            errors: errors.into_iter().map(Into::into).collect(),
            interval: None,
            max_attempts: None,
            backoff_rate: None,
            max_delay: None,
            jitter: None,
            place: None,
        }
    }

    setters! { self:
        /// Seconds before the first retry, at least 1.
        interval(seconds: u32) => self.interval = Some(seconds);
        /// How many retries; 0 is none.
        max_attempts(attempts: u32) => self.max_attempts = Some(attempts);
        /// By what the interval grows each time, at least 1. It stands in the ASL as it stands here: `2` or `2.0`.
        backoff_rate(rate: impl Into<Rate>) => self.backoff_rate = Some(rate.into());
        /// The longest interval in seconds.
        max_delay(seconds: u32) => self.max_delay = Some(seconds);
        /// Whether intervals are spread at random.
        jitter(jitter: Jitter) => self.jitter = Some(jitter);
    }
}

/// `JitterStrategy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Jitter {
    /// Somewhere between nothing and the interval.
    Full,
    /// The interval itself.
    None,
}

/// One Catcher.
#[derive(Clone, Debug)]
pub struct Catch {
    pub(crate) errors: Vec<Text>,
    pub(crate) edge: Edge,
    pub(crate) output: Option<Expr>,
}

impl Catch {
    /// Goes along the edge on these errors, by their names in ASL.
    #[must_use]
    pub fn on<N: Into<Text>>(errors: Vec<N>, edge: Edge) -> Catch {
        Catch {
            errors: errors.into_iter().map(Into::into).collect(),
            edge,
            output: None,
        }
    }

    /// What the state that it goes to gets as its input. Without, that is the [error](crate::ErrorOutput).
    #[must_use]
    pub fn output(mut self, value: Expr) -> Catch {
        self.output = Some(value);
        self
    }
}
