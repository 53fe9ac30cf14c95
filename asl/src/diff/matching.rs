//! Matches the states of the old definition with those of the new one.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use crate::graph::{EdgeKind, Graph, State};
use crate::json::Json;
use crate::model::QueryLanguage;

use super::meaning::{meaning, object_meaning};
use super::value_context::ValueContext;

/// A transition into a state: the source state and the transition's [`class`].
type IncomingTransition = (usize, u8);

/// A definition, prepared for the comparison.
#[derive(Debug)]
pub(super) struct PreparedDefinition<'j> {
    pub(super) graph: Graph<'j>,
    pub(super) json: &'j Json,
    /// The query language of each state.
    pub(super) languages: Vec<QueryLanguage>,
    /// For each state, the transitions into it.
    leads: Vec<Vec<IncomingTransition>>,
}

impl<'j> PreparedDefinition<'j> {
    pub(super) fn of(definition: &'j Json) -> PreparedDefinition<'j> {
        let graph = Graph::of(definition);
        let root = definition.as_object();
        let machine = root
            .and_then(QueryLanguage::of)
            .unwrap_or(QueryLanguage::JsonPath);
        let languages = graph.states().iter();
        let languages = languages
            .map(|state| QueryLanguage::of(state.object).unwrap_or(machine))
            .collect();
        let mut leads = vec![Vec::new(); graph.states().len()];
        for (from, state) in graph.states().iter().enumerate() {
            for edge in &state.edges {
                if let Some(to) = graph.find(state.container, edge.target) {
                    leads[to].push((from, class(edge.kind)));
                }
            }
        }
        PreparedDefinition {
            graph,
            json: definition,
            languages,
            leads,
        }
    }

    pub(super) fn state(&self, index: usize) -> &State<'j> {
        &self.graph.states()[index]
    }
}

/// The kind of a transition, without its index.
pub(super) fn class(kind: EdgeKind) -> u8 {
    match kind {
        EdgeKind::Next => 0,
        EdgeKind::Choice(_) => 1,
        EdgeKind::Default => 2,
        EdgeKind::Catch(_) => 3,
    }
}

/// How a state of the new definition was matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MatchReason {
    /// It has the same name and is in the matching container.
    Same,
    /// It has another name but the same content.
    Renamed,
    /// It has the same name and is in another branch or Map.
    Moved,
}

/// The pairs of containers and of states.
#[derive(Debug, Default)]
pub(super) struct Matching {
    /// The new state for each old one, by index.
    pub(super) states: HashMap<usize, (usize, MatchReason)>,
    /// The old state for each new one, by index.
    pub(super) back: HashMap<usize, usize>,
    /// The new container for each old one.
    pub(super) bodies: BTreeMap<usize, usize>,
}

impl Matching {
    pub(super) fn of(old: &PreparedDefinition<'_>, new: &PreparedDefinition<'_>) -> Matching {
        let mut finder = Finder {
            old,
            new,
            names: (names(old), names(new)),
            matching: Matching::default(),
            open: VecDeque::new(),
        };
        if !old.graph.containers().is_empty() && !new.graph.containers().is_empty() {
            finder.body(0, 0);
        }
        loop {
            while let Some((from, to)) = finder.open.pop_front() {
                finder.states(from, to);
            }
            if !finder.moved() {
                return finder.matching;
            }
        }
    }
}

fn names<'s>(side: &'s PreparedDefinition<'_>) -> HashSet<&'s str> {
    side.graph.states().iter().map(|state| state.name).collect()
}

struct Finder<'a, 'j> {
    old: &'a PreparedDefinition<'j>,
    new: &'a PreparedDefinition<'j>,
    names: (HashSet<&'a str>, HashSet<&'a str>),
    matching: Matching,
    /// Pairs of containers whose states are not paired yet.
    open: VecDeque<(usize, usize)>,
}

impl Finder<'_, '_> {
    fn body(&mut self, old: usize, new: usize) {
        self.matching.bodies.insert(old, new);
        self.open.push_back((old, new));
    }

    fn pair(&mut self, old: usize, new: usize, found: MatchReason) {
        self.matching.states.insert(old, (new, found));
        self.matching.back.insert(new, old);
        let (from, to) = (&self.old.state(old).inner, &self.new.state(new).inner);
        for (from, to) in self.inner(from, to) {
            self.body(from, to);
        }
    }

    /// Pairs branches: first those with the most common state names, then the remaining ones in
    /// order.
    fn inner(&self, old: &[usize], new: &[usize]) -> Vec<(usize, usize)> {
        let (before, after) = (self.old.graph.containers(), self.new.graph.containers());
        let mut by_name: HashMap<&str, usize> = HashMap::new();
        for (at, body) in new.iter().enumerate() {
            for state in &after[*body].states {
                by_name.insert(self.new.state(*state).name, at);
            }
        }
        let mut shared: Vec<(usize, usize, usize)> = Vec::new();
        for (at, body) in old.iter().enumerate() {
            let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
            for state in &before[*body].states {
                if let Some(to) = by_name.get(self.old.state(*state).name) {
                    *counts.entry(*to).or_default() += 1;
                }
            }
            shared.extend(counts.into_iter().map(|(to, count)| (count, at, to)));
        }
        shared.sort_by_key(|(count, at, to)| (usize::MAX - count, at.abs_diff(*to), *at));
        let mut pairs = Vec::new();
        let (mut from, mut to): (Vec<usize>, Vec<usize>) =
            ((0..old.len()).collect(), (0..new.len()).collect());
        let (mut used, mut taken) = (vec![false; old.len()], vec![false; new.len()]);
        for (_, at, partner) in shared {
            if !used[at] && !taken[partner] {
                (used[at], taken[partner]) = (true, true);
                pairs.push((old[at], new[partner]));
            }
        }
        from.retain(|at| !used[*at]);
        to.retain(|at| !taken[*at]);
        pairs.extend(from.into_iter().zip(to).map(|(at, to)| (old[at], new[to])));
        pairs.sort_unstable();
        pairs
    }

