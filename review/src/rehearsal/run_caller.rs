//! What the interpreter gets from a rehearsal: the time, ids and random numbers.

use std::cell::RefCell;
use std::time::Duration;

use smol_str::SmolStr;
use stepwright_interpreter::distributed::TransferError;
use stepwright_interpreter::execution::{Caller, Environment};
use stepwright_interpreter::program::{Program, StateIx};
use stepwright_interpreter::value::Value;
use stepwright_interpreter::{ExecutionInfo, Timestamp};

/// The values in which two runs differ: time, ids and random numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct RunSeed {
    pub(super) number: u64,
    pub(super) later: Duration,
}

impl RunSeed {
    /// The recorded time.
    pub(super) const RECORDED: Self = Self {
        number: 0,
        later: Duration::ZERO,
    };
    /// Another time, more than a year later, and other ids and random numbers.
    pub(super) fn other(number: u64) -> Self {
        Self {
            number,
            later: Duration::from_secs(86_400 * 400 + 12_345),
        }
    }
}

/// The caller of the interpreter.
pub(super) struct RunCaller<'a> {
    pub(super) seed: RunSeed,
    /// The state whose items are in objects, which no history contains.
    pub(super) missing_items: RefCell<Option<String>>,
    pub(super) program: &'a Program,
}

impl Caller for RunCaller<'_> {
    fn has_handler(&self, _: StateIx) -> bool {
        false
    }

    fn new_token(&self, _: &ExecutionInfo, state: &str, last_event: u32) -> SmolStr {
        format!("token-{}-{state}-{last_event}", self.seed.number).into()
    }

    fn items_of_reader(
        &self,
        _: &ExecutionInfo,
        state: &str,
    ) -> Option<Result<Value, TransferError>> {
        self.missing_items
            .borrow_mut()
            .get_or_insert_with(|| state.to_owned());
        Some(Ok(std::iter::empty::<Value>().collect()))
    }
}

pub(super) fn environment<'a>(caller: &'a RunCaller<'_>, now: Timestamp) -> Environment<'a> {
    Environment {
        program: caller.program,
        now,
        caller,
        has_spans: false,
    }
}
