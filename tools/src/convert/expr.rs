//! The values that the fields of a state compute, independent of the query language.

use stepwright_asl::json::Json;
use stepwright_asl::jsonata::operator::Operator;

/// An expression over the data of a state.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expr {
    /// A value without expressions.
    Literal(Json),
    /// A value that a template engine fills in: a placeholder without quotes.
    Unknown(Json),
    /// An object. In a template, a member without a value fails the state.
    Object(Vec<(String, Expr)>),
    /// An object with those of its members that have a value.
    Existing(Vec<(String, Expr)>),
    /// A list of exactly these items.
    Array(Vec<Expr>),
    /// The list of the values that an expression selects, also if there is only one or none.
    List(Box<Expr>),
    /// The root of a path.
    Root(DataRoot),
    /// The member of an object.
    Key(Box<Expr>, String),
    /// The item of a list; a negative index counts from the end.
    Index(Box<Expr>, i64),
    /// The item at a computed index.
    ItemAt(Box<Expr>, Box<Expr>),
    /// The items for which a predicate holds; it reads the item as [`DataRoot::Item`].
    Filter(Box<Expr>, Box<Expr>),
    /// The values of the members of an object.
    Members(Box<Expr>),
    /// All values inside of a value.
    Descendants(Box<Expr>),
    /// An object with the members of another one replaced or added.
    Merge(Box<Expr>, Box<Expr>),
    /// A call of a function of JSONata, without `$`.
    Call(&'static str, Vec<Expr>),
    /// An operation.
    Binary(Operator, Box<Expr>, Box<Expr>),
    /// A regular expression, without its slashes.
    Regex(String),
}

/// The root of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum DataRoot {
    /// `$states.input`
    Input,
    /// `$states.result`
    Result,
    /// `$states.errorOutput`
    ErrorOutput,
    /// `$states.context`
    Context,
    /// A workflow variable.
    Variable(String),
    /// The item that a predicate tests.
    Item,
}

/// The known type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Unknown,
    Null,
    Bool,
    Number,
    Text,
    Object,
    List,
}

impl Expr {
    pub(super) const INPUT: Expr = Expr::Root(DataRoot::Input);
    pub(super) const RESULT: Expr = Expr::Root(DataRoot::Result);
    pub(super) const ERROR_OUTPUT: Expr = Expr::Root(DataRoot::ErrorOutput);
    pub(super) const CONTEXT: Expr = Expr::Root(DataRoot::Context);
    pub(super) const ITEM: Expr = Expr::Root(DataRoot::Item);

    pub(super) fn literal(value: impl Into<Json>) -> Expr {
        Expr::Literal(value.into())
    }

    pub(super) fn binary(self, operator: Operator, right: Expr) -> Expr {
        Expr::Binary(operator, Box::new(self), Box::new(right))
    }

    /// The list of the values that this selects. The items of a new list are such a list already.
    pub(super) fn list(self) -> Expr {
        match self {
            Expr::List(_) | Expr::Array(_) | Expr::Literal(Json::Array(_)) => self,
            selected => Expr::List(Box::new(selected)),
        }
    }

    /// The member of this value. That of a known object is the member itself.
    pub(super) fn key(self, name: &str) -> Expr {
        let mut base = self;
        loop {
            base = match base {
                Expr::Object(members) | Expr::Existing(members)
                    if members.iter().any(|(key, _)| key == name) =>
                {
                    return member(members, name);
                }
                Expr::Literal(json) if json.get(name).is_some() => {
                    let found = json.get(name).cloned();
                    return Expr::Literal(found.unwrap_or_default());
                }
                Expr::Merge(base, added) => match *added {
                    Expr::Object(members) => {
                        if members.iter().any(|(key, _)| key == name) {
                            return member(members, name);
                        }
                        *base
                    }
                    added => {
                        let merged = Expr::Merge(base, Box::new(added));
                        return Expr::Key(Box::new(merged), name.to_owned());
                    }
                },
                base => return Expr::Key(Box::new(base), name.to_owned()),
            };
        }
    }

