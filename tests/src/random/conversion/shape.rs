//! The shapes of the values that random machines process.

use serde_json::{Map, Value as Json, json};

use super::super::draw::Draw;
use super::names::MEMBERS;

/// The type of a value, and of the values in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Null,
    Bool,
    /// An integer, also a negative one.
    Integer,
    /// A number with up to four digits after the point.
    Number,
    Text,
    /// A time in RFC 3339.
    Timestamp,
    /// A positive integer.
    Seconds,
    /// A scalar of any type, or null.
    Scalar,
    List(Box<Shape>),
    /// A list with one shape for each item.
    Tuple(Vec<Shape>),
    Object(Vec<Member>),
    /// A value that no path goes into.
    Unknown,
}

/// A member of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) shape: Shape,
    pub(super) is_optional: bool,
}

const TEXTS: &[&str] = &[
    "",
    "a",
    "text",
    "a,b;c",
    ",a,,b,",
    "{}",
    "{\"a\": [1]}",
    "{% $states.input %}",
    "$.a",
    "it's",
    "say \"x\"",
    "back\\slash",
    "line\nend",
    "*",
    "a*b",
    "ünï 😀",
    "5",
    "true",
    "null",
    "2026-01-01T00:00:00Z",
    "/x/",
    "`x`",
];

/// Times near the start of the executions, in several notations.
const TIMES: &[&str] = &[
    "2026-01-01T00:00:00Z",
    "2026-01-01T00:00:00.000Z",
    "2025-12-31T23:59:59.999Z",
    "2026-01-01T01:00:00+01:00",
    "2026-03-04T05:06:07Z",
    "1999-12-31T00:00:00-08:00",
];

impl Shape {
    /// Returns a random shape with at most this many levels.
    pub(super) fn draw(draw: &mut Draw, depth: usize) -> Shape {
        let leaf = [
            Shape::Text,
            Shape::Text,
            Shape::Integer,
            Shape::Integer,
            Shape::Number,
            Shape::Bool,
            Shape::Null,
            Shape::Timestamp,
            Shape::Seconds,
            Shape::Scalar,
        ];
        match draw.number(if depth == 0 { 6 } else { 10 }) {
            0..=5 => draw.of(&leaf),
            6 => Shape::List(Box::new(Shape::draw(draw, depth - 1))),
            7 => match draw.number(3) {
                0 => Shape::Tuple(
                    (0..=draw.number(3))
                        .map(|_| Shape::draw(draw, depth - 1))
                        .collect(),
                ),
                _ => Shape::List(Box::new(Shape::object(draw, depth - 1))),
            },
            _ => Shape::object(draw, depth - 1),
        }
    }

    /// Returns a random shape of objects.
    pub(super) fn object(draw: &mut Draw, depth: usize) -> Shape {
        let mut members: Vec<Member> = Vec::new();
        for _ in 0..=draw.number(4) {
            let name = draw.of(MEMBERS);
            if members.iter().all(|member| member.name != name) {
                members.push(Member {
                    name: name.to_owned(),
                    shape: Shape::draw(draw, depth),
                    is_optional: draw.number(6) == 0,
                });
            }
        }
        Shape::Object(members)
    }

    /// Returns a value of this shape.
    pub(super) fn value(&self, draw: &mut Draw) -> Json {
        match self {
            Shape::Null => Json::Null,
            Shape::Bool => json!(draw.number(2) == 0),
            Shape::Integer => integer(draw),
            Shape::Number if draw.number(3) == 0 => integer(draw),
            Shape::Number => draw.of(&[
                json!(0.5),
                json!(-1.25),
                json!(3.1234),
                json!(0.1),
                json!(99.9999),
                json!(-0.025),
            ]),
            Shape::Text => json!(draw.of(TEXTS)),
            Shape::Timestamp => json!(draw.of(TIMES)),
            Shape::Seconds => json!(1 + draw.number(99)),
            Shape::Scalar => {
                let shape = draw.of(&[
                    Shape::Null,
                    Shape::Bool,
                    Shape::Integer,
                    Shape::Number,
                    Shape::Text,
                    Shape::Timestamp,
                ]);
                shape.value(draw)
            }
            Shape::List(item) => {
                let length = draw.of(&[0, 1, 1, 2, 2, 3, 4]);
                (0..length).map(|_| item.value(draw)).collect()
            }
            Shape::Tuple(items) => items.iter().map(|item| item.value(draw)).collect(),
            Shape::Object(members) => {
                let mut object = Map::new();
                for member in members {
                    if !member.is_optional || draw.number(3) > 0 {
                        object.insert(member.name.clone(), member.shape.value(draw));
                    }
                }
                Json::Object(object)
            }
            Shape::Unknown => {
                let shape = Shape::draw(draw, 2);
                shape.value(draw)
            }
        }
    }

