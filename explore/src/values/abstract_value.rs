//! A value before the execution: its origin, or the part of it that the definition writes.

use std::collections::BTreeMap;

use stepwright_asl::json::Json;

use super::value_source::ValueSource;

/// Beyond these, a value counts as unknown. Definitions that read their values stay far below.
const MAX_ALTERNATIVES: usize = 16;
const MAX_DEPTH: usize = 12;
/// The bytes of a name and of a place in a map or a list.
const MEMBER_BYTES: usize = 64;
/// A node of a `BTreeMap` has space for 11 members, and half of them at least, unless it is the
/// only one.
const HALF_NODE: usize = 5;
const NODE_BYTES: usize = 11 * (size_of::<String>() + size_of::<Member>());

/// A step from a value to a part of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum PartStep {
    Key(String),
    /// Any item of a list.
    Item,
}

/// A part of a value that comes from outside of the definition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Origin {
    pub(crate) source: ValueSource,
    pub(crate) path: Vec<PartStep>,
}

impl Origin {
    pub(crate) fn of(source: ValueSource) -> Self {
        let path = Vec::new();
        Self { source, path }
    }

    fn step(&self, step: PartStep) -> Self {
        let mut path = self.path.clone();
        path.push(step);
        Self {
            source: self.source,
            path,
        }
    }
}

/// The knowledge about a value before the execution.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum AbstractValue {
    /// The value does not exist.
    Missing,
    /// It is computed, or too complex.
    Unknown,
    Origin(Origin),
    Literal(Json),
    /// The members that states wrote, over the value that had them before.
    Object {
        base: Box<AbstractValue>,
        members: BTreeMap<String, Member>,
    },
    /// A list whose items are known one by one.
    List(Vec<AbstractValue>),
    /// A list of similar items.
    Items(Box<AbstractValue>),
    OneOf(Vec<AbstractValue>),
}

/// A member that a state wrote.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Member {
    pub(crate) value: AbstractValue,
    /// The states that wrote it.
    pub(crate) writers: Vec<usize>,
    /// Whether no state wrote it on some path.
    pub(crate) may_be_unwritten: bool,
}

/// A part of a value, and the states that wrote it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SelectedPart {
    pub(crate) value: AbstractValue,
    pub(crate) writers: Vec<usize>,
}

impl AbstractValue {
    /// Creates an object without other members.
    pub(crate) fn object(
        members: impl IntoIterator<Item = (String, AbstractValue)>,
        writer: usize,
    ) -> Self {
        let members = members.into_iter();
        let members = members.map(|(name, value)| (name, Member::written(value, writer)));
        Self::Object {
            base: Box::new(Self::Missing),
            members: members.collect(),
        }
    }

    /// Returns one of two values.
    pub(crate) fn join(self, other: Self) -> Self {
        if self == other {
            return self;
        }
        match (self, other) {
            (
                Self::Object { base, members },
                Self::Object {
                    base: other_base,
                    members: other,
                },
            ) => join_objects(*base, members, *other_base, other),
            (Self::Object { base, members }, other @ Self::Origin(_))
            | (other @ Self::Origin(_), Self::Object { base, members })
                if *base == other =>
            {
                join_objects(*base, members, other, BTreeMap::new())
            }
            (left, right) => {
                let mut all = left.into_alternatives();
                for value in right.into_alternatives() {
                    let same = all.iter().position(|known| known.joins_with(&value));
                    match same {
                        // The order stays, so that a repeated join changes nothing.
                        Some(at) => {
                            let known = std::mem::replace(&mut all[at], Self::Unknown);
                            all[at] = known.join(value);
                        }
                        None => all.push(value),
                    }
                }
                match all.len() {
                    1 => all.remove(0),
                    2..=MAX_ALTERNATIVES => Self::OneOf(all),
                    _ => Self::Unknown,
                }
            }
        }
    }

