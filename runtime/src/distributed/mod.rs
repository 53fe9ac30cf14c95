//! What a Distributed Map has beside its states: items from afar, and results that go afar.

mod counts;
mod item;
mod results;
mod run;
pub(crate) mod source;

pub use self::counts::MapRunCounts;
pub(crate) use self::counts::Tally;
pub(crate) use self::item::Item;
pub(crate) use self::results::{Ended, File, Layout, Results, Transformation, Written};
pub use self::run::MapRun;
pub(crate) use self::run::RunView;