    /// The item of this value. That of a known list is the item itself.
    pub(super) fn index(self, index: i64) -> Expr {
        let at = |length: usize| {
            let from_start = usize::try_from(index).ok();
            let from_end = || {
                let back = usize::try_from(index.unsigned_abs()).ok()?;
                length.checked_sub(back)
            };
            let at = if index < 0 { from_end() } else { from_start };
            at.filter(|at| *at < length)
        };
        match self {
            Expr::Array(mut items) => match at(items.len()) {
                Some(at) => items.swap_remove(at),
                None => Expr::Index(Box::new(Expr::Array(items)), index),
            },
            Expr::Literal(json) => {
                let items = json.as_array().unwrap_or_default();
                match at(items.len()).and_then(|at| items.get(at)) {
                    Some(item) => Expr::Literal(item.clone()),
                    None => Expr::Index(Box::new(Expr::Literal(json)), index),
                }
            }
            base => Expr::Index(Box::new(base), index),
        }
    }

    /// The known type of the value.
    pub(super) fn kind(&self) -> Kind {
        match self {
            Expr::Literal(json) => match json {
                Json::Null => Kind::Null,
                Json::Bool(_) => Kind::Bool,
                Json::Number(_) => Kind::Number,
                Json::String(_) => Kind::Text,
                Json::Array(_) => Kind::List,
                Json::Object(_) => Kind::Object,
            },
            Expr::Object(_) | Expr::Existing(_) | Expr::Merge(..) => Kind::Object,
            Expr::Array(_) | Expr::List(_) => Kind::List,
            Expr::Root(DataRoot::Context | DataRoot::ErrorOutput) => Kind::Object,
            Expr::Key(base, name) => member_kind(base, name),
            Expr::Binary(operator, ..) => match operator {
                Operator::Range => Kind::List,
                Operator::Add | Operator::Sub | Operator::Mul => Kind::Number,
                Operator::Concat => Kind::Text,
                _ => Kind::Bool,
            },
            Expr::Call(name, _) => match *name {
                "string" | "uuid" | "hash" | "base64encode" | "base64decode" | "type" => Kind::Text,
                "count" | "floor" | "random" | "toMillis" => Kind::Number,
                "exists" | "not" | "contains" => Kind::Bool,
                "merge" => Kind::Object,
                "split" => Kind::List,
                _ => Kind::Unknown,
            },
            _ => Kind::Unknown,
        }
    }

    /// The direct parts of the expression.
    pub(super) fn parts(&self) -> Vec<&Expr> {
        match self {
            Expr::Object(members) | Expr::Existing(members) => {
                members.iter().map(|(_, value)| value).collect()
            }
            Expr::Array(items) | Expr::Call(_, items) => items.iter().collect(),
            Expr::List(base)
            | Expr::Key(base, _)
            | Expr::Index(base, _)
            | Expr::Members(base)
            | Expr::Descendants(base) => vec![base],
            Expr::ItemAt(base, other)
            | Expr::Filter(base, other)
            | Expr::Merge(base, other)
            | Expr::Binary(_, base, other) => vec![base, other],
            Expr::Literal(_) | Expr::Unknown(_) | Expr::Root(_) | Expr::Regex(_) => Vec::new(),
        }
    }

    /// The expression with changed parts.
    pub(super) fn with_parts(&self, change: impl Fn(&Expr) -> Expr) -> Expr {
        let members = |members: &[(String, Expr)]| {
            let members = members.iter();
            members
                .map(|(key, value)| (key.clone(), change(value)))
                .collect::<Vec<_>>()
        };
        let items = |items: &[Expr]| items.iter().map(&change).collect::<Vec<_>>();
        let boxed = |part: &Expr| Box::new(change(part));
        match self {
            Expr::Object(inner) => Expr::Object(members(inner)),
            Expr::Existing(inner) => Expr::Existing(members(inner)),
            Expr::Array(inner) => Expr::Array(items(inner)),
            Expr::Call(name, inner) => Expr::Call(name, items(inner)),
            Expr::List(base) => Expr::List(boxed(base)),
            Expr::Key(base, name) => Expr::Key(boxed(base), name.clone()),
            Expr::Index(base, index) => Expr::Index(boxed(base), *index),
            Expr::Members(base) => Expr::Members(boxed(base)),
            Expr::Descendants(base) => Expr::Descendants(boxed(base)),
            Expr::ItemAt(base, other) => Expr::ItemAt(boxed(base), boxed(other)),
            Expr::Filter(base, other) => Expr::Filter(boxed(base), boxed(other)),
            Expr::Merge(base, other) => Expr::Merge(boxed(base), boxed(other)),
            Expr::Binary(operator, left, right) => {
                Expr::Binary(*operator, boxed(left), boxed(right))
            }
            Expr::Literal(_) | Expr::Unknown(_) | Expr::Root(_) | Expr::Regex(_) => self.clone(),
        }
    }

