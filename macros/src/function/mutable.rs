//! Mutable references: `let r = &mut total;` is another name for a variable, and every other one is
//! refused.
//!
//! States assign whole variables. A reference to a part of a variable, or one whose variable is
//! known only at run time, would have to change that variable as well.

use super::source::scan::{MacroKind, bare, called, single_name, without_type};
use super::translator::Translator;
use crate::errors::TokenRange;
use crate::functions::is_task;
use crate::machine::{Matches, own_name};
use crate::name::text;
use proc_macro2::Ident;
use quote::ToTokens;
use stepwright_asl::Diagnostic;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{
    Block, Expr, ExprAwait, ExprCall, ExprForLoop, ExprLet, ExprMatch, ExprMethodCall,
    ExprReference, Local, Macro, Pat, PatIdent, Token,
};

/// Methods that return a mutable reference, apart from those whose name ends with `_mut`.
const METHODS: &[&str] = &[
    "entry",
    "get_or_insert",
    "get_or_insert_with",
    "or_default",
    "or_insert",
    "or_insert_with",
];

impl Translator<'_> {
    /// Refuses the mutable references of the function that are no other name for a variable.
    /// Returns whether there is one.
    pub(super) fn refuse_mutable_references(&self, block: &Block) -> bool {
        let mut references = MutableReferences::default();
        references.visit_block(block);
        let is_refused = !references.found.is_empty();
        for (range, message) in references.found {
            self.errors.push(Diagnostic::error(range, message));
        }
        is_refused
    }

    /// Declares the name in `let r = &mut total;`. Returns whether the `let` has this form.
    pub(super) fn reference(&mut self, local: &Local) -> bool {
        let Some((name, place)) = borrowed(local) else {
            return false;
        };
        let Some((variable, is_reborrowed)) = referred(place) else {
            return false;
        };
        let is_borrowed = is_mutable_reference(local);
        if !is_borrowed && (is_reborrowed || !self.names.is_reference(variable)) {
            return false;
        }
        if let Some(state) = self.name.take() {
            self.errors.at(
                state.span,
                "a reference to a variable makes no state: remove `#[state(..)]`",
            );
        }
        if is_borrowed && !is_reborrowed && self.names.is_reference(variable) {
            self.refuse(
                place,
                format!("a workflow has no reference to a reference: write `&mut *{variable}`"),
            );
        }
        match self.names.find(variable) {
            Some(found) => self.names.show_reference(name, &found.ident),
            None => {
                self.refuse(place, self.unknown_variable(variable));
                let bound = self.names.declare(name, self.body);
                self.names.mark_as_mutable(&bound);
            }
        }
        true
    }

    /// The message about a name that is assigned and is no variable.
    pub(super) fn unknown_variable(&self, name: &Ident) -> String {
        if self.names.is_parameter(name) {
            self.kind().assigned_parameter(name)
        } else {
            format!("`{name}` is not a variable of this function")
        }
    }

    /// Whether a variable is changed under this name: not through a reference that a pattern or a
    /// loop binds.
    pub(super) fn changes_variable(&self, name: &Ident) -> bool {
        // After a refused reference, the changes through it are not reported.
        self.names.is_reference(name)
            || self.names.is_mutable(name)
            || self.has_refused_reference.get()
    }
}

/// The message about a change through a name that is no variable.
pub(super) fn changed_through_reference(name: &Ident) -> String {
    format!(
        "`{name}` is a reference to a value inside of another one, and a workflow assigns whole variables: assign a new value to the whole variable"
    )
}

/// The name and the value of `let name = value;`.
fn borrowed(local: &Local) -> Option<(&Ident, &Expr)> {
    let Pat::Ident(name) = without_type(&local.pat) else {
        return None;
    };
    let is_name = name.by_ref.is_none() && name.mutability.is_none() && name.subpat.is_none();
    let init = local.init.as_ref().filter(|init| init.diverge.is_none())?;
    let place = match bare(&init.expr) {
        Expr::Reference(reference) if reference.mutability.is_some() => &*reference.expr,
        other => other,
    };
    is_name.then_some((&name.ident, place))
}

fn is_mutable_reference(local: &Local) -> bool {
    let value = local.init.as_ref().map(|init| bare(&init.expr));
    matches!(value, Some(Expr::Reference(reference)) if reference.mutability.is_some())
}

/// The variable of `total` or `*total`, and whether it has the `*`.
fn referred(place: &Expr) -> Option<(&Ident, bool)> {
    match bare(place) {
        Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Deref(_)) => {
            single_name(&unary.expr).map(|name| (name, true))
        }
        other => single_name(other).map(|name| (name, false)),
    }
}

/// The mutable references of a function that are no other name for a variable, with a message for
/// each.
#[derive(Default)]
struct MutableReferences {
    found: Vec<(TokenRange, String)>,
    /// Whether the code is part of an expression that is awaited.
    is_awaited: bool,
}

impl MutableReferences {
    fn refuse(&mut self, at: &impl ToTokens, instead: &str) {
        let message = format!("a workflow has no mutable references: {instead}");
        self.found.push((TokenRange::of(at), message));
    }