    /// Pairs the states of two containers.
    fn states(&mut self, from: usize, to: usize) {
        let mut removed = Vec::new();
        for &state in &self.old.graph.containers()[from].states {
            match self.new.graph.find(to, self.old.state(state).name) {
                Some(same) => self.pair(state, same, MatchReason::Same),
                None => removed.push(state),
            }
        }
        // A state whose name exists elsewhere was moved.
        removed.retain(|state| !self.names.1.contains(self.old.state(*state).name));
        let mut added = self.new.graph.containers()[to].states.clone();
        added.retain(|state| {
            !self.matching.back.contains_key(state)
                && !self.names.0.contains(self.new.state(*state).name)
        });
        if !removed.is_empty() && !added.is_empty() {
            self.renamed(&removed, &added);
        }
    }

    /// Pairs states with the same content and different names: first those with the same incoming
    /// transitions, then the remaining ones in order.
    fn renamed(&mut self, removed: &[usize], added: &[usize]) {
        let mut exact: HashMap<(String, Vec<IncomingTransition>), VecDeque<usize>> = HashMap::new();
        let mut bodies: HashMap<String, VecDeque<usize>> = HashMap::new();
        let known = |new: usize| self.matching.back.contains_key(&new).then_some(new);
        for &state in added {
            let body = self.body_of(self.new, state, known);
            let leads = self.leads_of(self.new, state, known);
            exact
                .entry((body.clone(), leads))
                .or_default()
                .push_back(state);
            bodies.entry(body).or_default().push_back(state);
        }
        let mut left = Vec::new();
        let mut found: Vec<(usize, usize)> = Vec::new();
        let mut taken: HashSet<usize> = HashSet::new();
        let partner = |old: usize| self.matching.states.get(&old).map(|(new, _)| *new);
        for &state in removed {
            let body = self.body_of(self.old, state, partner);
            let key = (body, self.leads_of(self.old, state, partner));
            match exact.get_mut(&key).and_then(VecDeque::pop_front) {
                Some(new) => {
                    taken.insert(new);
                    found.push((state, new));
                }
                None => left.push((state, key.0)),
            }
        }
        for (state, body) in left {
            let candidates = bodies.get_mut(&body);
            let next = candidates.and_then(|candidates| {
                while let Some(new) = candidates.pop_front() {
                    if taken.insert(new) {
                        return Some(new);
                    }
                }
                None
            });
            found.extend(next.map(|new| (state, new)));
        }
        for (old, new) in found {
            self.pair(old, new, MatchReason::Renamed);
        }
    }

    /// The content of a state. Targets are included only if they are in both definitions, as their
    /// new states.
    fn body_of(
        &self,
        side: &PreparedDefinition<'_>,
        state: usize,
        known: impl Fn(usize) -> Option<usize>,
    ) -> String {
        let found = side.state(state);
        let language = side.languages[state];
        let mut text = object_meaning(found.object, ValueContext::State(found.kind), language);
        let end = found.object.get("End").and_then(Json::as_bool) == Some(true);
        text.push_str(&format!("{language:?}{end}"));
        for edge in &found.edges {
            let to = side
                .graph
                .find(found.container, edge.target)
                .and_then(&known);
            text.push_str(&format!(" {}{to:?}", class(edge.kind)));
        }
        if let Some(branches) = found.object.get("Branches") {
            text.push_str(&meaning(branches, ValueContext::Data, language));
        }
        for key in ["ItemProcessor", "Iterator"] {
            if let Some(states) = found.object.get(key).and_then(|body| body.get("States")) {
                text.push_str(&meaning(states, ValueContext::Data, language));
            }
        }
        text
    }

    /// The transitions into a state whose sources are in both definitions, as their new states.
    fn leads_of(
        &self,
        side: &PreparedDefinition<'_>,
        state: usize,
        known: impl Fn(usize) -> Option<usize>,
    ) -> Vec<IncomingTransition> {
        let leads = side.leads[state].iter();
        let mut leads: Vec<IncomingTransition> = leads
            .filter_map(|(from, class)| Some((known(*from)?, *class)))
            .collect();
        leads.sort_unstable();
        leads
    }

    /// Pairs states that have the same name in different containers. Returns whether there were
    /// any.
    fn moved(&mut self) -> bool {
        let mut added: HashMap<&str, usize> = HashMap::new();
        for (at, state) in self.new.graph.states().iter().enumerate() {
            if !self.matching.back.contains_key(&at) {
                added.entry(state.name).or_insert(at);
            }
        }
        let removed: Vec<usize> = (0..self.old.graph.states().len())
            .filter(|at| !self.matching.states.contains_key(at))
            .collect();
        let mut any = false;
        for state in removed {
            if let Some(new) = added.remove(self.old.state(state).name) {
                self.pair(state, new, MatchReason::Moved);
                any = true;
            }
        }
        any
    }
}