    /// Visits this expression and all parts, outer before inner.
    pub(super) fn each<'e>(&'e self, visit: &mut impl FnMut(&'e Expr)) {
        visit(self);
        for part in self.parts() {
            part.each(visit);
        }
    }

    /// The nesting of evaluations. The steps of a path are one after the other.
    pub(super) fn depth(&self) -> usize {
        let deepest = |members: &[(String, Expr)]| {
            let depths = members.iter().map(|(_, value)| value.depth());
            depths.max().unwrap_or(0)
        };
        match self {
            Expr::Literal(_) | Expr::Unknown(_) | Expr::Root(_) | Expr::Regex(_) => 1,
            Expr::Key(base, _)
            | Expr::Index(base, _)
            | Expr::Members(base)
            | Expr::Descendants(base) => base.depth().max(2),
            Expr::ItemAt(base, other) | Expr::Filter(base, other) => {
                base.depth().max(2 + other.depth())
            }
            Expr::Object(members) | Expr::Existing(members) => 1 + deepest(members),
            Expr::Array(items) | Expr::Call(_, items) => {
                1 + items.iter().map(Expr::depth).max().unwrap_or(0)
            }
            Expr::List(inner) => 1 + inner.depth(),
            Expr::Merge(base, added) => 2 + base.depth().max(added.depth()),
            Expr::Binary(_, left, right) => 1 + left.depth().max(right.depth()),
        }
    }

    /// Whether the value contains `Map` of the context object, or a part of it.
    pub(super) fn depends_on_item(&self) -> bool {
        let (mut contexts, mut others) = (0, 0);
        self.each(&mut |part| match part {
            Expr::Root(DataRoot::Context) => contexts += 1,
            Expr::Key(base, name) if **base == Expr::CONTEXT && name != "Map" => others += 1,
            _ => {}
        });
        contexts > others
    }

    /// Whether it reads the input of the state.
    pub(super) fn reads_input(&self) -> bool {
        let mut reads = false;
        self.each(&mut |part| reads |= *part == Expr::INPUT);
        reads
    }

    /// Whether each evaluation has a different value.
    pub(super) fn is_random(&self) -> bool {
        let mut is_random = false;
        self.each(&mut |part| {
            is_random |= matches!(part, Expr::Call("uuid" | "random", _));
        });
        is_random
    }
}

fn member(members: Vec<(String, Expr)>, name: &str) -> Expr {
    let mut found = members.into_iter().filter(|(key, _)| key == name);
    found
        .next()
        .map_or(Expr::literal(Json::Null), |(_, value)| value)
}

/// The types of the members of the context object and of an Error Output.
fn member_kind(base: &Expr, name: &str) -> Kind {
    let outer = match base {
        Expr::Root(root) => {
            return match (root, name) {
                (DataRoot::Context, "Execution" | "State" | "StateMachine" | "Task" | "Map") => {
                    Kind::Object
                }
                _ => Kind::Unknown,
            };
        }
        Expr::Key(root, outer) if matches!(**root, Expr::Root(DataRoot::Context)) => outer,
        Expr::Key(map, item) if item == "Item" && **map == Expr::CONTEXT.key("Map") => {
            return match name {
                "Index" => Kind::Number,
                "Key" => Kind::Text,
                _ => Kind::Unknown,
            };
        }
        _ => return Kind::Unknown,
    };
    match (outer.as_str(), name) {
        ("Execution", "Id" | "Name" | "RoleArn" | "StartTime" | "RedriveTime")
        | ("State", "EnteredTime" | "Name")
        | ("StateMachine", "Id" | "Name")
        | ("Task", "Token") => Kind::Text,
        ("State", "RetryCount") | ("Execution", "RedriveCount") => Kind::Number,
        _ => Kind::Unknown,
    }
}
