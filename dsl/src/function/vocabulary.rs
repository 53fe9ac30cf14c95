//! The words of function workflows: durations, retry policies, `sleep`, task tokens.

use super::body::{Operation, is_in_body, raise, wait_for};
use super::failure::Failure;
#[cfg(feature = "chrono")]
use crate::functions::now_millis;
use crate::task::{ErrorVariant, NoError, TaskError};
use crate::type_block::Timestamp;
use serde_json::Value;
use std::borrow::Cow;
use std::fmt;
use std::future::ready;
use std::time::Duration;
use stepwright_asl::errors::TIMEOUT;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// A duration of this number of seconds.
#[must_use]
pub const fn secs(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// A duration of this number of minutes.
#[must_use]
pub const fn mins(count: u64) -> Duration {
    Duration::from_secs(count.saturating_mul(MINUTE))
}

/// A duration of this number of hours.
#[must_use]
pub const fn hours(count: u64) -> Duration {
    Duration::from_secs(count.saturating_mul(HOUR))
}

/// A duration of this number of days of 24 hours.
#[must_use]
pub const fn days(count: u64) -> Duration {
    Duration::from_secs(count.saturating_mul(DAY))
}

/// When a failed call is repeated: a Retrier of ASL. [`every`] creates it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct RetryPolicy {
    interval: Duration,
    attempts: u32,
    rate: f64,
    longest: Option<Duration>,
}

/// A policy that waits this long before the first retry: `every(secs(2)).times(3).backoff(2.0)`.
///
/// As in ASL, the default is 3 retries, and each waits twice as long as the one before. The
/// arguments are constants in the source, because ASL has constants there.
pub const fn every(interval: Duration) -> RetryPolicy {
    RetryPolicy {
        interval,
        attempts: 3,
        rate: 2.0,
        longest: None,
    }
}

impl RetryPolicy {
    /// Sets the number of retries: `MaxAttempts`.
    pub const fn times(mut self, attempts: u32) -> RetryPolicy {
        self.attempts = attempts;
        self
    }

    /// Sets the factor from one delay to the next: `BackoffRate`, at least 1.0.
    pub const fn backoff(mut self, rate: f64) -> RetryPolicy {
        self.rate = rate;
        self
    }

    /// Sets the longest delay: `MaxDelaySeconds`.
    pub const fn max_delay(mut self, longest: Duration) -> RetryPolicy {
        self.longest = Some(longest);
        self
    }

    /// Makes each delay a random part of itself: `"JitterStrategy": "FULL"`. The plain run waits
    /// the whole delay.
    pub const fn jitter(self) -> RetryPolicy {
        self
    }

    /// The delay before the retry with this number, from 0; `None` if there is none.
    pub(super) fn delay(&self, retry: u32) -> Option<Duration> {
        if retry >= self.attempts {
            return None;
        }
        let power = i32::try_from(retry).unwrap_or(i32::MAX);
        let seconds = self.interval.as_secs_f64() * self.rate.powi(power);
        let longest = self.longest.unwrap_or(days(365 * 100));
        Some(Duration::try_from_secs_f64(seconds).map_or(longest, |delay| delay.min(longest)))
    }
}

/// The failure of a call with a timeout, `task(..).timeout(days(3)).await`, or of a service,
/// `service(..).await`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failed<E, S = NoError> {
    /// The call took longer than its timeout, or missed a heartbeat: `States.Timeout`.
    Timeout,
    /// The error of the task.
    Task(E),
    /// The error of a service, by its name in Step Functions:
    /// `Err(Failed::Service("DynamoDB.ConditionalCheckFailedException"))`. A task has none.
    Service(S),
}

/// The failure of a service.
pub type ServiceFailed = Failed<NoError, &'static str>;

impl<E: fmt::Display> fmt::Display for Failed<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failed::Timeout => f.write_str("the call timed out"),
            Failed::Task(error) => error.fmt(f),
            Failed::Service(never) => match *never {},
        }
    }
}

impl<E: std::error::Error + 'static> std::error::Error for Failed<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Failed::Timeout => None,
            Failed::Task(error) => Some(error),
            Failed::Service(never) => match *never {},
        }
    }
}

