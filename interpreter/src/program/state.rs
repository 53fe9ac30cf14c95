//! The compiled form of a state, with its type and the fields of all types.

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

/// A compiled state: states are referred to by index, and paths and expressions are parsed.
#[derive(Debug)]
pub struct State {
    /// The state's name.
    pub name: SmolStr,
    /// Its type, with the fields of that type.
    pub kind: Kind,
    /// Its fields for input and output.
    pub io: Io,
    /// Its retriers, in order.
    pub retry: Box<[Retrier]>,
    pub(crate) catch: Box<[Catcher]>,
    /// The next state; `None` when it ends its scope.
    pub(crate) next: Option<StateIx>,
    /// The error with which the state fails, because a placeholder that it reads has no value.
    pub(crate) missing_value: Option<Box<str>>,
}

impl State {
    /// Returns whether it calls external code: a handler or an object store.
    pub(crate) fn calls_out(&self) -> bool {
        match &self.kind {
            Kind::Task(_) => true,
            Kind::Map(map) => map.distributed.is_some(),
            _ => false,
        }
    }

    /// Returns whether it is a Map that reads its items from objects.
    pub fn has_item_reader(&self) -> bool {
        match &self.kind {
            Kind::Map(map) => (map.distributed.as_ref()).is_some_and(|map| map.reader.is_some()),
            _ => false,
        }
    }
}

/// The fields of one type of state.
#[derive(Debug)]
pub enum Kind {
    /// A Task state.
    Task(Box<Task>),
    /// A Pass state.
    Pass(Pass),
    /// A Choice state.
    Choice(Choice),
    /// A Wait state.
    Wait(Box<Wait>),
    /// A Succeed state.
    Succeed,
    /// A Fail state.
    Fail(Box<Fail>),
    /// A Parallel state.
    Parallel(Parallel),
    /// A Map state.
    Map(Box<Map>),
}

impl Kind {
    /// Returns the word in `Type`.
    pub fn name(&self) -> &'static str {
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
