//! The tasks that random workflows call, and the same functions for their Rust half. Their results
//! depend only on their arguments and the attempt.

use std::cell::RefCell;

use serde::Serialize;
use stepwright::prelude::*;

use crate::inputs::{Item, Size};
use crate::sim::Call;

/// The error of some tasks.
#[derive(Debug, Clone, PartialEq, thiserror::Error, TaskError)]
pub enum CheckError {
    /// One field.
    #[error("negative by {by}")]
    Negative {
        /// The amount.
        by: i32,
    },
    /// No field.
    #[error("seven")]
    Seven,
    /// A renamed variant, with fields that are named like those of an error.
    #[error("busy: {error}")]
    #[task_error(name = "Busy")]
    Busy {
        /// A text.
        error: String,
        /// An option.
        cause: Option<i32>,
        /// A struct.
        item: Item,
    },
}

/// The error of other tasks.
#[derive(Debug, Clone, PartialEq, thiserror::Error, TaskError)]
pub enum FindError {
    /// Fields without names.
    #[error("no {0}")]
    Missing(String, Vec<i32>),
    /// No field.
    #[error("away")]
    #[task_error(name = "Errors.Away")]
    Away,
    /// Another error.
    #[error(transparent)]
    #[task_error(transparent)]
    Inside(#[from] InsideError),
}

/// The error inside of another one.
#[derive(Debug, Clone, PartialEq, thiserror::Error, TaskError)]
pub enum InsideError {
    /// No field.
    #[error("late")]
    Late,
    /// A field.
    #[error("lost {at}")]
    Lost {
        /// Where.
        at: i32,
    },
}

thread_local! {
    static CALLS: RefCell<Vec<Call>> = const { RefCell::new(Vec::new()) };
}

/// Removes and returns the calls of the engine.
pub fn take_calls() -> Vec<Call> {
    CALLS.with(|calls| std::mem::take(&mut *calls.borrow_mut()))
}

fn called(task: &'static str, arguments: impl Serialize, context: &TaskContext) -> u32 {
    let attempt = context.attempt().unwrap_or(u32::MAX);
    let call = Call {
        task,
        arguments: serde_json::to_value(arguments).expect("JSON"),
        attempt,
    };
    CALLS.with(|calls| calls.borrow_mut().push(call));
    attempt
}

fn an_item(name: &str, n: i32) -> Item {
    Item {
        name: format!("<{name}>"),
        price: f64::from(n) / 4.0,
        quantity: n,
        tags: vec![name.to_owned(); (n.rem_euclid(3)) as usize],
        note: (n > 1).then(|| format!("{n}")),
        rank: (n % 2 == 0).then_some(n),
    }
}

/// The implementations of the tasks.
mod work {
    use super::{CheckError, FindError, InsideError, Item, Size, an_item};

    pub(super) fn check(attempt: u32, n: i32) -> Result<i32, CheckError> {
        match n {
            7 if attempt < 2 => Err(CheckError::Seven),
            ..0 => Err(CheckError::Negative { by: -n }),
            3 | 900.. if attempt < 1 => Err(CheckError::Busy {
                error: format!("{n}!"),
                cause: (n == 3).then_some(n),
                item: an_item("busy", n % 100),
            }),
            _ => Ok(n % 100 + 1),
        }
    }

    pub(super) fn find(attempt: u32, name: &str, count: i32) -> Result<Item, FindError> {
        match (name, count) {
            ("" | " ", _) => Err(FindError::Missing(name.to_owned(), vec![count])),
            (_, 1 | 10) if attempt < 1 => Err(FindError::Away),
            (_, 2) if attempt < 2 => Err(InsideError::Late.into()),
            (_, 7 | 0) => Err(InsideError::Lost { at: count }.into()),
            _ => Ok(an_item(name, count % 100)),
        }
    }

    pub(super) fn measure(attempt: u32, item: &Item) -> Result<Size, CheckError> {
        match item.quantity {
            ..-100 => Err(CheckError::Negative { by: 0 }),
            7 if attempt < 1 => Err(CheckError::Seven),
            n if n % 2 == 0 => Ok(Size::Boxed { side: n % 100 }),
            1 => Ok(Size::Small),
            _ => Ok(Size::Named(item.name.clone())),
        }
    }

    pub(super) fn guess(attempt: u32, text: &str) -> Result<Option<i32>, FindError> {
        match text {
            "b" => Err(FindError::Missing("b".to_owned(), vec![])),
            "10" if attempt < 3 => Err(FindError::Away),
            "a" => Err(InsideError::Lost { at: 4 }.into()),
            "0" if attempt < 1 => Err(InsideError::Late.into()),
            text => Ok((!text.is_empty()).then(|| text.chars().count() as i32)),
        }
    }

