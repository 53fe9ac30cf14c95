//! Variables of a workflow, and other values that an expression reads by name.

use crate::expr::{Expr, Text};
use crate::sealed::Sealed;
use crate::shape::Payload;
use crate::type_block::Witness;
use std::marker::PhantomData;

/// A workflow variable that holds a `T`. Created by [`variable`](super::Body::variable).
///
/// `expr!([checked] || checked.total)` reads it where `checked` is its handle; `.bind(&checked)`,
/// `.assign(&checked, ..)` and the edges of [`assigning`](super::StateHandle::assigning) assign it.
pub struct Variable<T> {
    pub(super) scope: u64,
    pub(super) name: Text,
    types: PhantomData<fn() -> T>,
}

impl<T> Variable<T> {
    pub(super) fn new(scope: u64, name: Text) -> Self {
        Variable {
            scope,
            name,
            types: PhantomData,
        }
    }

    /// Its name, without the `$`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl<T> Clone for Variable<T> {
    fn clone(&self) -> Self {
        Variable::new(self.scope, self.name.clone())
    }
}

debug_with!([T] Variable<T>: name);

/// A value that is never assigned: the workflow's input, or the item of a Map.
/// Created by [`parameter`](super::FlowBuilder::parameter) and [`item`](super::Body::item).
pub struct InputHandle<T> {
    read: VariableRead,
    types: PhantomData<fn() -> T>,
}

impl<T> InputHandle<T> {
    pub(super) fn new(scope: u64, name: Text, value: Expr) -> Self {
        InputHandle {
            read: VariableRead { scope, name, value },
            types: PhantomData,
        }
    }
}

impl<T> Clone for InputHandle<T> {
    fn clone(&self) -> Self {
        InputHandle {
            read: self.read.clone(),
            types: PhantomData,
        }
    }
}

debug_with!([T] InputHandle<T>: read.name);

/// A value in the brackets of `expr!([checked] || ..)`: a [`Variable`] or a [`InputHandle`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a variable of a workflow",
    label = "not a variable of a workflow",
    note = "the brackets contain handles of `variable`, `parameter` and `item`; read a Rust value without listing it there"
)]
pub trait Readable: Sealed {
    /// The type of its value.
    type Value;

    /// The name and the body that it belongs to.
    #[doc(hidden)]
    fn read(&self) -> VariableRead;
}

/// A value that an expression reads by name, and the body that it belongs to.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct VariableRead {
    pub(super) scope: u64,
    pub(super) name: Text,
    pub(super) value: Expr,
}

impl<T> Sealed for Variable<T> {}
impl<T> Sealed for InputHandle<T> {}

#[diagnostic::do_not_recommend]
impl<T: Payload> Readable for Variable<T> {
    type Value = T;

    fn read(&self) -> VariableRead {
        VariableRead {
            scope: self.scope,
            name: self.name.clone(),
            value: Expr::variable(self.name.clone()),
        }
    }
}

#[diagnostic::do_not_recommend]
impl<T> Readable for InputHandle<T> {
    type Value = T;

    fn read(&self) -> VariableRead {
        self.read.clone()
    }
}

impl<R: Sealed + ?Sized> Sealed for &R {}

#[diagnostic::do_not_recommend]
impl<R: Readable> Readable for &R {
    type Value = R::Value;

    fn read(&self) -> VariableRead {
        (**self).read()
    }
}

/// A value of the variable's type, in code that never runs.
#[doc(hidden)]
pub fn value_of<R: Readable>(_variable: &R) -> R::Value {
    crate::type_block::any()
}

/// The type of the variable's value, in code that never runs.
#[doc(hidden)]
pub fn witness_of<T>(_variable: &Variable<T>) -> Witness<T> {
    Witness::new()
}

/// The variables that receive a `T`: a single variable, or a tuple with a variable for each field.
#[diagnostic::on_unimplemented(
    message = "a `{T}` does not fit the variables `{Self}`",
    label = "takes another type",
    note = "give `&variable`, or for a tuple `(&first, &second)`: each variable holds what is assigned to it"
)]
pub trait Variables<T>: Sealed {
    /// Each variable with the field that it receives; `None` for the whole value.
    #[doc(hidden)]
    fn variables(self) -> Vec<(VariableRead, Option<usize>)>;
}

#[diagnostic::do_not_recommend]
impl<T: Payload> Variables<T> for &Variable<T> {
    fn variables(self) -> Vec<(VariableRead, Option<usize>)> {
        vec![(self.read(), None)]
    }
}

macro_rules! tuples {
    ($(($($of:ident $index:tt),+))+) => {$(
        impl<$($of),+> Sealed for ($(&Variable<$of>,)+) {}

        #[diagnostic::do_not_recommend]
        impl<$($of: Payload),+> Variables<($($of,)+)> for ($(&Variable<$of>,)+) {
            fn variables(self) -> Vec<(VariableRead, Option<usize>)> {
                vec![$((self.$index.read(), Some($index))),+]
            }
        }
    )+};
}

for_each_tuple!(tuples);
