//! The scopes of variables and of the items of Maps.

use super::passed_value::ChildExecutions;
use super::syntax::names::is_function;
use crate::expr::{Expr, ExprNode, Text};
use crate::flow::{Body, Flow, FlowStateKind, State, Transition, VariableOf};
use crate::shape::Shape;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use stepwright_asl::jsonata::Expression;

/// The variables of the machine, of one branch or of one Map's body.
#[derive(Debug, Default)]
pub(super) struct LoweringScope {
    /// The variables whose types are known.
    typed: HashMap<Text, fn() -> Shape>,
    /// The variables whose shapes are derived from assigned values.
    untyped: RefCell<HashMap<String, Shape>>,
    pub(super) item: RefCell<Option<MapItem>>,
    /// Set for the body of a Distributed Map.
    pub(super) children: Option<ChildExecutions>,
    /// For variables with the name of a JSONata function: the states in which they may be set.
    hiding: HashMap<String, HashSet<String>>,
}

fn typed(variables: &[VariableOf]) -> HashMap<Text, fn() -> Shape> {
    let variables = variables.iter();
    variables.map(|one| (one.name.clone(), one.shape)).collect()
}

/// The item of a Map's body.
#[derive(Clone, Debug)]
pub(super) struct MapItem {
    pub(super) name: Text,
    pub(super) shape: Shape,
    /// Another state than the first reads it, so the first state assigns it to a variable.
    pub(super) assigned: bool,
}

impl LoweringScope {
    pub(super) fn variable(&self, name: &str) -> Option<Shape> {
        match self.typed.get(name) {
            Some(shape) => Some(Shape::Lazy(*shape)),
            None => self.untyped.borrow().get(name).cloned(),
        }
    }

    /// The names of its variables, and of the item.
    pub(super) fn names(&self) -> Vec<String> {
        let untyped = self.untyped.borrow();
        let names = self.typed.keys().map(ToString::to_string);
        let names = names.chain(untyped.keys().cloned());
        names
            .chain(self.item().map(|item| item.name.into_owned()))
            .collect()
    }

    /// Whether the type of a variable is known.
    pub(super) fn is_typed(&self, name: &str) -> bool {
        self.typed.contains_key(name)
    }

    /// Records the shape of an assigned value for its variable.
    pub(super) fn record_shape(&self, name: &str, shape: Shape) {
        let mut untyped = self.untyped.borrow_mut();
        let better = untyped.get(name).map(|known| known.or(&shape));
        untyped.insert(name.to_owned(), better.unwrap_or(shape));
    }

    pub(super) fn item(&self) -> Option<MapItem> {
        self.item.borrow().clone()
    }

    /// The names that the body's first state assigns because they are in its input: the item, and
    /// the values that a Distributed Map passes to its children.
    pub(super) fn assigned_names(&self) -> Vec<Text> {
        let item = self.item().filter(|item| item.assigned);
        let handed = self.children.iter().flat_map(|children| &children.handed);
        item.into_iter()
            .map(|item| item.name)
            .chain(
                handed
                    .filter(|one| one.assigned)
                    .map(|one| one.name.clone()),
            )
            .collect()
    }

    /// Whether a variable with this name may be set when the state runs, and shadow the function
    /// with this name.
    pub(super) fn hides(&self, function: &str, state: &str) -> bool {
        self.hiding
            .get(function)
            .is_some_and(|states| states.contains(state))
    }
}

/// All scopes of a flow. A branch or body is found by its state's name and its index in that state.
#[derive(Debug, Default)]
pub(super) struct Scopes {
    root: LoweringScope,
    inner: HashMap<(String, usize), LoweringScope>,
    /// Variables with other names in the ASL, because they would shadow a function there.
    renamed: RefCell<BTreeMap<String, Text>>,
}

impl Scopes {
    /// The scopes of a flow, with the shapes that types determine.
    pub(super) fn typed(flow: &Flow) -> Scopes {
        let mut scopes = Scopes::default();
        scopes.root.typed = typed(&flow.variables);
        scopes.root.hiding = hiding(&flow.states, &[]);
        scopes.add(&flow.states, flow);
        scopes
    }

    fn add(&mut self, states: &[State], flow: &Flow) {
        for state in states {
            for (index, body) in state.bodies().iter().enumerate() {
                let mut scope = LoweringScope {
                    typed: typed(&body.variables),
                    ..LoweringScope::default()
                };
                if let FlowStateKind::Map(map) = &state.kind {
                    *scope.item.borrow_mut() = Some(MapItem {
                        name: map.item.clone(),
                        shape: map.shape.map_or(Shape::Any, Shape::Lazy),
                        assigned: reads_item_later(body, &map.item),
                    });
                    scope.children = ChildExecutions::of(map, flow);
                }
                scope.hiding = hiding(&body.states, &scope.assigned_names());
                self.inner.insert((state.name.to_string(), index), scope);
                self.add(&body.states, flow);
            }
        }
    }

    /// The name of a variable in the ASL.
    pub(super) fn emitted(&self, name: &str) -> Text {
        match self.renamed.borrow().get(name) {
            Some(new) => new.clone(),
            None => Text::Owned(name.to_owned()),
        }
    }