/// A variant `#[task_error(transparent)] Payment(#[from] Failed<PaymentError>)` passes on the
/// failure of a call with a timeout.
#[diagnostic::do_not_recommend]
impl<E: TaskError> TaskError for Failed<E> {
    const VARIANTS: &'static [ErrorVariant] = &[ErrorVariant {
        variant: "Timeout",
        error: TIMEOUT,
        fields: &[],
        message: None,
    }];

    fn variants() -> Vec<ErrorVariant> {
        let mut all = Self::VARIANTS.to_vec();
        all.extend(E::variants());
        all
    }

    fn variants_inside(variant: &str) -> Option<Vec<ErrorVariant>> {
        (variant == "Task").then(E::variants)
    }

    fn name(&self) -> Cow<'static, str> {
        match self {
            Failed::Timeout => Cow::Borrowed(TIMEOUT),
            Failed::Task(error) => error.name(),
            Failed::Service(never) => match *never {},
        }
    }

    /// Step Functions reports a timeout without a cause.
    fn cause(&self) -> String {
        match self {
            Failed::Timeout => String::new(),
            Failed::Task(error) => TaskError::cause(error),
            Failed::Service(never) => match *never {},
        }
    }
}

/// The token of a call that waits for its answer: `request_review(order, task_token()).await`.
///
/// The task sends the token to a person or to another system, which answers with it. The result of
/// the call is the answer.
#[must_use]
pub fn task_token() -> String {
    if is_in_body() {
        wait_for(|host| ready(host.new_token()))
    } else {
        "token".to_owned()
    }
}

/// The current time in whole milliseconds instead of that of a `now` of `chrono`: in a plain run,
/// the virtual time.
///
/// The code that checks types refuses another `now`, whose value does not change.
pub fn virtual_time<T: 'static>(now: T) -> T {
    #[cfg(feature = "chrono")]
    let now = {
        let mut now = now;
        let of_chrono =
            (&mut now as &mut dyn std::any::Any).downcast_mut::<chrono::DateTime<chrono::Utc>>();
        if let Some(time) = of_chrono
            && let Some(current) = chrono::DateTime::from_timestamp_millis(now_millis())
        {
            *time = current;
        }
        now
    };
    now
}

/// A text whose value the deployment supplies: `placeholder!("TopicArn")` is a `String`, and
/// `${TopicArn}` in the definition.
///
/// A plain run has no deployment, so the text there is `${TopicArn}` itself.
#[doc(inline)]
pub use crate::__placeholder as placeholder;

/// [`placeholder!`](crate::function::placeholder), under the name that a macro of a crate needs.
#[doc(hidden)]
#[macro_export]
macro_rules! __placeholder {
    ($name:literal) => {
        ::std::string::String::from(::core::concat!("${", $name, "}"))
    };
}

/// Waits for a duration of whole seconds: a Wait state. In the plain run the time is virtual.
pub fn sleep(duration: Duration) -> Sleep {
    Sleep {
        until: Until::After(duration),
    }
}

/// Waits until a timestamp: a Wait state. It is a text, such as `2026-01-31T08:00:00Z`, or a
/// `DateTime` of `chrono` with the feature `chrono`. In the plain run the time is virtual.
pub fn sleep_until(timestamp: impl Timestamp) -> Sleep {
    // Another JSON value is no timestamp: it fails the run.
    let text = match serde_json::to_value(timestamp) {
        Ok(Value::String(text)) => text,
        Ok(other) => other.to_string(),
        Err(error) => error.to_string(),
    };
    Sleep {
        until: Until::At(text),
    }
}

/// The longest Wait of the engine, and its longest Standard execution: a year, and a day for the
/// other states.
const LONGEST_WAIT: Duration = Duration::from_secs(2_147_483_647);
const LONGEST_EXECUTION: Duration = Duration::from_secs(366 * 86_400);

/// The operation of [`sleep`] and [`sleep_until`].
#[derive(Debug)]
#[must_use = "a workflow waits when this is awaited"]
pub struct Sleep {
    until: Until,
}

#[derive(Debug)]
enum Until {
    After(Duration),
    At(String),
}

impl Operation for Sleep {
    type Output = ();

    fn run(self) {
        let slept = wait_for(move |host| async move {
            let delay = match self.until {
                Until::After(delay) => delay,
                Until::At(timestamp) => host.until(&timestamp)?,
            };
            if delay > LONGEST_WAIT {
                return Err(Failure::outside(
                    "States.Runtime",
                    "Wait state delay is too long.",
                ));
            }
            let remaining = LONGEST_EXECUTION.saturating_sub(host.age());
            host.timer(delay.min(remaining)).await;
            if delay > remaining {
                Err(Failure::outside("States.Timeout", ""))
            } else {
                Ok(())
            }
        });
        slept.unwrap_or_else(|failure| raise(failure));
    }
}
