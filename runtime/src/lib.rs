//! Runs AWS Step Functions workflows in process.

pub mod clock;
pub mod history;
pub mod query;
pub mod task;
pub mod value;

mod about;
mod limits;
mod program;

pub use self::about::About;
pub use self::limits::Limits;
pub use self::program::ProgramError;
