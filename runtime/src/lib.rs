//! Runs AWS Step Functions workflows in process.

pub mod clock;
pub mod history;
pub mod query;
pub mod task;
pub mod testing;
pub mod value;

mod about;
mod engine;
mod interpret;
mod limits;
mod program;

pub use self::about::About;
pub use self::engine::{
    ActivityError, ActivityTask, BuildError, Engine, EngineBuilder, Events, ExecuteError,
    ExecutionFailed, ExecutionReport, ExecutionSummary, Run, StartError, StartOptions, Status,
    TokenError,
};
pub use self::limits::Limits;
pub use self::program::ProgramError;
pub use stepwright_asl::model::MachineType;
