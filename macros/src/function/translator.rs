//! The state of a translation: the graph, the names and the loops at the current statement.

use super::graph::{Exit, Graph, Node};
use super::naming::name_attributes::{NameAttributes, NumberedName};
use super::naming::names::Names;
use super::naming::pattern_names::{bound_names, mutable_names, with_variables};
use super::naming::state_name::{StateName, word};
use super::proofs::Proofs;
use super::source::refused::refused_in;
use super::source::scan::{bare, first_await, without_reference_pattern};
use super::source::signature::FunctionKind;
use super::source::unmarked_functions::ModuleSource;
use crate::checked_type::DeclaredType;
use crate::errors::Errors;
use crate::machine::{EdgeKind, ErrorPattern, LetBinding, StateWork};
use crate::name::text;
use proc_macro2::{Ident, Span};
use quote::{ToTokens, format_ident};
use std::cell::Cell;
use std::collections::HashMap;
use std::collections::HashSet;
use stepwright_asl::Diagnostic;
use syn::spanned::Spanned;
use syn::{Attribute, Block, Expr, Lifetime, Pat, parse_quote_spanned};

/// The code that gets the value of an expression.
#[derive(Clone)]
pub(super) enum Dest {
    /// The value is the result of the body.
    Return,
    Ignore,
    Assign(Box<LetBinding>),
}

impl Dest {
    /// One variable gets the value.
    pub(super) fn to(name: Ident) -> Dest {
        Dest::Assign(Box::new(LetBinding::one(name)))
    }
}

/// The transitions that lead to the next statement. There are none after a `return`.
pub(super) type Exits = Vec<Exit>;

/// Translates one function.
pub(super) struct Translator<'e> {
    pub(super) errors: &'e Errors,
    pub(super) module: ModuleSource,
    pub(super) names: Names,
    pub(super) graph: Graph,
    /// The number of the body that is translated: the function, a branch or a Map's body.
    pub(super) body: usize,
    pub(super) bodies: usize,
    /// The number of calls that were taken out of expressions.
    pub(super) hoisted_calls: usize,
    /// The variables with lower numbers are read by the expression around the current block, so the
    /// block may not change them.
    pub(super) fixed_variables: usize,
    pub(super) loops: Vec<LoopContext>,
    /// The name in `#[state(Name)]`, for the next state.
    pub(super) name: Option<StateName>,
    pub(super) name_attributes: NameAttributes,
    /// The functions that the source awaits.
    pub(super) awaited_names: HashSet<String>,
    /// The names of the code around the current statement, outermost first.
    around: Vec<String>,
    /// The first token of the current statement.
    pub(super) statement: Option<Span>,
    /// The type of the function's result, which a call that waits for a token needs.
    pub(super) output: Option<DeclaredType>,
    /// The name of the function, if it is a fragment.
    pub(super) fragment: Option<Ident>,
    pub(super) proofs: Proofs,
    /// The name of the state that ends the body with a value.
    end: String,
    /// The names of a `let else`, which its other block cannot read yet.
    pub(super) deferred: Option<Vec<(Ident, Ident)>>,
    /// For each chain of conditions that is translated, the transitions of those that do not hold.
    pub(super) failed_conditions: Vec<Exits>,
    /// Whether a mutable reference is refused as a value.
    pub(super) has_refused_reference: Cell<bool>,
}

/// A loop or a block with a label that encloses the current statement.
pub(super) struct LoopContext {
    pub(super) label: Option<Lifetime>,
    /// The start of the loop; `None` for a block.
    pub(super) head: Option<usize>,
    pub(super) breaks: Exits,
    pub(super) dest: Dest,
}

/// One arm of a `match`: its pattern, guard and body.
pub(super) struct ArmBody<'a> {
    pub(super) pattern: Pat,
    pub(super) guard: Option<&'a Expr>,
    pub(super) body: ArmCode<'a>,
}

