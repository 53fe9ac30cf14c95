//! The states of one body while a function is translated.
//!
//! Statements without a call become [`Join`](Work::Join)s: nodes that only assign variables.
//! [`settle`](Graph::settle) moves their assignments to the transitions before them, and makes a
//! Pass state of those that no transition can take.

use super::names::Names;
use crate::machine::{
    Amount, Condition, Edge, EdgeKind, ErrorPattern, Fail, Let, LetBinding, Raised, Retry, Setting,
    StateExit, UserExpr, Wait,
};
use proc_macro2::extra::DelimSpan;
use proc_macro2::{Ident, Span};
use quote::{ToTokens, quote};
use std::collections::{HashMap, HashSet};
use stepwright_asl::model::MachineType;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Expr, LitStr, Pat, Path, Token, Type, parse_quote};

/// The states of a function, of a branch or of a Map's body. The node 0 is its entry.
#[derive(Default)]
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    pub(super) span: Option<Span>,
}

/// A state, or a node that exists only during the translation.
pub(super) struct Node {
    pub(super) work: Work,
    pub(super) name: StateName,
    pub(super) docs: Option<String>,
    pub(super) result: Option<LetBinding>,
    /// The type of the answer that a call waits for.
    pub(super) answer: Option<Type>,
    pub(super) timeout: Option<(Ident, Amount)>,
    pub(super) heartbeat: Option<(Ident, Amount)>,
    pub(super) retries: Vec<Retry>,
    /// The options in the source.
    pub(super) options: String,
    pub(super) edges: Vec<Edge>,
    /// The body ends with this state.
    pub(super) ends: Option<StateExit>,
}

/// A state's name, and how the user writes another one.
#[derive(Clone)]
pub(super) struct StateName {
    pub(super) text: String,
    pub(super) span: Span,
    /// The name is in the source: `#[state(Name)]` or `.named("Name")`.
    pub(super) is_explicit: bool,
    /// Whether it is a call, which `.named("..")` names.
    pub(super) is_call: bool,
    /// The number of its attribute `#[state(Name)]`.
    pub(super) attribute: Option<usize>,
    /// Where a name can be written.
    pub(super) place: Span,
    /// The names of the code around the state, outermost first.
    pub(super) around: Vec<String>,
    /// Parts of its code that may differ from those of a state with the same name.
    pub(super) details: Vec<String>,
    /// Whether a number follows if no other name is free: the state is no statement that a user can
    /// name.
    pub(super) is_numbered: bool,
}

pub(super) enum Work {
    /// Only assigns variables.
    Join,
    /// The body ends with a value.
    Return(Expr),
    Pass,
    Task {
        path: Path,
        arguments: Vec<Expr>,
        parentheses: DelimSpan,
        /// The call waits for the token among its arguments.
        waits: Option<Ident>,
        /// The method that reads the result directly, `Call::reader`.
        reader: Option<Ident>,
        /// `Call::end`.
        end: Option<Span>,
    },
    Service {
        request: Box<Expr>,
        arguments: Vec<Expr>,
        /// The request waits for the token among its arguments.
        waits: Option<Ident>,
    },
    Wait(Wait),
    /// The value of a `match`, if it is one.
    Choice(Option<(Expr, Span)>),
    Succeed(Expr),
    Fail(Fail),
    Parallel(Vec<Graph>),
    Map(Box<MapWork>),
}

pub(super) struct MapWork {
    pub(super) item: Ident,
    pub(super) items: MapItems,
    pub(super) concurrency: Option<(Ident, Expr)>,
    pub(super) distributed: Option<(Ident, MachineType)>,
    pub(super) label: Option<(Ident, LitStr)>,
    pub(super) tolerated_count: Option<(Ident, Expr)>,
    pub(super) tolerated_percentage: Option<(Ident, Expr)>,
    /// `write_results`, the bucket and the prefix.
    pub(super) results: Option<(Ident, Expr, Expr)>,
    pub(super) body: Graph,
}