    /// Refuses a `&mut` or a method such as `iter_mut` at the beginning of a value, and visits the
    /// remainder.
    fn value(&mut self, value: &Expr, instead: &dyn Fn(&str) -> String) {
        match bare(value) {
            Expr::Reference(reference) if reference.mutability.is_some() => {
                self.refuse(reference, &instead(&shown(&reference.expr)));
                self.visit_expr(&reference.expr);
            }
            Expr::MethodCall(call) if is_mutable_method(call) => {
                self.refuse(&call.method, &instead(&shown(&call.receiver)));
                self.visit_expr(&call.receiver);
            }
            other => self.visit_expr(other),
        }
    }
}

impl Visit<'_> for MutableReferences {
    fn visit_local(&mut self, local: &Local) {
        self.visit_pat(&local.pat);
        let is_name = borrowed(local).is_some_and(|(_, place)| referred(place).is_some());
        let Some(init) = &local.init else {
            return;
        };
        if let Some((_, other)) = &init.diverge {
            self.value(&init.expr, &matched);
            self.visit_expr(other);
        } else if !(is_name && is_mutable_reference(local)) {
            self.value(&init.expr, &|place| {
                if place.contains('.') || place.contains('[') {
                    return format!("assign the whole variable, `{}`", updated(place));
                }
                format!("write `let reference = &mut {place};` with the name of a variable, or assign the variable itself")
            });
        }
    }

    fn visit_expr_for_loop(&mut self, one: &ExprForLoop) {
        self.visit_pat(&one.pat);
        self.value(&one.expr, &|list| {
            let list = if list.ends_with(')') { "list" } else { list };
            format!("make a new list, `{list} = {list}.iter().map(|item| ..).collect();`, or push the new items to another list")
        });
        self.visit_block(&one.body);
    }

    fn visit_expr_match(&mut self, one: &ExprMatch) {
        self.value(&one.expr, &matched);
        one.arms.iter().for_each(|arm| self.visit_arm(arm));
    }

    fn visit_expr_let(&mut self, one: &ExprLet) {
        self.visit_pat(&one.pat);
        self.value(&one.expr, &matched);
    }

    fn visit_expr_await(&mut self, one: &ExprAwait) {
        let before = std::mem::replace(&mut self.is_awaited, true);
        visit::visit_expr_await(self, one);
        self.is_awaited = before;
    }

    fn visit_expr_call(&mut self, call: &ExprCall) {
        // The call itself is refused.
        if !self.is_awaited && called(call).is_some_and(is_task) {
            return;
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_macro(&mut self, mac: &Macro) {
        if MacroKind::of(mac) == MacroKind::Log {
            return;
        }
        if own_name(&mac.path).is_some_and(|name| name == "matches")
            && let Ok(parts) = mac.parse_body::<Matches>()
        {
            self.visit_expr(&parts.subject);
            self.visit_pat(&parts.pattern);
            parts.guard.iter().for_each(|guard| self.visit_expr(guard));
            return;
        }
        let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
        let arguments = mac.parse_body_with(parser);
        arguments
            .iter()
            .flatten()
            .for_each(|one| self.visit_expr(one));
    }

    fn visit_pat_ident(&mut self, one: &PatIdent) {
        if let (Some(by_ref), Some(mutable)) = (&one.by_ref, &one.mutability) {
            let name = &one.ident;
            let at = TokenRange::of(&quote::quote!(#by_ref #mutable));
            let message = format!(
                "a workflow has no mutable references: bind `{name}` without `ref mut`, and assign a new value to the whole variable that is matched"
            );
            self.found.push((at, message));
        }
        visit::visit_pat_ident(self, one);
    }

    fn visit_expr_reference(&mut self, reference: &ExprReference) {
        if reference.mutability.is_some() {
            self.refuse(
                reference,
                "pass the value, and assign the new value to the whole variable",
            );
        }
        visit::visit_expr_reference(self, reference);
    }

    fn visit_expr_method_call(&mut self, call: &ExprMethodCall) {
        if is_mutable_method(call) {
            self.refuse(
                &call.method,
                &format!(
                    "assign a new value to the whole variable instead of `{}`",
                    call.method
                ),
            );
        }
        visit::visit_expr_method_call(self, call);
    }
}

fn is_mutable_method(call: &ExprMethodCall) -> bool {
    let name = text(&call.method);
    name.ends_with("_mut") || METHODS.contains(&name.as_str())
}

/// The advice for a `match`, an `if let` or a `let else`.
fn matched(value: &str) -> String {
    let value = if value.contains(['(', '{']) {
        "value"
    } else {
        value
    };
    format!(
        "match the value, and assign the whole variable, `if let Some(x) = {value} {{ {value} = Some(x + 1); }}`"
    )
}

/// The assignment of the whole variable instead of one of its parts.
fn updated(place: &str) -> String {
    match place.rsplit_once('.') {
        Some((whole, field)) if !place.contains('[') => {
            format!("{whole} = Type {{ {field}: value, ..{whole} }}")
        }
        _ => "list = list.iter().map(|item| ..).collect()".to_owned(),
    }
}

/// An expression as in the source, on one line.
fn shown(value: &Expr) -> String {
    value.to_token_stream().to_string().replace(' ', "")
}