    /// Returns whether the join of two values is one value.
    fn joins_with(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Object { .. }, Self::Object { .. }) => true,
            (Self::Object { base, .. }, origin @ Self::Origin(_))
            | (origin @ Self::Origin(_), Self::Object { base, .. }) => **base == *origin,
            _ => self == other,
        }
    }

    /// Returns the literals that it may be.
    pub(super) fn into_literals(self) -> impl Iterator<Item = Json> {
        let values = self.into_alternatives().into_iter();
        values.filter_map(|value| match value {
            Self::Literal(json) => Some(json),
            _ => None,
        })
    }

    /// Returns the parts from outside of the definition that it may be.
    pub(super) fn into_origins(self) -> impl Iterator<Item = Origin> {
        let values = self.into_alternatives().into_iter();
        values.filter_map(|value| match value {
            Self::Origin(origin) => Some(origin),
            _ => None,
        })
    }

    fn into_alternatives(self) -> Vec<Self> {
        match self {
            Self::OneOf(values) => values,
            value => vec![value],
        }
    }

    /// Returns the parts under a step.
    pub(super) fn step(&self, step: &PartStep) -> Vec<SelectedPart> {
        let plain = |value: Self| {
            vec![SelectedPart {
                value,
                writers: Vec::new(),
            }]
        };
        match (self, step) {
            (Self::Missing, _) => plain(Self::Missing),
            (Self::Unknown, _) => plain(Self::Unknown),
            (Self::Origin(origin), step) => plain(Self::Origin(origin.step(step.clone()))),
            (Self::Literal(json), PartStep::Key(key)) => plain(match json.get(key) {
                Some(member) => Self::Literal(member.clone()),
                None => Self::Missing,
            }),
            (Self::Literal(Json::Array(items)), PartStep::Item) => {
                let items = items.iter().cloned().map(Self::Literal);
                plain(items.reduce(Self::join).unwrap_or(Self::Unknown))
            }
            (Self::Object { base, members }, PartStep::Key(key)) => match members.get(key) {
                None => base.step(step),
                Some(member) => {
                    let mut parts = vec![SelectedPart {
                        value: member.value.clone(),
                        writers: member.writers.clone(),
                    }];
                    if member.may_be_unwritten {
                        parts.extend(base.step(step));
                    }
                    parts
                }
            },
            (Self::List(items), PartStep::Item) => {
                let items = items.iter().cloned();
                plain(items.reduce(Self::join).unwrap_or(Self::Unknown))
            }
            (Self::Items(item), PartStep::Item) => plain((**item).clone()),
            (Self::OneOf(values), step) => {
                values.iter().flat_map(|value| value.step(step)).collect()
            }
            (Self::Literal(_) | Self::Object { .. }, PartStep::Item)
            | (Self::List(_) | Self::Items(_), PartStep::Key(_)) => plain(Self::Unknown),
        }
    }

    /// Returns the parts under a path, each with the states that wrote it.
    pub(crate) fn select(&self, path: &[PartStep]) -> Vec<SelectedPart> {
        let Some((first, rest)) = path.split_first() else {
            return vec![SelectedPart {
                value: self.clone(),
                writers: Vec::new(),
            }];
        };
        let mut parts: Vec<SelectedPart> = Vec::new();
        self.add_step(first, &[], &mut parts);
        for step in rest {
            let before = std::mem::take(&mut parts);
            for part in before {
                part.value.add_step(step, &part.writers, &mut parts);
            }
        }
        parts
    }

    /// Adds the parts under a step of a value that some states wrote.
    fn add_step(&self, step: &PartStep, writers: &[usize], parts: &mut Vec<SelectedPart>) {
        for mut inner in self.step(step) {
            inner.writers.extend(writers);
            inner.writers.sort_unstable();
            inner.writers.dedup();
            if !parts.contains(&inner) && parts.len() < MAX_ALTERNATIVES {
                parts.push(inner);
            }
        }
    }

    /// Returns the value under a path.
    pub(crate) fn at(&self, path: &[PartStep]) -> Self {
        let parts = self.select(path).into_iter().map(|part| part.value);
        parts.reduce(Self::join).unwrap_or(Self::Unknown)
    }

    /// Returns the value with another one at a path of keys.
    pub(crate) fn put(&self, path: &[String], value: Self, writer: usize) -> Self {
        let Some((key, rest)) = path.split_first() else {
            return value;
        };
        let inner = match rest {
            [] => value,
            rest => {
                let part = self.at(&[PartStep::Key(key.clone())]);
                part.put(rest, value, writer)
            }
        };
        let member = Member::written(inner, writer);
        let (base, mut members) = match self {
            Self::Object { base, members } => (base.clone(), members.clone()),
            other => (Box::new(other.clone()), BTreeMap::new()),
        };
        members.insert(key.clone(), member);
        let object = Self::Object { base, members };
        if object.depth() > MAX_DEPTH {
            Self::Unknown
        } else {
            object
        }
    }

    /// Returns an object with the members of both; those of the later one win.
    pub(crate) fn merge(self, later: Self, writer: usize) -> Self {
        match later {
            Self::Object { base, members } if *base == Self::Missing => {
                let members = members.into_iter();
                members.fold(self, |merged, (name, member)| {
                    merged.put(&[name], member.value, writer)
                })
            }
            Self::Literal(Json::Object(ref members)) => {
                let members = members.iter();
                members.fold(self, |merged, (name, value)| {
                    merged.put(
                        std::slice::from_ref(name),
                        Self::Literal(value.clone()),
                        writer,
                    )
                })
            }
            _ => Self::Unknown,
        }
    }

    /// Returns about how many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        let inside = match self {
            Self::Object { base, members } => {
                let nodes = members.len().div_ceil(HALF_NODE) * NODE_BYTES;
                let members = members.iter();
                let members = members.map(|(name, member)| name.len() + member.value.bytes());
                base.bytes() + nodes + members.sum::<usize>()
            }
            Self::List(items) | Self::OneOf(items) => items.iter().map(Self::bytes).sum(),
            Self::Items(item) => item.bytes(),
            Self::Origin(origin) => origin.path.len() * MEMBER_BYTES,
            // The values of a definition are small on average.
            Self::Literal(_) => MEMBER_BYTES,
            Self::Missing | Self::Unknown => 0,
        };
        size_of::<Self>() + inside
    }

    /// The number of levels of known parts.
    fn depth(&self) -> usize {
        // Each `put` adds at most one level over a value within the limit.
        match self {
            Self::Object { base, members } => {
                let members = members.values().map(|member| member.value.depth());
                1 + members.chain([base.depth()]).max().unwrap_or_default()
            }
            Self::List(items) | Self::OneOf(items) => {
                1 + items.iter().map(Self::depth).max().unwrap_or_default()
            }
            Self::Items(item) => 1 + item.depth(),
            Self::Missing | Self::Unknown | Self::Origin(_) | Self::Literal(_) => 1,
        }
    }

    /// Returns the value, or `Unknown` if it has too many levels.
    pub(crate) fn limited(self) -> Self {
        if self.depth() > MAX_DEPTH {
            Self::Unknown
        } else {
            self
        }
    }
}

impl Member {
    fn written(value: AbstractValue, writer: usize) -> Self {
        Self {
            value,
            writers: vec![writer],
            may_be_unwritten: false,
        }
    }
}

fn join_objects(
    base: AbstractValue,
    members: BTreeMap<String, Member>,
    other_base: AbstractValue,
    mut other: BTreeMap<String, Member>,
) -> AbstractValue {
    let mut joined = BTreeMap::new();
    for (name, mut member) in members {
        match other.remove(&name) {
            Some(found) => {
                member.value = member.value.join(found.value);
                member.writers.extend(found.writers);
                member.writers.sort_unstable();
                member.writers.dedup();
                member.may_be_unwritten |= found.may_be_unwritten;
            }
            None => member.may_be_unwritten = true,
        }
        joined.insert(name, member);
    }
    for (name, mut member) in other {
        member.may_be_unwritten = true;
        joined.insert(name, member);
    }
    AbstractValue::Object {
        base: Box::new(base.join(other_base)),
        members: joined,
    }
}
