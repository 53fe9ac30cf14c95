use smol_str::SmolStr;

use super::catch::Catcher;
use super::choice::Choice;
use super::fail::Fail;
use super::io::Io;
use super::map::Map;
use super::parallel::Parallel;
use super::pass::Pass;
use super::retry::Retrier;
use super::task::Task;
use super::wait::Wait;
use crate::program::index::StateIx;

/// A state, ready to run: no name is looked up and nothing is parsed any more.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) name: SmolStr,
    pub(crate) kind: Kind,
    pub(crate) io: Io,
    pub(crate) retry: Box<[Retrier]>,
    pub(crate) catch: Box<[Catcher]>,
    /// Where it goes; `None` when it ends its scope.
    pub(crate) next: Option<StateIx>,
    /// Why it fails before it does anything: a placeholder that it reads has no value.
    pub(crate) lacks: Option<Box<str>>,
}

impl State {
    /// Whether its work is done by somebody outside: a handler, an object store.
    pub(crate) fn calls_out(&self) -> bool {
        match &self.kind {
            Kind::Task(_) => true,
            Kind::Map(map) => map.distributed.is_some(),
            _ => false,
        }
    }
}

/// What is particular to a type of state.
#[derive(Debug)]
pub(crate) enum Kind {
    Task(Box<Task>),
    Pass(Pass),
    Choice(Choice),
    Wait(Box<Wait>),
    Succeed,
    Fail(Box<Fail>),
    Parallel(Parallel),
    Map(Box<Map>),
}

impl Kind {
    /// The word in `Type`.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Task(_) => "Task",
            Self::Pass(_) => "Pass",
            Self::Choice(_) => "Choice",
            Self::Wait(_) => "Wait",
            Self::Succeed => "Succeed",
            Self::Fail(_) => "Fail",
            Self::Parallel(_) => "Parallel",
            Self::Map(_) => "Map",
        }
    }
}
