//! The clock of `chrono`, and the durations of `chrono` and of the standard library.

/// The type whose `now` is the clock of `chrono`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the `Utc` of `chrono`",
    label = "a workflow reads the clock of `chrono`, and this is a `{Self}`",
    note = "enable the feature `chrono` of `stepwright`, or write `functions::now()`, a text in ISO 8601"
)]
pub trait StandardClock {}

#[cfg(feature = "chrono")]
impl StandardClock for chrono::Utc {}

/// Proves that the type of `now` is the clock of `chrono`.
pub fn clock<T: StandardClock>() {}

/// A type of durations.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a duration of `chrono` or of the standard library",
    label = "a workflow adds durations of `chrono` and of the standard library to times, and this is a `{Self}`",
    note = "enable the feature `chrono` of `stepwright`, or compute the time in a task"
)]
pub trait StandardDuration {}

impl StandardDuration for std::time::Duration {}
#[cfg(feature = "chrono")]
impl StandardDuration for chrono::TimeDelta {}
#[cfg(feature = "chrono")]
impl StandardDuration for chrono::Days {}

/// Proves that the type of a function such as `Duration::days` is one of the standard durations.
pub fn duration<T: StandardDuration>() {}

/// The type of durations that a trait of the user could extend.
#[cfg(feature = "chrono")]
pub type Elapsed = chrono::TimeDelta;

/// Without the feature no type has the methods of durations.
#[cfg(not(feature = "chrono"))]
#[derive(Debug)]
pub struct Elapsed;
