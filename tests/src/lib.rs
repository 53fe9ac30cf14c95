//! Shared by tests of several packages: the runner of the conformance recordings, a client of the
//! API, servers as processes, and random expressions.

pub mod client;
pub mod conformance;
pub mod faketime;
pub mod process;
pub mod random;
pub mod times;

/// The README's example compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
mod readme {}

/// The builder's page compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../../docs/reference/builder.md")]
mod builder {}

/// The page on functions compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../../docs/reference/function.md")]
mod function {}

/// The page on the choice between `workflow!` and a function compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../../docs/explanation/macro-or-function.md")]
mod macro_or_function {}

/// The page on dates, decimals and ids compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../../docs/guides/dates-decimals-ids.md")]
mod dates_decimals_ids {}

/// The page on diagrams compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../../docs/guides/diagrams.md")]
mod diagrams {}

/// The page on properties over all paths compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../../docs/guides/check-every-path.md")]
mod check_every_path {}

/// The page on differences compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../../docs/guides/diff.md")]
mod diff {}

/// The page on rehearsals compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../../docs/guides/rehearse.md")]
mod rehearse {}

/// The page on validation compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../../docs/guides/validate.md")]
mod validate {}

/// The page on services compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../../docs/reference/services.md")]
mod services {}

/// The page on operations of the editor compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../../docs/reference/editing.md")]
mod editing {}

/// The page on the engine compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../../docs/reference/engine.md")]
mod engine {}

/// The page on the console compiles.
#[cfg(doctest)]
#[doc = include_str!("../../docs/guides/console.md")]
mod console {}

/// The page on calls of AWS services compiles.
#[cfg(doctest)]
#[doc = include_str!("../../docs/guides/local-services.md")]
mod local_services {}

/// The page on events compiles.
#[cfg(doctest)]
#[doc = include_str!("../../docs/guides/events.md")]
mod events {}

/// The page on schedules compiles.
#[cfg(doctest)]
#[doc = include_str!("../../docs/guides/schedules.md")]
mod schedules {}

/// The page on metrics compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../../docs/reference/metrics.md")]
mod metrics {}

/// The page on how Stepwright works compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../../docs/explanation/how-it-works.md")]
mod how_it_works {}

/// The page on durability compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../../docs/explanation/durability.md")]
mod durability {}
