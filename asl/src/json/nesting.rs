//! Operations on deeply nested values without recursion: values that a program builds may nest
//! deeper than the stack allows.

use std::{mem, slice};

#[cfg(feature = "diff")]
use super::value::MAX_DEPTH;
use super::value::{Json, Object};

/// The items of an array, or the members of an object with their keys.
#[derive(Debug, Clone)]
pub(crate) enum Children<'j> {
    Items(slice::Iter<'j, Json>),
    Members(indexmap::map::Iter<'j, String, Json>),
}

impl<'j> Iterator for Children<'j> {
    type Item = (Option<&'j str>, &'j Json);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Children::Items(items) => items.next().map(|item| (None, item)),
            Children::Members(members) => {
                let (key, value) = members.next()?;
                Some((Some(key), value))
            }
        }
    }
}

impl Json {
    /// The children; `None` if the value is neither an array nor an object.
    pub(crate) fn children(&self) -> Option<Children<'_>> {
        match self {
            Json::Array(items) => Some(Children::Items(items.iter())),
            Json::Object(members) => Some(Children::Members(members.iter())),
            _ => None,
        }
    }

    /// A copy in which arrays and objects deeper than [`MAX_DEPTH`](super::MAX_DEPTH) levels are
    /// replaced by their JSON as a string; `None` if there are none.
    #[cfg(feature = "diff")]
    pub(crate) fn folded(&self) -> Option<Json> {
        let mut open = vec![(self, 0)];
        let mut is_deep = false;
        while let Some((json, depth)) = open.pop() {
            is_deep = depth > MAX_DEPTH;
            if is_deep {
                break;
            }
            let children = json.children().into_iter().flatten();
            open.extend(children.map(|(_, child)| (child, depth + 1)));
        }
        is_deep.then(|| self.fold(0))
    }

    /// The recursion ends at `MAX_DEPTH` levels.
    #[cfg(feature = "diff")]
    fn fold(&self, depth: usize) -> Json {
        match self {
            Json::Array(_) | Json::Object(_) if depth == MAX_DEPTH => {
                Json::String(self.to_string())
            }
            Json::Array(items) => {
                Json::Array(items.iter().map(|item| item.fold(depth + 1)).collect())
            }
            Json::Object(members) => {
                let members = members.iter();
                Json::Object(
                    members
                        .map(|(key, value)| (key.clone(), value.fold(depth + 1)))
                        .collect(),
                )
            }
            _ => self.leaf(),
        }
    }

    /// A copy of a scalar; null for an array or an object.
    fn leaf(&self) -> Json {
        match self {
            Json::Null | Json::Array(_) | Json::Object(_) => Json::Null,
            Json::Bool(value) => Json::Bool(*value),
            Json::Number(number) => Json::Number(number.clone()),
            Json::String(text) => Json::String(text.clone()),
        }
    }

    fn has_children(&self) -> bool {
        self.children()
            .is_some_and(|mut children| children.next().is_some())
    }

    /// Moves the children that have children themselves to `taken`.
    fn take_deeper(&mut self, taken: &mut Vec<Json>) {
        let mut take = |child: &mut Json| {
            if child.has_children() {
                taken.push(mem::take(child));
            }
        };
        match self {
            Json::Array(items) => items.iter_mut().for_each(&mut take),
            Json::Object(members) => members.values_mut().for_each(&mut take),
            _ => {}
        }
    }
}

/// Because of this `Drop`, values cannot be moved out of a `Json`. [`Json::into_object`] and
/// similar functions, or [`mem::take`], leave null instead.
impl Drop for Json {
    fn drop(&mut self) {
        let mut open = Vec::new();
        self.take_deeper(&mut open);
        while let Some(mut json) = open.pop() {
            json.take_deeper(&mut open);
        }
    }
}

impl Clone for Json {
    fn clone(&self) -> Json {
        let mut copy = self.leaf();
        let mut open = vec![(&mut copy, self)];
        while let Some((copy, json)) = open.pop() {
            match json {
                Json::Array(items) => {
                    *copy = Json::Array(items.iter().map(Json::leaf).collect());
                    let copies = copy.as_array_mut().into_iter().flatten();
                    open.extend(
                        copies
                            .zip(items)
                            .filter(|(_, item)| item.children().is_some()),
                    );
                }
                Json::Object(members) => {
                    let leaf = |(key, value): (&String, &Json)| (key.clone(), value.leaf());
                    *copy = Json::Object(members.iter().map(leaf).collect::<Object>());
                    let copies = copy
                        .as_object_mut()
                        .into_iter()
                        .flat_map(Object::values_mut);
                    let deeper = copies.zip(members.values());
                    open.extend(deeper.filter(|(_, value)| value.children().is_some()));
                }
                _ => {}
            }
        }
        copy
    }
}

/// The order of members is irrelevant.
impl PartialEq for Json {
    fn eq(&self, other: &Json) -> bool {
        let mut open = Vec::new();
        let mut next = Some((self, other));
        while let Some((one, other)) = next {
            let same = match (one, other) {
                (Json::Null, Json::Null) => true,
                (Json::Bool(one), Json::Bool(other)) => one == other,
                (Json::Number(one), Json::Number(other)) => one == other,
                (Json::String(one), Json::String(other)) => one == other,
                (Json::Array(one), Json::Array(other)) => {
                    open.extend(one.iter().zip(other));
                    one.len() == other.len()
                }
                (Json::Object(one), Json::Object(other)) => {
                    let pairs = one
                        .iter()
                        .map(|(key, value)| Some((value, other.get(key)?)));
                    one.len() == other.len()
                        && pairs
                            .into_iter()
                            .all(|pair| pair.map(|pair| open.push(pair)).is_some())
                }
                _ => false,
            };
            if !same {
                return false;
            }
            next = open.pop();
        }
        true
    }
}