/// The code of an arm.
pub(super) enum ArmCode<'a> {
    Expr(&'a Expr),
    Block(&'a Block),
    /// The `else` of a `let`.
    Diverging(&'a Expr),
    /// The arm assigns the names of its pattern, and the code after the statement continues.
    Continue,
    /// The next conditions of a chain.
    Conditions(&'a [&'a Expr], &'a Chain<'a>),
    /// A condition of a chain does not hold.
    Fails,
    Nothing,
}

/// `if a && let Some(b) = c { .. }`: conditions that need several states.
pub(super) struct Chain<'a> {
    pub(super) then: &'a Block,
    /// The name of the latest state, with which that of the next one begins.
    pub(super) name: StateName,
}

impl<'e> Translator<'e> {
    pub(super) fn new(
        errors: &'e Errors,
        module: ModuleSource,
        parameters: Vec<Ident>,
    ) -> Translator<'e> {
        Translator {
            errors,
            module,
            names: Names::new(parameters),
            graph: Graph::default(),
            body: 0,
            bodies: 0,
            hoisted_calls: 0,
            fixed_variables: 0,
            loops: Vec::new(),
            name: None,
            name_attributes: NameAttributes::default(),
            awaited_names: HashSet::new(),
            around: Vec::new(),
            statement: None,
            output: None,
            fragment: None,
            proofs: Proofs::default(),
            end: String::new(),
            deferred: None,
            failed_conditions: Vec::new(),
            has_refused_reference: Cell::new(false),
        }
    }

    /// The states of a body. `subject` is part of the names of the states in which it begins and
    /// ends; that of the function is empty.
    pub(super) fn body_graph(
        &mut self,
        subject: &str,
        span: Span,
        build: impl FnOnce(&mut Self, Exits),
    ) -> Graph {
        let outer_end = std::mem::replace(&mut self.end, format!("{subject}Done"));
        let outer = std::mem::take(&mut self.graph);
        let outer_loops = std::mem::take(&mut self.loops);
        let outer_body = self.body;
        self.body = self.bodies;
        self.bodies += 1;
        self.names.open();
        let begin = self.around(StateName {
            is_numbered: true,
            ..StateName::derived(format!("Begin{subject}"), span)
        });
        let entry = self.graph.add(Node::join(begin), &[]);
        let exit = self.graph.add_edge(entry, EdgeKind::Next, span);
        build(self, vec![exit]);
        let (names, body) = (&mut self.names, self.body);
        self.graph
            .compute_arguments_before(&mut |span| names.bind(&Ident::new("argument", span), body));
        for span in self.graph.settle(&self.names) {
            self.errors.at(
                span,
                "this loop enters no state, so Step Functions cannot run it: wait, call a task in it, or compute the value in a task",
            );
        }
        self.names.close();
        self.graph.span = Some(span);
        self.body = outer_body;
        self.loops = outer_loops;
        self.end = outer_end;
        std::mem::replace(&mut self.graph, outer)
    }

    pub(super) fn kind(&self) -> FunctionKind {
        match self.fragment {
            Some(_) => FunctionKind::Fragment,
            None => FunctionKind::Workflow,
        }
    }

    pub(super) fn refuse(&self, at: &impl ToTokens, message: impl Into<String>) {
        self.errors.on(at, message);
    }

    /// Reports the attributes `#[state(Name)]` that name no state.
    pub(super) fn every_name_has_a_state(&self) {
        for name in self.name_attributes.unused() {
            self.errors.at(
                name.span(),
                format!(
                    "`#[state({name})]` names no state here: write it before a statement with a state, such as `if`, `match`, `let`, `return` or `Ok(..)`, and \
                     `.named(\"{name}\")` after a call"
                ),
            );
        }
    }

    /// An expression with the variables of the graph. Refuses code in it that a state cannot
    /// evaluate.
    pub(super) fn resolved(&self, value: &Expr) -> Expr {
        for (span, message) in refused_in(value, &self.awaited_names) {
            self.errors.push(Diagnostic::error(span, message));
        }
        let (value, references) = self.names.resolved(value);
        for name in references {
            self.has_refused_reference.set(true);
            let message = format!(
                "`{name}` is a mutable reference, and a workflow passes values: write `*{name}`, or name the variable itself"
            );
            self.errors.at(name.span(), message);
        }
        value
    }

    /// The name of the next state: that in the source, or the derived one.
    pub(super) fn state_name(&mut self, derived: StateName) -> StateName {
        match self.name.take() {
            Some(name) => {
                self.name_attributes.take(name.attribute);
                name
            }
            None => self.around(derived),
        }
    }

    /// A derived name with the code around it.
    fn around(&self, derived: StateName) -> StateName {
        StateName {
            around: self.around.clone(),
            // `.named("..")` is written after a call.
            place: if derived.is_call {
                derived.place
            } else {
                self.statement.unwrap_or(derived.place)
            },
            ..derived
        }
    }

    /// Translates code inside of other code, whose name states of equal names have before theirs.
    pub(super) fn inside<T>(&mut self, of: String, translate: impl FnOnce(&mut Self) -> T) -> T {
        let depth = self.around.len();
        if !of.is_empty() {
            self.around.push(of);
        }
        let translated = translate(self);
        self.around.truncate(depth);
        translated
    }

    pub(super) fn next(&mut self, node: usize, span: Span) -> Exit {
        self.graph.add_edge(node, EdgeKind::Next, span)
    }

    /// Takes `#[state(Name)]` from attributes.
    pub(super) fn read_name(&mut self, attributes: &[Attribute]) {
        for attribute in attributes {
            if attribute.path().is_ident("state") {
                match attribute.parse_args::<NumberedName>() {
                    Ok(name) => self.name = Some(StateName::explicit(&name)),
                    Err(_) => self.refuse(
                        attribute,
                        "write the state's name as an identifier: `#[state(Name)]`",
                    ),
                }
            }
        }
    }

    /// The end of a block without a value.
    pub(super) fn unit(&mut self, span: Span, exits: Exits, dest: &Dest) -> Exits {
        match dest {
            Dest::Return if !exits.is_empty() => {
                self.give(parse_quote_spanned!(span=> ()), span, exits)
            }
            _ => exits,
        }
    }

    /// Ends the body with a value.
    pub(super) fn give(&mut self, value: Expr, span: Span, exits: Exits) -> Exits {
        let derived = StateName::derived(self.end.clone(), span).with_details([word(&value)]);
        let name = self.state_name(derived);
        let end = if name.is_explicit {
            Node::new(StateWork::Succeed(Some(value.into())), name)
        } else {
            Node::returning(value, name)
        };
        self.graph.add(end, &exits);
        Exits::new()
    }

    /// The variables of a `let`, and their names in the source.
    pub(super) fn target(&mut self, pattern: &Pat) -> Option<(LetBinding, Vec<(Ident, Ident)>)> {
        let (pattern, ty) = match pattern {
            Pat::Type(typed) => (&*typed.pat, Some((*typed.ty).clone())),
            other => (other, None),
        };
        let mut shown = Vec::new();
        let mut bind = |this: &mut Self, pattern: &Pat| -> Option<Option<Ident>> {
            match pattern {
                Pat::Wild(_) => Some(None),
                Pat::Ident(one) if one.subpat.is_none() && one.by_ref.is_none() => {
                    let bound = this.names.bind(&one.ident, this.body);
                    if one.mutability.is_some() {
                        this.names.mark_as_mutable(&bound);
                    }
                    shown.push((one.ident.clone(), bound.clone()));
                    Some(Some(bound))
                }
                other => {
                    this.refuse(
                        other,
                        "a `let` of a workflow binds a name or a tuple of names: take the fields in the next statement, or match the value",
                    );
                    None
                }
            }
        };
        let (names, tuple) = match pattern {
            Pat::Tuple(tuple) if !tuple.elems.is_empty() => {
                let names: Option<Vec<_>> = tuple.elems.iter().map(|one| bind(self, one)).collect();
                (names?, true)
            }
            Pat::Tuple(_) => (vec![None], false),
            Pat::Paren(inner) => return self.target(&inner.pat),
            one => (vec![bind(self, one)?], false),
        };
        let target = LetBinding {
            names,
            tuple,
            ty: ty.map(DeclaredType::of_let),
            equals: pattern.span(),
            is_local: false,
        };
        Some((target, shown))
    }

    /// The type of the values that end the current body, if the source contains it.
    pub(super) fn body_type(&self) -> Option<&DeclaredType> {
        self.output.as_ref().filter(|_| self.body == 0)
    }

    pub(super) fn condition(&mut self, condition: &Expr, statement: &str) -> Expr {
        if let Some(span) = first_await(condition) {
            let message = if statement == "while" {
                "a call cannot be part of a condition: write `loop`, bind the result with `let` in it, and leave the loop with `break`"
                    .to_owned()
            } else {
                format!(
                    "a call cannot be part of a condition: bind it with `let` before the `{statement}`"
                )
            };
            self.errors.at(span, message);
        }
        self.resolved(bare(condition))
    }

    /// Declares a name. The names of a `let else` are visible only after it.
    pub(super) fn declare(&mut self, name: &Ident) -> Ident {
        let bound = self.names.bind(name, self.body);
        self.show(name, &bound);
        bound
    }

    pub(super) fn show(&mut self, name: &Ident, bound: &Ident) {
        match &mut self.deferred {
            Some(later) => later.push((name.clone(), bound.clone())),
            None => self.names.show(name, bound),
        }
    }

    pub(super) fn show_all(&mut self, shown: Vec<(Ident, Ident)>) {
        for (name, bound) in shown {
            self.names.show(&name, &bound);
        }
    }

    /// A pattern with new variables for the names that it binds.
    pub(super) fn arm_pattern(&mut self, pattern: &Pat) -> Pat {
        let mut variables = HashMap::new();
        let mutable = mutable_names(pattern);
        for name in bound_names(pattern) {
            let bound = self.declare(&name);
            if mutable.contains(&text(&name)) {
                self.names.mark_as_mutable(&bound);
            }
            variables.insert(text(&name), bound);
        }
        with_variables(without_reference_pattern(pattern), &variables)
    }

    /// The answer to a token that the function returns has the type of its result.
    pub(super) fn answer_is_returned(&mut self, node: usize) {
        if self.body == 0 && self.graph.nodes[node].answer.is_none() {
            self.graph.nodes[node].answer.clone_from(&self.output);
        }
        let waits = self.graph.nodes[node].waiting_task().is_some();
        // Only a variable gives the answer its type.
        if waits && self.graph.nodes[node].state.result.is_none() {
            let span = self.graph.nodes[node].name.span;
            let bound = self
                .names
                .bind(&format_ident!("answer", span = span), self.body);
            self.graph.nodes[node].state.result = Some(LetBinding::one(bound));
        }
    }

    /// Ends the body with the result of a call.
    pub(super) fn ends_with_result(&mut self, node: usize) {
        self.answer_is_returned(node);
        self.graph.nodes[node].end();
    }

    /// Records that a variable has the type of a call's result.
    pub(super) fn has_result_type(&mut self, node: usize, target: &LetBinding) {
        let called = &self.graph.nodes[node];
        let source = match (&target.ty, called.state.task()) {
            (Some(ty), _) => ty.identity(),
            (None, Some(path)) if called.waiting_task().is_none() => {
                format!("result of {}", path.to_token_stream())
            }
            _ => return,
        };
        if let ([Some(name)], false) = (target.names.as_slice(), target.tuple) {
            self.names.has_type_of(name, source);
        }
    }

    /// A Catcher of the node that is translated.
    pub(super) fn catch(
        &mut self,
        node: usize,
        errors: Vec<ErrorPattern>,
        output: Option<Ident>,
        span: Span,
    ) -> Exit {
        self.graph
            .add_edge(node, EdgeKind::Catch { errors, output }, span)
    }
}
