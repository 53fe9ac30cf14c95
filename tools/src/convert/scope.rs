//! The scope of paths.

use stepwright_asl::path::{Path, PathStep, Root};

use super::expr::{DataRoot, Expr};

/// The scope of a path: the value of `$`, and the field for notes.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s> {
    /// The value of `$`.
    pub(super) input: &'s Expr,
    /// Pointer to the field.
    pub(super) pointer: &'s str,
}

/// The value at the root of a path.
pub(super) fn root(path: &Path, scope: Scope<'_>) -> Expr {
    match &path.root {
        Root::Input => scope.input.clone(),
        Root::Context => Expr::CONTEXT,
        Root::Variable(name) => Expr::Root(DataRoot::Variable(name.clone())),
        Root::Current => Expr::ITEM,
    }
}

/// The value of a path of names and indices; `None` for any other path.
pub(super) fn definite(path: &Path, scope: Scope<'_>) -> Option<Expr> {
    let mut steps = path.steps.iter();
    steps.try_fold(root(path, scope), |value, step| match step {
        PathStep::Key(name) => Some(value.key(name)),
        PathStep::Index(index) => Some(value.index(*index)),
        _ => None,
    })
}