/// The items of a Map.
pub(super) enum MapItems {
    List(Expr),
    Objects(Box<ObjectItems>),
}

/// Items in S3.
pub(super) struct ObjectItems {
    /// The function, such as `csv_items`.
    pub(super) function: Ident,
    /// The type of an item.
    pub(super) ty: Type,
    pub(super) resource: &'static str,
    pub(super) settings: Vec<Setting>,
    pub(super) bucket: Expr,
    /// `Key` or `Prefix`, and its value.
    pub(super) key: (&'static str, Expr),
}

impl MapWork {
    /// The values that the Map computes before its first item.
    fn arguments(&mut self) -> Vec<&mut Expr> {
        let mut arguments = match &mut self.items {
            MapItems::List(list) => vec![list],
            MapItems::Objects(objects) => vec![&mut objects.bucket, &mut objects.key.1],
        };
        if let Some((_, bucket, prefix)) = &mut self.results {
            arguments.extend([bucket, prefix]);
        }
        arguments
    }
}

/// A transition without a target yet: its node, and its index there.
pub(super) type Exit = (usize, usize);

impl Graph {
    /// Adds a node, and connects the exits to it.
    pub(super) fn add(&mut self, node: Node, exits: &[Exit]) -> usize {
        let index = self.nodes.len();
        self.nodes.push(node);
        self.connect(exits, index);
        index
    }

    /// Connects the end of a loop's body to the loop's start. Messages about the loop are at this
    /// location.
    pub(super) fn repeat(&mut self, exits: &[Exit], head: usize) {
        let span = self.nodes.get(head).map(|head| head.name.span);
        for (node, edge) in exits {
            let edge = self
                .nodes
                .get_mut(*node)
                .and_then(|node| node.edges.get_mut(*edge));
            if let (Some(edge), Some(span)) = (edge, span) {
                edge.name.set_span(span);
            }
        }
        self.connect(exits, head);
    }

    pub(super) fn connect(&mut self, exits: &[Exit], to: usize) {
        for (node, edge) in exits {
            if let Some(edge) = self
                .nodes
                .get_mut(*node)
                .and_then(|node| node.edges.get_mut(*edge))
            {
                edge.to = Some(to);
            }
        }
    }

    /// Adds a transition without a target. Messages about it are at this location.
    pub(super) fn add_edge(&mut self, node: usize, kind: EdgeKind, span: Span) -> Exit {
        let Some(node_of) = self.nodes.get_mut(node) else {
            return (node, 0);
        };
        node_of.edges.push(Edge::new(kind, unnamed(span)));
        (node, node_of.edges.len() - 1)
    }

    /// Adds the rule of an `if`.
    pub(super) fn add_rule(&mut self, node: usize, condition: Expr, span: Span) -> Exit {
        let keyword = Ident::new("when", span);
        let condition = Condition::Expression(condition.into());
        self.add_edge(node, EdgeKind::Rule { keyword, condition }, span)
    }

    /// Adds the transition of an `else`.
    pub(super) fn add_otherwise(&mut self, node: usize, span: Span) -> Exit {
        self.add_edge(
            node,
            EdgeKind::Otherwise(Ident::new("otherwise", span)),
            span,
        )
    }

    /// Adds the transition of an arm.
    pub(super) fn add_arm(
        &mut self,
        node: usize,
        pattern: Pat,
        guard: Option<Expr>,
        span: Span,
    ) -> Exit {
        let guard = guard.map(UserExpr::from);
        self.add_edge(node, EdgeKind::Arm { pattern, guard }, span)
    }