    /// Returns the shape of a literal value.
    pub(super) fn of(value: &Json) -> Shape {
        match value {
            Json::Null => Shape::Null,
            Json::Bool(_) => Shape::Bool,
            Json::Number(number) if number.is_i64() => Shape::Integer,
            Json::Number(_) => Shape::Number,
            Json::String(_) => Shape::Text,
            Json::Array(items) => Shape::Tuple(items.iter().map(Shape::of).collect()),
            Json::Object(object) => {
                let members = object.iter().map(|(name, value)| Member {
                    name: name.clone(),
                    shape: Shape::of(value),
                    is_optional: false,
                });
                Shape::Object(members.collect())
            }
        }
    }

    /// Returns the shape of a value that has one of two shapes.
    pub(super) fn or(&self, other: &Shape) -> Shape {
        if self == other {
            return self.clone();
        }
        match (self, other) {
            (Shape::Object(left), Shape::Object(right)) => {
                let find = |members: &[Member], name: &str| {
                    let found = members.iter().find(|member| member.name == name);
                    found.cloned()
                };
                let mut members = Vec::new();
                for member in left {
                    members.push(match find(right, &member.name) {
                        Some(other) => Member {
                            name: member.name.clone(),
                            shape: member.shape.or(&other.shape),
                            is_optional: member.is_optional || other.is_optional,
                        },
                        None => Member {
                            is_optional: true,
                            ..member.clone()
                        },
                    });
                }
                for member in right {
                    if find(left, &member.name).is_none() {
                        members.push(Member {
                            is_optional: true,
                            ..member.clone()
                        });
                    }
                }
                Shape::Object(members)
            }
            (left, right) => match (left.item(), right.item()) {
                (Some(left), Some(right)) => Shape::List(Box::new(left.or(&right))),
                _ if left.is_scalar() && right.is_scalar() => Shape::Scalar,
                _ => Shape::Unknown,
            },
        }
    }

    pub(super) fn is_scalar(&self) -> bool {
        !matches!(
            self,
            Shape::List(_) | Shape::Tuple(_) | Shape::Object(_) | Shape::Unknown
        )
    }

    pub(super) fn is_text(&self) -> bool {
        matches!(self, Shape::Text | Shape::Timestamp)
    }

    pub(super) fn is_integer(&self) -> bool {
        matches!(self, Shape::Integer | Shape::Seconds)
    }

    pub(super) fn is_list(&self) -> bool {
        matches!(self, Shape::List(_) | Shape::Tuple(_))
    }

    /// The shape of a list's items.
    pub(super) fn item(&self) -> Option<Shape> {
        match self {
            Shape::List(item) => Some((**item).clone()),
            Shape::Tuple(items) => {
                let joined = items.iter().cloned().reduce(|left, right| left.or(&right));
                Some(joined.unwrap_or(Shape::Unknown))
            }
            _ => None,
        }
    }

    /// Returns the shape after a value was inserted at members, which are created.
    pub(super) fn with(&self, steps: &[String], inserted: Shape) -> Shape {
        let Some((first, rest)) = steps.split_first() else {
            return inserted;
        };
        let Shape::Object(members) = self else {
            return Shape::Unknown;
        };
        let mut members = members.clone();
        match members.iter_mut().find(|member| member.name == *first) {
            Some(member) if member.is_optional && !rest.is_empty() => {
                // The member may be created.
                let created = Shape::Object(Vec::new()).with(rest, inserted.clone());
                member.shape = member.shape.with(rest, inserted).or(&created);
                member.is_optional = false;
            }
            Some(member) => {
                member.shape = member.shape.with(rest, inserted);
                member.is_optional = false;
            }
            None => members.push(Member {
                name: first.clone(),
                shape: Shape::Object(Vec::new()).with(rest, inserted),
                is_optional: false,
            }),
        }
        Shape::Object(members)
    }
}

fn integer(draw: &mut Draw) -> Json {
    json!(draw.of(&[
        0,
        1,
        2,
        3,
        5,
        10,
        -1,
        -7,
        1000,
        123_456_789,
        999_999_999_999_i64
    ]))
}