    pub(super) fn gather(list: &[i32], size: &Size, more: Option<&str>) -> Vec<i32> {
        let mut all: Vec<i32> = list.iter().rev().map(|n| n % 50).collect();
        if let Size::Boxed { side } = size {
            all.push(*side);
        }
        all.extend(more.map(|text| text.chars().count() as i32));
        all
    }

    pub(super) fn couple(attempt: u32, pair: &(i32, String)) -> Result<(i32, String), CheckError> {
        if pair.0 == 7 && attempt < 1 {
            return Err(CheckError::Seven);
        }
        Ok((pair.0 % 100 + 1, format!("{}+", pair.1)))
    }
}

/// One parameter, and three ways to fail.
#[task]
pub async fn check(context: &TaskContext, n: i32) -> Result<i32, CheckError> {
    work::check(called("check", (n,), context), n)
}

/// Two parameters.
#[task]
pub async fn find(context: &TaskContext, name: String, count: i32) -> Result<Item, FindError> {
    work::find(called("find", (&name, count), context), &name, count)
}

/// From a struct to an enum.
#[task]
pub async fn measure(context: &TaskContext, item: Item) -> Result<Size, CheckError> {
    work::measure(called("measure", (&item,), context), &item)
}

/// Returns an option.
#[task]
pub async fn guess(context: &TaskContext, text: String) -> Result<Option<i32>, FindError> {
    work::guess(called("guess", (&text,), context), &text)
}

/// Three parameters, and no way to fail.
#[task]
pub async fn gather(
    context: &TaskContext,
    list: Vec<i32>,
    size: Size,
    more: Option<String>,
) -> Vec<i32> {
    called("gather", (&list, &size, &more), context);
    work::gather(&list, &size, more.as_deref())
}

/// A tuple.
#[task]
pub async fn couple(
    context: &TaskContext,
    pair: (i32, String),
) -> Result<(i32, String), CheckError> {
    work::couple(called("couple", (&pair,), context), &pair)
}

/// No parameter.
#[task]
pub async fn constant(context: &TaskContext) -> i32 {
    called("constant", Vec::<i32>::new(), context);
    41
}

/// No result.
#[task]
pub async fn tell(context: &TaskContext, text: String) {
    called("tell", (&text,), context);
}

/// The same tasks for the Rust half.
pub mod plain {
    use super::{Item, Size, work};
    use crate::failure::{Failure, Out};
    use crate::sim::Sim;

    /// See [`super::check()`].
    pub fn check(sim: &mut Sim, attempt: u32, n: i32) -> Out<i32> {
        sim.call("check", (n,), attempt);
        work::check(attempt, n).map_err(Failure::Check)
    }

    /// See [`super::find()`].
    pub fn find(sim: &mut Sim, attempt: u32, name: String, count: i32) -> Out<Item> {
        sim.call("find", (&name, count), attempt);
        work::find(attempt, &name, count).map_err(Failure::Find)
    }

    /// See [`super::measure()`].
    pub fn measure(sim: &mut Sim, attempt: u32, item: Item) -> Out<Size> {
        sim.call("measure", (&item,), attempt);
        work::measure(attempt, &item).map_err(Failure::Check)
    }

    /// See [`super::guess()`].
    pub fn guess(sim: &mut Sim, attempt: u32, text: String) -> Out<Option<i32>> {
        sim.call("guess", (&text,), attempt);
        work::guess(attempt, &text).map_err(Failure::Find)
    }

    /// See [`super::gather()`].
    pub fn gather(
        sim: &mut Sim,
        attempt: u32,
        list: Vec<i32>,
        size: Size,
        more: Option<String>,
    ) -> Out<Vec<i32>> {
        sim.call("gather", (&list, &size, &more), attempt);
        Ok(work::gather(&list, &size, more.as_deref()))
    }

    /// See [`super::couple()`].
    pub fn couple(sim: &mut Sim, attempt: u32, pair: (i32, String)) -> Out<(i32, String)> {
        sim.call("couple", (&pair,), attempt);
        work::couple(attempt, &pair).map_err(Failure::Check)
    }

    /// See [`super::constant()`].
    pub fn constant(sim: &mut Sim, attempt: u32) -> Out<i32> {
        sim.call("constant", Vec::<i32>::new(), attempt);
        Ok(41)
    }

    /// See [`super::tell()`].
    pub fn tell(sim: &mut Sim, attempt: u32, text: String) -> Out<()> {
        sim.call("tell", (&text,), attempt);
        Ok(())
    }
}