    /// Makes an assignment before a state of each argument that may fail, if a Retrier or a Catcher
    /// of the state takes every error: Step Functions would treat the failure of an argument as a
    /// failure of the task.
    pub(super) fn compute_arguments_before(&mut self, bind: &mut impl FnMut(Span) -> Ident) {
        for index in 0..self.nodes.len() {
            if !self.nodes[index].handles_all() {
                continue;
            }
            let node = &mut self.nodes[index];
            let arguments: Vec<&mut Expr> = match &mut node.work {
                Work::Task { arguments, .. } => arguments.iter_mut().collect(),
                Work::Map(map) => map.arguments(),
                _ => continue,
            };
            let mut lets = Vec::new();
            for argument in arguments {
                if is_total(argument) || reads_token(argument) {
                    continue;
                }
                let name = bind(argument.span());
                let value = std::mem::replace(argument, parse_quote!(#name));
                lets.push(Let {
                    binding: LetBinding::one(name),
                    value: value.into(),
                });
            }
            if lets.is_empty() {
                continue;
            }
            let name = StateName {
                text: format!("{}Arguments", node.name.text),
                is_explicit: false,
                attribute: None,
                ..node.name.clone()
            };
            let before = self.predecessors(index);
            let join = self.add(Node::new(Work::Join, name), &before);
            let exit = self.add_edge(join, EdgeKind::Next, self.nodes[index].name.span);
            self.nodes[join].edges[0].lets = lets;
            self.connect(&[exit], index);
        }
    }

    fn follow(&self, mut node: usize) -> usize {
        let mut seen = HashSet::new();
        while let Some(next) = self.nodes.get(node).and_then(Node::alias) {
            if !seen.insert(node) {
                break;
            }
            node = next;
        }
        node
    }

    /// Makes each assignment part of a transition or of a Pass state. Returns the locations of
    /// loops without a state.
    pub(super) fn settle(&mut self, names: &Names) -> Vec<Span> {
        let endless = self.loops_without_a_state();
        if !endless.is_empty() {
            return endless;
        }
        // An assignment may move through several Joins. It only moves backwards, so this ends.
        while let Some(index) = (0..self.nodes.len())
            .rev()
            .find(|index| self.nodes[*index].assigns())
        {
            self.settle_join(index);
        }
        self.skip_joins();
        for index in 0..self.nodes.len() {
            if let Work::Return(_) = self.nodes[index].work {
                self.settle_return(index);
            }
        }
        self.merge(names);
        Vec::new()
    }

    fn skip_joins(&mut self) {
        for index in 0..self.nodes.len() {
            for edge in 0..self.nodes[index].edges.len() {
                if let Some(to) = self.nodes[index].edges[edge].to {
                    // A transition back to the start of a loop is reported at the loop.
                    if to < index && self.nodes[to].alias().is_some() {
                        let head = self.nodes[to].name.span;
                        self.nodes[index].edges[edge].name.set_span(head);
                    }
                    self.nodes[index].edges[edge].to = Some(self.follow(to));
                }
            }
        }
    }

    fn loops_without_a_state(&self) -> Vec<Span> {
        let mut found = Vec::new();
        for (start, node) in self.nodes.iter().enumerate() {
            let mut at = start;
            let mut steps = 0;
            while let Some(Node {
                work: Work::Join,
                edges,
                ..
            }) = self.nodes.get(at)
            {
                let Some(to) = edges.first().and_then(|edge| edge.to) else {
                    break;
                };
                steps += 1;
                at = to;
                if at == start {
                    found.push(node.name.span);
                    break;
                }
                if steps > self.nodes.len() {
                    break;
                }
            }
        }
        found.truncate(1);
        found
    }

    fn predecessors(&self, of: usize) -> Vec<Exit> {
        let mut found = Vec::new();
        for (index, node) in self.nodes.iter().enumerate() {
            for (number, edge) in node.edges.iter().enumerate() {
                if edge.to == Some(of) {
                    found.push((index, number));
                }
            }
        }
        found
    }

    fn settle_join(&mut self, index: usize) {
        let Some(edge) = self.nodes[index].edges.first_mut() else {
            return;
        };
        let (lets, to) = (std::mem::take(&mut edge.lets), edge.to);
        let before = self.predecessors(index);
        // The entry of a body has no transition before it.
        let all_take = index != 0 && before.iter().all(|exit| self.takes(*exit, &lets));
        if !all_take {
            self.nodes[index].edges[0].lets = lets;
            self.nodes[index].work = Work::Pass;
            return;
        }
        for (node, number) in before {
            self.nodes[node].push_lets(number, &lets);
            self.nodes[node].edges[number].to = to;
        }
    }

    fn settle_return(&mut self, index: usize) {
        let Work::Return(value) = &self.nodes[index].work else {
            return;
        };
        let value = value.clone();
        let before = self.predecessors(index);
        let mut remains = index == 0 || before.is_empty();
        // A state has one `Next`, and may have other transitions to the same node, whose indexes
        // change.
        let ending = before.into_iter().map(|(node, number)| {
            let is_next = matches!(self.nodes[node].edges[number].kind, EdgeKind::Next);
            (node, number, is_next && self.can_end(node, &value))
        });
        for (node, number, ends) in ending.collect::<Vec<_>>() {
            if ends {
                let edge = self.nodes[node].edges.remove(number);
                self.nodes[node].ends =
                    Some(StateExit::end(value.span(), Some(value.clone().into())));
                self.nodes[node].ending_lets(edge.lets);
            } else {
                remains = true;
            }
        }
        if remains {
            self.nodes[index].work = Work::Succeed(value);
        }
    }

    /// Whether a transition can take assignments.
    fn takes(&self, (node, number): Exit, lets: &[Let]) -> bool {
        let node = &self.nodes[node];
        let edge = &node.edges[number];
        let is_next = matches!(edge.kind, EdgeKind::Next);
        // Step Functions would repeat or catch the failure of such an expression as a failure of
        // the state's task.
        if is_next && node.handles_all() && !lets.iter().all(|one| is_total(&one.value.syn)) {
            return false;
        }
        // Names that a pattern binds; a name that a `let` binds is renamed when it is assigned
        // again.
        let mut assigned: HashSet<String> = HashSet::new();
        match &edge.kind {
            EdgeKind::Arm { pattern, .. } => assigned.extend(names_in(pattern)),
            EdgeKind::Catch { errors, output } => {
                for error in errors {
                    if let ErrorPattern::Fields(_, pattern) = error {
                        assigned.extend(names_in(pattern));
                    }
                }
                assigned.extend(output.iter().map(ToString::to_string));
            }
            _ => {}
        }
        let changing: HashSet<String> = edge
            .lets
            .iter()
            .filter(|one| changes(&one.value.syn))
            .flat_map(|one| assigned_names(&one.binding))
            .collect();
        lets.iter().all(|one| {
            let read = names_in(&one.value.syn);
            assigned_names(&one.binding).all(|name| !assigned.contains(&name))
                && read.iter().all(|name| !changing.contains(name))
        }) && !reads_changing_value(lets)
    }

    fn can_end(&self, node: usize, value: &Expr) -> bool {
        let node = &self.nodes[node];
        let ends = matches!(
            node.work,
            Work::Task { .. }
                | Work::Service { .. }
                | Work::Pass
                | Work::Wait(_)
                | Work::Parallel(_)
                | Work::Map(_)
        );
        let is_safe = !node.handles_all() || is_total(value);
        let read = names_in(value);
        let mut changing = node
            .edges
            .iter()
            .flat_map(|edge| &edge.lets)
            .filter(|one| changes(&one.value.syn));
        let reads_changing =
            changing.any(|one| assigned_names(&one.binding).any(|name| read.contains(&name)));
        ends && is_safe && !reads_changing
    }

    /// Merges states that do the same and continue the same way.
    fn merge(&mut self, names: &Names) {
        loop {
            let mut by_key: HashMap<String, usize> = HashMap::new();
            let mut replaced: HashMap<usize, usize> = HashMap::new();
            let reached = self.reached();
            for index in 0..self.nodes.len() {
                if !reached.contains(&index) {
                    continue;
                }
                let Some(key) = self.nodes[index].key().map(|key| names.canonical(&key)) else {
                    continue;
                };
                match by_key.get(&key) {
                    Some(first) => {
                        replaced.insert(index, *first);
                    }
                    None => {
                        by_key.insert(key, index);
                    }
                }
            }
            if replaced.is_empty() {
                return;
            }
            for edge in self.nodes.iter_mut().flat_map(|node| &mut node.edges) {
                if let Some(first) = edge.to.and_then(|to| replaced.get(&to)) {
                    edge.to = Some(*first);
                }
            }
        }
    }

    /// The states that the entry reaches, and the first state.
    pub(super) fn reached(&self) -> HashSet<usize> {
        let mut reached = HashSet::new();
        let mut todo = vec![self.first()];
        while let Some(index) = todo.pop() {
            if reached.insert(index)
                && let Some(node) = self.nodes.get(index)
            {
                todo.extend(node.edges.iter().filter_map(|edge| edge.to));
            }
        }
        reached
    }

    /// Begins a Map's body with a Pass state if the first state cannot read the item from its
    /// input: it contains states, or it runs again.
    pub(super) fn begin_with_pass(&mut self) {
        let first = self.first();
        let Some(node) = self.nodes.get(first) else {
            return;
        };
        let contains = matches!(node.work, Work::Parallel(_) | Work::Map(_));
        let runs_again = !self
            .predecessors(first)
            .iter()
            .all(|(before, _)| *before == 0);
        if first != 0 && (contains || runs_again) {
            self.nodes[0].work = Work::Pass;
        }
    }

    /// The state in which the body begins.
    pub(super) fn first(&self) -> usize {
        self.follow(0)
    }
}

impl Node {
    pub(super) fn new(work: Work, name: StateName) -> Node {
        Node {
            work,
            name,
            docs: None,
            result: None,
            answer: None,
            timeout: None,
            heartbeat: None,
            retries: Vec::new(),
            options: String::new(),
            edges: Vec::new(),
            ends: None,
        }
    }

    /// Whether it is a Join with assignments.
    fn assigns(&self) -> bool {
        let mut edges = self.edges.iter();
        matches!(self.work, Work::Join) && edges.any(|edge| !edge.lets.is_empty())
    }

    fn alias(&self) -> Option<usize> {
        match (&self.work, self.edges.first()) {
            (Work::Join, Some(edge)) => edge.to,
            _ => None,
        }
    }

    /// Adds assignments to a transition. If a variable is assigned twice on it, the first value
    /// gets a name that is no variable, `_total`, which only the later assignments of the
    /// transition read. Several values may have that name: an assignment reads the latest one
    /// before it.
    fn push_lets(&mut self, number: usize, lets: &[Let]) {
        for one in lets {
            let mut one = copy(one);
            let variables = assigned_names(&one.binding).filter(|name| !name.starts_with('_'));
            for name in variables.collect::<Vec<_>>() {
                let Some(edge) = self.edges.get_mut(number) else {
                    return;
                };
                let before = edge
                    .lets
                    .iter()
                    .rposition(|earlier| earlier.binding.named().any(|other| *other == name));
                let of_result = matches!(edge.kind, EdgeKind::Next)
                    && self
                        .result
                        .as_ref()
                        .is_some_and(|result| result.named().any(|other| *other == name));
                let renamed = match (before, of_result) {
                    (Some(at), _) => {
                        rename(&mut edge.lets[at].binding, &name);
                        at + 1
                    }
                    (None, true) => {
                        if let Some(result) = &mut self.result {
                            rename(result, &name);
                        }
                        0
                    }
                    (None, false) => continue,
                };
                for later in edge.lets.iter_mut().skip(renamed) {
                    super::names::rename(&mut later.value.syn, &name, &format!("_{name}"));
                }
                super::names::rename(&mut one.value.syn, &name, &format!("_{name}"));
            }
            if let Some(edge) = self.edges.get_mut(number) {
                edge.lets.push(one);
            }
        }
    }

    /// Whether a Retrier or a Catcher of this state takes every error.
    fn handles_all(&self) -> bool {
        let retries = self.retries.iter().flat_map(|retry| &retry.errors);
        let caught = self.edges.iter().flat_map(caught_errors);
        retries.chain(caught).any(ErrorPattern::is_all)
    }

    /// Whether a Catcher of this state takes every error.
    pub(super) fn catches_all(&self) -> bool {
        let mut caught = self.edges.iter().flat_map(caught_errors);
        caught.any(ErrorPattern::is_all)
    }

    fn ending_lets(&mut self, lets: Vec<Let>) {
        if lets.is_empty() {
            return;
        }
        // A state that ends evaluates its `let`s as locals of its `end`.
        let next = Edge::new(EdgeKind::Next, unnamed(self.name.span));
        self.edges.insert(0, Edge { lets, ..next });
    }

    /// A text that is equal for states that do the same; `None` for states that are never merged.
    fn key(&self) -> Option<String> {
        let work = match &self.work {
            Work::Fail(Fail {
                error,
                cause,
                raised,
            }) => {
                let values = error.iter().chain(cause).map(|value| &value.syn);
                let raised = raised.iter().map(|Raised { path, fields, .. }| {
                    let members = fields.iter().map(|(member, _)| member);
                    let values = fields.iter().map(|(_, value)| &value.syn);
                    quote!(#path { #(#members: #values),* })
                });
                quote!(fail #(#values)* #(#raised)*).to_string()
            }
            Work::Succeed(value) => quote!(succeed #value).to_string(),
            Work::Task {
                path,
                arguments,
                waits,
                ..
            } => {
                let waits = waits.is_some();
                quote!(task #waits #path (#(#arguments),*)).to_string()
            }
            _ => return None,
        };
        let is_constant =
            |amount: &Option<(Ident, Amount)>| !matches!(amount, Some((_, Amount::Computed(_))));
        if !is_constant(&self.timeout) || !is_constant(&self.heartbeat) {
            return None;
        }
        let mut key = format!("{}|{work}|{}", self.name.text, self.options);
        if let Some(result) = &self.result {
            key.push_str(&names_of(result));
        }
        for edge in &self.edges {
            let kind = match &edge.kind {
                EdgeKind::Next => "next".to_owned(),
                EdgeKind::Catch { errors, output } => {
                    let errors: Vec<String> = errors.iter().map(error_key).collect();
                    let output = output.as_ref().map(ToString::to_string);
                    format!("catch {} {}", errors.join("|"), output.unwrap_or_default())
                }
                _ => return None,
            };
            key.push_str(&format!("|{kind}:{:?}", edge.to));
            for one in &edge.lets {
                let value = &one.value.syn;
                key.push_str(&format!(";{}={}", names_of(&one.binding), quote!(#value)));
            }
        }
        match &self.ends {
            Some(StateExit::End(_, value)) => {
                let value = value.iter().map(|value| &value.syn);
                key.push_str(&format!("|end {}", quote!(#(#value)*)));
            }
            Some(StateExit::Next) | None => {}
        }
        Some(key)
    }
}

/// The errors of a Catcher.
fn caught_errors(edge: &Edge) -> &[ErrorPattern] {
    match &edge.kind {
        EdgeKind::Catch { errors, .. } => errors,
        _ => &[],
    }
}

/// A text that is equal for patterns of the same errors and fields.
fn error_key(error: &ErrorPattern) -> String {
    match error {
        ErrorPattern::Every(_) => "every".to_owned(),
        ErrorPattern::Text(name) => quote!(#name).to_string(),
        ErrorPattern::Path(path) => quote!(#path).to_string(),
        ErrorPattern::Fields(_, pattern) => quote!(#pattern).to_string(),
    }
}

/// The name of a state that has none yet.
fn unnamed(span: Span) -> Ident {
    Ident::new("_", span)
}

fn assigned_names(binding: &LetBinding) -> impl Iterator<Item = String> {
    binding.named().map(ToString::to_string)
}

/// The names of a binding, with commas between them.
fn names_of(binding: &LetBinding) -> String {
    assigned_names(binding).collect::<Vec<_>>().join(",")
}

/// Renames a variable so that it is none: `_total`.
fn rename(binding: &mut LetBinding, name: &str) {
    for one in binding.names.iter_mut().flatten() {
        if *one == name {
            *one = Ident::new(&format!("_{name}"), one.span());
        }
    }
}

/// The same assignment on another transition.
fn copy(one: &Let) -> Let {
    Let {
        binding: one.binding.clone(),
        value: one.value.syn.clone().into(),
    }
}

/// Whether an assignment reads a value of an earlier one that differs at each evaluation.
fn reads_changing_value(lets: &[Let]) -> bool {
    let mut changing = HashSet::new();
    lets.iter().any(|one| {
        let reads = names_in(&one.value.syn);
        let conflict = reads.iter().any(|name| changing.contains(name));
        if changes(&one.value.syn) {
            changing.extend(assigned_names(&one.binding));
        }
        conflict
    })
}

/// The names of variables in the code, by their form during the translation.
fn names_in(code: &impl ToTokens) -> HashSet<String> {
    let mut names = HashSet::new();
    super::names::each_ident(code.to_token_stream(), &mut |ident| {
        let text = ident.to_string();
        if text.contains("__") {
            names.insert(text);
        }
    });
    names
}

/// Whether an argument contains the task token, which only the state itself can read.
fn reads_token(value: &Expr) -> bool {
    let mut found = false;
    super::names::each_ident(value.to_token_stream(), &mut |ident| {
        found |= ident == "task_token";
    });
    found
}

/// Whether each evaluation produces a different value.
fn changes(value: &Expr) -> bool {
    let mut found = false;
    super::names::each_ident(value.to_token_stream(), &mut |ident| {
        found |= ident == "now" || ident == "uuid";
    });
    found
}

/// Whether an expression has a value for all values of its variables, by its form alone.
fn is_total(value: &Expr) -> bool {
    match value {
        Expr::Lit(_) | Expr::Path(_) => true,
        Expr::Paren(inner) => is_total(&inner.expr),
        Expr::Group(inner) => is_total(&inner.expr),
        Expr::Reference(inner) => is_total(&inner.expr),
        Expr::Field(field) => is_total(&field.base),
        Expr::Unary(unary) => {
            let is_number = matches!(*unary.expr, Expr::Lit(_));
            (matches!(unary.op, syn::UnOp::Not(_)) || is_number) && is_total(&unary.expr)
        }
        Expr::Macro(one) if one.mac.path.is_ident("format") || one.mac.path.is_ident("vec") => {
            let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
            let arguments = one.mac.parse_body_with(parser);
            arguments.is_ok_and(|arguments| {
                arguments.iter().all(|argument| match argument {
                    Expr::Assign(named) => is_total(&named.right),
                    value => is_total(value),
                })
            })
        }
        Expr::Tuple(tuple) => tuple.elems.iter().all(is_total),
        Expr::Array(array) => array.elems.iter().all(is_total),
        Expr::Struct(literal) => {
            literal.fields.iter().all(|field| is_total(&field.expr))
                && literal.rest.as_deref().is_none_or(is_total)
        }
        Expr::Call(call) => {
            let is_type = matches!(&*call.func, Expr::Path(path)
                if crate::machine::own_name(&path.path).is_some_and(|name| crate::functions::is_type(&name.to_string())));
            is_type && call.args.iter().all(is_total)
        }
        Expr::MethodCall(call) => {
            let total = [
                "clone",
                "len",
                "is_empty",
                "is_some",
                "is_none",
                "to_owned",
                "to_string",
            ];
            total.iter().any(|name| call.method == name)
                && call.args.is_empty()
                && is_total(&call.receiver)
        }
        Expr::Binary(binary) => {
            use syn::BinOp::{And, Eq, Ge, Gt, Le, Lt, Ne, Or};
            matches!(
                binary.op,
                And(_) | Or(_) | Eq(_) | Ne(_) | Lt(_) | Le(_) | Gt(_) | Ge(_)
            ) && is_total(&binary.left)
                && is_total(&binary.right)
        }
        _ => false,
    }
}
