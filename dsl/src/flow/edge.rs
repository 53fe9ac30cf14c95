//! Transitions of states: edges, Retriers and Catchers.

use crate::expr::{ErrorNames, Expr, Text};
use crate::workflow::SourceLocation;
use stepwright_asl::setters;

/// An edge to another state, with the variables that it assigns.
#[derive(Clone, Debug)]
#[must_use]
pub struct Edge {
    pub(crate) target: Text,
    pub(crate) assign: Vec<(Text, Expr)>,
    /// The assigned variables that a `catch` binds: these are new names.
    pub(crate) bound: Vec<Text>,
    pub(crate) raw: Vec<(Text, Expr)>,
    /// The `Comment` of a Choice rule in JSONata.
    pub(crate) comment: Option<Text>,
    /// Where the edge's expressions find the error, on an edge of a Choice over the error of a
    /// child.
    pub(crate) error: Option<ErrorSource>,
    /// The input of the next state, on an edge of such a Choice.
    pub(crate) output: Option<Expr>,
    /// The source location where it was built.
    pub(crate) place: Option<SourceLocation>,
}

/// Where expressions find the caught error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorSource {
    /// On the edge of a Catcher: `$states.errorOutput`.
    Catcher,
    /// In the state after a Catcher, a Choice: the error is in its input.
    Handed {
        /// The error is the child's error, which is read from the cause.
        of_child: bool,
        /// The input has a member `Input`: the input of the failed state.
        has_input: bool,
    },
}

impl Edge {
    /// An edge to the state with this name.
    pub fn to(state: impl Into<Text>) -> Edge {
        Edge {
            target: state.into(),
            assign: Vec::new(),
            bound: Vec::new(),
            raw: Vec::new(),
            comment: None,
            error: None,
            output: None,
            place: None,
        }
    }

    /// Sets the source location where it was built.
    pub(crate) fn placed(mut self, place: SourceLocation) -> Edge {
        self.place = Some(place);
        self
    }

    /// Assigns a workflow variable that a `catch` binds.
    pub fn bind(mut self, variable: impl Into<Text>, value: Expr) -> Edge {
        let variable = variable.into();
        self.bound.push(variable.clone());
        self.assign(variable, value)
    }

    setters! { self:
        /// Sets a field of the Choice rule or Catcher verbatim. It replaces the field that the edge
        /// would write.
        raw(key: impl Into<Text>, value: Expr) => self.raw.push((key.into(), value));
        /// Sets `Comment` of a Choice rule in JSONata. Pictures show it as the label of the
        /// transition. Other transitions have no comment.
        comment(text: impl Into<Text>) => self.comment = Some(text.into());
        /// Assigns a workflow variable on this edge.
        assign(variable: impl Into<Text>, value: Expr) => self.assign.push((variable.into(), value));
    }
}

/// A `BackoffRate`: an integer or a fraction, as written in the source.
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

/// A Retrier. Unset fields have AWS's defaults: 1 s, 3 attempts, rate 2.0.
#[derive(Clone, Debug)]
#[must_use]
pub struct Retry {
    pub(crate) errors: Vec<Text>,
    /// Why the names select errors that Rust does not.
    pub(crate) unclear: Option<String>,
    pub(crate) interval: Option<u32>,
    pub(crate) max_attempts: Option<u32>,
    pub(crate) backoff_rate: Option<Rate>,
    pub(crate) max_delay: Option<u32>,
    pub(crate) jitter: Option<Jitter>,
    /// The source location where it was built.
    pub(crate) place: Option<SourceLocation>,
}

impl Retry {
    /// Retries these errors, by their names in ASL.
    pub fn on<N: Into<Text>>(errors: Vec<N>) -> Retry {
        Retry {
            errors: errors.into_iter().map(Into::into).collect(),
            unclear: None,
            interval: None,
            max_attempts: None,
            backoff_rate: None,
            max_delay: None,
            jitter: None,
            place: None,
        }
    }

    /// Retries these errors.
    pub fn on_errors(errors: ErrorNames) -> Retry {
        Retry {
            unclear: errors.unclear,
            ..Retry::on(errors.names)
        }
    }

    setters! { self:
        /// Sets the seconds before the first retry, at least 1.
        interval(seconds: u32) => self.interval = Some(seconds);
        /// Sets the number of retries; 0 means none.
        max_attempts(attempts: u32) => self.max_attempts = Some(attempts);
        /// Sets the factor of the interval after each retry, at least 1. The ASL contains the
        /// number as written: `2` or `2.0`.
        backoff_rate(rate: impl Into<Rate>) => self.backoff_rate = Some(rate.into());
        /// Sets the longest interval in seconds.
        max_delay(seconds: u32) => self.max_delay = Some(seconds);
        /// Sets whether intervals are randomized.
        jitter(jitter: Jitter) => self.jitter = Some(jitter);
    }
}

/// `JitterStrategy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Jitter {
    /// Randomizes the interval between zero and its full length.
    Full,
    /// The interval itself.
    None,
}

/// A Catcher.
#[derive(Clone, Debug)]
#[must_use]
pub struct Catch {
    pub(crate) errors: Vec<Text>,
    /// Why the names select errors that Rust does not.
    pub(crate) unclear: Option<String>,
    pub(crate) edge: Edge,
    pub(crate) output: Option<Expr>,
}

impl Catch {
    /// Takes the edge on these errors, by their names in ASL.
    pub fn on<N: Into<Text>>(errors: Vec<N>, edge: Edge) -> Catch {
        Catch {
            errors: errors.into_iter().map(Into::into).collect(),
            unclear: None,
            edge,
            output: None,
        }
    }

    /// Takes the edge on these errors.
    pub fn on_errors(errors: ErrorNames, edge: Edge) -> Catch {
        Catch {
            unclear: errors.unclear,
            ..Catch::on(errors.names, edge)
        }
    }

    setters! { self:
        /// Sets the input of the target state. The default is the [error](crate::ErrorOutput).
        output(value: Expr) => self.output = Some(value);
    }
}