    /// The text of a user's literal, in which variables have their names of the ASL.
    pub(super) fn emitted_text(&self, literal: &Expr) -> Option<Text> {
        if self.renamed.borrow().is_empty() {
            return None;
        }
        let mut literal = literal.clone();
        literal.rename(&|_| None, &|name| *name = self.emitted(name));
        match *literal.node {
            ExprNode::Jsonata(text, _) | ExprNode::Path(text, _) | ExprNode::Intrinsic(text, _) => {
                Some(text)
            }
            _ => None,
        }
    }

    /// Renames a variable that would shadow a function, for the next lowering.
    pub(super) fn rename(&self, name: &str) {
        let mut new = format!("{name}_");
        while self.has(&new) {
            new.push('_');
        }
        self.renamed
            .borrow_mut()
            .insert(name.to_owned(), new.into());
    }

    /// The number of renamed variables.
    pub(super) fn renamed(&self) -> usize {
        self.renamed.borrow().len()
    }

    fn has(&self, name: &str) -> bool {
        let scopes = std::iter::once(&self.root).chain(self.inner.values());
        scopes
            .into_iter()
            .any(|scope| scope.variable(name).is_some())
    }

    pub(super) fn root_level(&self) -> ReadScope<'_> {
        ReadScope {
            scope: &self.root,
            in_first: false,
            state: "",
        }
    }

    /// The scope of a branch or body.
    pub(super) fn inner(&self, state: &str, index: usize) -> &LoweringScope {
        self.inner
            .get(&(state.to_owned(), index))
            .unwrap_or(&self.root)
    }
}

/// One scope that an expression can read.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReadScope<'a> {
    pub(super) scope: &'a LoweringScope,
    /// Whether the expression is in the scope's first state, or inside of it.
    pub(super) in_first: bool,
    /// The state of the scope that contains the expression.
    pub(super) state: &'a str,
}

/// The levels that a state of a branch or body can read.
pub(super) fn enter<'a>(
    scopes: &'a Scopes,
    levels: &[ReadScope<'a>],
    state: &State,
    index: usize,
) -> Vec<ReadScope<'a>> {
    let mut inner = levels.to_vec();
    inner.push(ReadScope {
        scope: scopes.inner(&state.name, index),
        in_first: false,
        state: "",
    });
    inner
}

/// The levels for the state at `index`.
pub(super) fn at<'a>(
    levels: &[ReadScope<'a>],
    states: &'a [State],
    index: usize,
) -> Vec<ReadScope<'a>> {
    let mut levels = levels.to_vec();
    if let Some(innermost) = levels.last_mut() {
        innermost.in_first = index == 0;
        innermost.state = &states[index].name;
    }
    levels
}

/// Whether the item is read by a state after the body's first state, or inside of such a state.
fn reads_item_later(body: &Body, item: &str) -> bool {
    let mut read = false;
    for state in body.states.iter().skip(1) {
        state.each_expression_inside(&mut |expr| read |= reads_item(expr, item));
    }
    read
}

/// Whether an expression reads an item.
pub(super) fn reads_item(expr: &Expr, item: &str) -> bool {
    let mut read = false;
    expr.walk(&mut |node| {
        read |= match node {
            ExprNode::Item(name) => name == item,
            ExprNode::Jsonata(text, _) => Expression::parse(text)
                .is_ok_and(|text| text.variables().iter().any(|name| name == item)),
            _ => false,
        }
    });
    read
}

/// For each variable with the name of a function: the states that may run after an assignment of
/// it.
fn hiding(states: &[State], given: &[Text]) -> HashMap<String, HashSet<String>> {
    let mut hiding: HashMap<String, HashSet<String>> = HashMap::new();
    let mut set = |name: &str, target: &str| {
        if is_function(name) {
            hiding
                .entry(name.to_owned())
                .or_default()
                .insert(target.to_owned());
        }
    };
    for (index, state) in states.iter().enumerate() {
        if let Some(Transition::Next(next)) = &state.transition {
            state.assign.iter().for_each(|(name, _)| set(name, next));
        }
        for edge in state.edges() {
            edge.assign
                .iter()
                .for_each(|(name, _)| set(name, &edge.target));
        }
        if let FlowStateKind::Choice { arms, .. } = &state.kind {
            for arm in arms {
                arm.pattern
                    .names()
                    .iter()
                    .for_each(|name| set(name, &arm.edge.target));
            }
        }
        if index == 0 {
            for name in given {
                state.targets().iter().for_each(|target| set(name, target));
            }
        }
    }
    if hiding.is_empty() {
        return hiding;
    }
    let by_name: HashMap<&str, &State> = states.iter().map(|state| (&*state.name, state)).collect();
    for reached in hiding.values_mut() {
        let mut open: Vec<String> = reached.iter().cloned().collect();
        while let Some(name) = open.pop() {
            let state = by_name.get(&*name).copied();
            for target in state.map(State::targets).unwrap_or_default() {
                if reached.insert(target.to_owned()) {
                    open.push(target.to_owned());
                }
            }
        }
    }
    hiding
}
