//! Conversion of trees of other libraries without recursion: a handler or a test may build a value
//! of any depth, which must not overflow the stack of the thread that converts it.

use serde_json::{Map, Value as Json};

use stepwright_asl::json::Json as AslJson;

use super::object::Entries;
use super::{ObjectBuilder, Str, Value};

/// A tree that can be converted to a [`Value`].
pub(super) trait Tree: Sized {
    type Items: Iterator<Item = Self>;
    type Members: Iterator<Item = (Str, Self)>;

    fn open(self) -> RootNode<Self>;
}

/// The outermost node of a tree, with iterators over its members.
pub(super) enum RootNode<T: Tree> {
    Scalar(Value),
    Array(T::Items),
    Object(T::Members),
}

/// A node whose members are being converted.
enum OpenNode<T: Tree> {
    Array(T::Items, Vec<Value>),
    Object(T::Members, ObjectBuilder, Str),
}

/// Converts a tree to a value.
pub(super) fn convert<T: Tree>(tree: T) -> Value {
    let mut stack: Vec<OpenNode<T>> = Vec::new();
    let mut next = tree;
    loop {
        let mut done = match next.open() {
            RootNode::Scalar(value) => value,
            RootNode::Array(mut items) => match items.next() {
                Some(item) => {
                    let (least, _) = items.size_hint();
                    stack.push(OpenNode::Array(items, Vec::with_capacity(least + 1)));
                    next = item;
                    continue;
                }
                None => Value::from(Vec::new()),
            },
            RootNode::Object(mut members) => match members.next() {
                Some((key, value)) => {
                    let (least, _) = members.size_hint();
                    let built = ObjectBuilder::with_capacity(least + 1);
                    stack.push(OpenNode::Object(members, built, key));
                    next = value;
                    continue;
                }
                None => Value::empty_object(),
            },
        };
        // A value is complete; the nodes around it may be complete, too.
        next = loop {
            match stack.pop() {
                None => return done,
                Some(OpenNode::Array(mut items, mut built)) => {
                    built.push(done);
                    if let Some(item) = items.next() {
                        stack.push(OpenNode::Array(items, built));
                        break item;
                    }
                    done = Value::from(built);
                }
                Some(OpenNode::Object(mut members, mut built, key)) => {
                    built.insert(key, done);
                    if let Some((key, value)) = members.next() {
                        stack.push(OpenNode::Object(members, built, key));
                        break value;
                    }
                    done = Value::from(built.finish());
                }
            }
        };
    }
}

/// Members with converted keys.
type NamedMembers<I, K, V> = std::iter::Map<I, fn((K, V)) -> (Str, V)>;

fn named_members<K: Into<Str>, V, I: Iterator<Item = (K, V)>>(members: I) -> NamedMembers<I, K, V> {
    members.map(|(key, value)| (key.into(), value))
}

impl Tree for Json {
    type Items = std::vec::IntoIter<Json>;
    type Members = NamedMembers<serde_json::map::IntoIter, String, Json>;

    fn open(self) -> RootNode<Self> {
        match self {
            Json::Null => RootNode::Scalar(Value::Null),
            Json::Bool(flag) => RootNode::Scalar(Value::Bool(flag)),
            Json::Number(number) => RootNode::Scalar(Value::from(&number)),
            Json::String(text) => RootNode::Scalar(Value::from(text)),
            Json::Array(items) => RootNode::Array(items.into_iter()),
            Json::Object(members) => RootNode::Object(named_members(members.into_iter())),
        }
    }
}

macro_rules! borrowed_tree {
    ($($tree:ident $members:ty,)*) => {$(
        impl<'j> Tree for &'j $tree {
            type Items = std::slice::Iter<'j, $tree>;
            type Members = NamedMembers<$members, &'j String, &'j $tree>;

            fn open(self) -> RootNode<Self> {
                match self {
                    $tree::Null => RootNode::Scalar(Value::Null),
                    $tree::Bool(flag) => RootNode::Scalar(Value::Bool(*flag)),
                    $tree::Number(number) => RootNode::Scalar(Value::from(number)),
                    $tree::String(text) => RootNode::Scalar(Value::from(text)),
                    $tree::Array(items) => RootNode::Array(items.iter()),
                    $tree::Object(members) => RootNode::Object(named_members(members.iter())),
                }
            }
        }
    )*};
}
borrowed_tree! {
    Json serde_json::map::Iter<'j>,
    AslJson indexmap::map::Iter<'j, String, AslJson>,
}

/// A node whose members are being copied to `serde_json`.
enum NodeCopy<'v> {
    Array(std::slice::Iter<'v, Value>, Vec<Json>),
    Object(Entries<'v>, Map<String, Json>, &'v str),
}

/// Returns a copy for `serde_json`; nodes below this number of levels become `null`.
pub(super) fn to_json(value: &Value, levels: u32) -> Json {
    let levels = usize::try_from(levels).unwrap_or(usize::MAX);
    let mut stack: Vec<NodeCopy<'_>> = Vec::new();
    let mut next = value;
    loop {
        let mut done = match next {
            Value::Null => Json::Null,
            Value::Bool(flag) => Json::Bool(*flag),
            Value::Int(number) => Json::from(*number),
            Value::Float(number) => Json::from(*number),
            Value::Big(number) => match number.to_u64() {
                Some(number) => Json::from(number),
                None => Json::from(number.to_f64()),
            },
            Value::Str(text) => Json::String(text.to_string()),
            Value::Array(_) | Value::Object(_) if stack.len() >= levels => Json::Null,
            Value::Array(array) => {
                let mut items = array.iter();
                match items.next() {
                    Some(item) => {
                        stack.push(NodeCopy::Array(items, Vec::with_capacity(array.len())));
                        next = item;
                        continue;
                    }
                    None => Json::Array(Vec::new()),
                }
            }
            Value::Object(object) => {
                let mut members = object.iter();
                match members.next() {
                    Some((key, value)) => {
                        let built = Map::with_capacity(object.len());
                        stack.push(NodeCopy::Object(members, built, key));
                        next = value;
                        continue;
                    }
                    None => Json::Object(Map::new()),
                }
            }
        };
        next = loop {
            match stack.pop() {
                None => return done,
                Some(NodeCopy::Array(mut items, mut built)) => {
                    built.push(done);
                    if let Some(item) = items.next() {
                        stack.push(NodeCopy::Array(items, built));
                        break item;
                    }
                    done = Json::Array(built);
                }
                Some(NodeCopy::Object(mut members, mut built, key)) => {
                    built.insert(key.to_owned(), done);
                    if let Some((key, value)) = members.next() {
                        stack.push(NodeCopy::Object(members, built, key));
                        break value;
                    }
                    done = Json::Object(built);
                }
            }
        };
    }
}
