//! The values that a field can read, and random expressions over them.

use serde_json::{Map, Value as Json, json};

use super::super::draw::Draw;
use super::names::MEMBERS;
use super::path::{self, Selected};
use super::shape::{Member, Shape};

/// The values that a field can read.
#[derive(Clone, Debug)]
pub(super) struct Readable {
    /// The value of `$`.
    pub(super) root: Shape,
    /// The variables that have values.
    pub(super) variables: Vec<(String, Shape)>,
    /// Values in the context object, with their paths.
    pub(super) context: Vec<(String, Shape)>,
}

impl Readable {
    pub(super) fn with_root(&self, root: Shape) -> Readable {
        Readable {
            root,
            ..self.clone()
        }
    }

    /// Returns the definite paths; those into `$` first.
    pub(super) fn paths(&self, draw: &mut Draw) -> Vec<Selected> {
        let mut paths = path::definite(draw, "$", &self.root, 3);
        for (name, shape) in &self.variables {
            paths.extend(path::definite(draw, &format!("${name}"), shape, 2));
        }
        for (text, shape) in &self.context {
            paths.extend(path::definite(draw, text, shape, 2));
        }
        paths
    }

    /// Returns a definite path to a value with such a shape. Rarely, the path may find nothing.
    pub(super) fn path(
        &self,
        draw: &mut Draw,
        has_shape: impl Fn(&Shape) -> bool,
    ) -> Option<Selected> {
        let may_be_absent = draw.number(12) == 0;
        let paths = self.paths(draw);
        let fitting: Vec<&Selected> = paths
            .iter()
            .filter(|path| has_shape(&path.shape) && (may_be_absent || !path.may_be_absent))
            .collect();
        match fitting.len() {
            0 => None,
            length => Some(fitting[draw.number(length)].clone()),
        }
    }

    /// Returns any path.
    pub(super) fn any_path(&self, draw: &mut Draw) -> Selected {
        if draw.number(10) == 0 {
            let paths = self.paths(draw);
            if let Some(path) = path::indefinite(draw, &paths) {
                return path;
            }
        }
        self.path(draw, |_| true).unwrap_or(Selected {
            text: "$".to_owned(),
            shape: self.root.clone(),
            may_be_absent: false,
        })
    }

    /// Returns the value of a member with a name that ends in `.$`.
    pub(super) fn expression(&self, draw: &mut Draw) -> (String, Shape) {
        if draw.number(3) == 0
            && let Some(call) = self.call(draw, 2)
        {
            return call;
        }
        let path = self.any_path(draw);
        (path.text, path.shape)
    }

    /// Returns an object of literals, paths and calls.
    pub(super) fn template(&self, draw: &mut Draw, depth: usize) -> (Json, Shape) {
        let mut object = Map::new();
        let mut members: Vec<Member> = Vec::new();
        for _ in 0..draw.of(&[0, 1, 1, 2, 2, 3, 4]) {
            let name = draw.of(MEMBERS);
            if members.iter().any(|member| member.name == name) {
                continue;
            }
            let (suffix, value, shape) = self.member(draw, depth);
            object.insert(format!("{name}{suffix}"), value);
            members.push(Member {
                name: name.to_owned(),
                shape,
                is_optional: false,
            });
        }
        (Json::Object(object), Shape::Object(members))
    }

    fn member(&self, draw: &mut Draw, depth: usize) -> (&'static str, Json, Shape) {
        match draw.number(10) {
            0..=5 => {
                let (text, shape) = self.expression(draw);
                (".$", json!(text), shape)
            }
            6 if depth > 0 => {
                let (value, shape) = self.template(draw, depth - 1);
                ("", value, shape)
            }
            7 if depth > 0 && draw.number(2) == 0 => {
                let (value, shape) = self.template(draw, depth - 1);
                let literal = Shape::Scalar.value(draw);
                let shapes = vec![shape, Shape::of(&literal)];
                ("", json!([value, literal]), Shape::Tuple(shapes))
            }
            8 => {
                let value = Shape::draw(draw, 1).value(draw);
                let shape = Shape::of(&value);
                ("", value, shape)
            }
            _ => {
                let value = Shape::Scalar.value(draw);
                let shape = Shape::of(&value);
                ("", value, shape)
            }
        }
    }

    /// Returns a call of an intrinsic function; `None` if no value has the types that it needs.
    pub(super) fn call(&self, draw: &mut Draw, depth: usize) -> Option<(String, Shape)> {
        let list = |shape: Shape| Shape::List(Box::new(shape));
        let call = match draw.number(22) {
            0..=4 => {
                let template = draw.of(&["{}", "a {} b", "it\\'s {}", "\\{{}\\}", "{}\\\\"]);
                let arguments = template.matches("{}").count();
                let mut text = format!("States.Format('{template}");
                let more = draw.number(2);
                text.push_str(&"-{}".repeat(more));
                text.push('\'');
                for _ in 0..arguments + more {
                    let argument = self.argument(draw, depth, Shape::is_scalar)?;
                    text.push_str(&format!(", {argument}"));
                }
                (format!("{text})"), Shape::Text)
            }
            5 => {
                let mut arguments = Vec::new();
                let mut shapes = Vec::new();
                for _ in 0..draw.number(4) {
                    let is_mixed = draw.number(6) == 0;
                    let path = self.path(draw, |shape| is_mixed || shape.is_scalar())?;
                    arguments.push(path.text);
                    shapes.push(path.shape);
                }
                (
                    format!("States.Array({})", arguments.join(", ")),
                    Shape::Tuple(shapes),
                )
            }
            7 => {
                let path = self.path(draw, Shape::is_list)?;
                let size = draw.of(&["1", "2", "5"]);
                (
                    format!("States.ArrayPartition({}, {size})", path.text),
                    list(path.shape),
                )
            }
            8 => {
                let path = self.path(draw, Shape::is_list)?;
                let item = self.argument(draw, 0, |_| true)?;
                (
                    format!("States.ArrayContains({}, {item})", path.text),
                    Shape::Bool,
                )
            }
            9 => {
                let (first, last, step) = draw.of(&[(1, 5, 2), (0, 3, 1), (5, 1, -2), (2, 2, 1)]);
                (
                    format!("States.ArrayRange({first}, {last}, {step})"),
                    list(Shape::Integer),
                )
            }
            10 => {
                let path = self.path(draw, Shape::is_list)?;
                (
                    format!("States.ArrayGetItem({}, 0)", path.text),
                    path.shape.item()?,
                )
            }
            11 => {
                let path = self.path(draw, Shape::is_list)?;
                (format!("States.ArrayLength({})", path.text), Shape::Integer)
            }
            12 => {
                let path = self.path(draw, Shape::is_list)?;
                let item = path.shape.item()?;
                (format!("States.ArrayUnique({})", path.text), list(item))
            }
            13 if draw.number(3) == 0 => {
                let text = self.argument(draw, depth, Shape::is_text)?;
                let call = match draw.number(2) {
                    0 => format!("States.Base64Encode({text})"),
                    _ => format!("States.Base64Decode(States.Base64Encode({text}))"),
                };
                (call, Shape::Text)
            }
            14 => {
                let text = self.argument(draw, depth, Shape::is_text)?;
                let algorithm = draw.of(&["MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"]);
                (format!("States.Hash({text}, '{algorithm}')"), Shape::Text)
            }
            6 | 15 | 16 => {
                let is_object = |shape: &Shape| matches!(shape, Shape::Object(_));
                let left = self.path(draw, is_object)?;
                let right = self.path(draw, is_object)?;
                (
                    format!("States.JsonMerge({}, {}, false)", left.text, right.text),
                    merged(&left.shape, &right.shape),
                )
            }
            17 => {
                let path = self.path(draw, |shape| {
                    !shape.is_text() && !matches!(shape, Shape::Scalar | Shape::Unknown)
                })?;
                let text = format!("States.JsonToString({})", path.text);
                match draw.number(2) {
                    0 => (text, Shape::Text),
                    _ => (format!("States.StringToJson({text})"), path.shape),
                }
            }
            18 | 19 => {
                let left = self.argument(draw, depth, Shape::is_integer)?;
                let right = draw.of(&["1", "-1", "10"]);
                (format!("States.MathAdd({left}, {right})"), Shape::Integer)
            }
            20 => {
                let text = self.argument(draw, depth, Shape::is_text)?;
                let characters = draw.of(&[",", ",;", " ", ".", "\\\\"]);
                (
                    format!("States.StringSplit({text}, '{characters}')"),
                    list(Shape::Text),
                )
            }
            _ => draw.of(&[
                (
                    "States.ArrayLength(States.StringSplit(States.UUID(), '-'))".to_owned(),
                    Shape::Integer,
                ),
                ("States.MathRandom(1, 2)".to_owned(), Shape::Integer),
            ]),
        };
        Some(call)
    }

    /// Returns an argument of a call: a path, a literal or a call.
    fn argument(
        &self,
        draw: &mut Draw,
        depth: usize,
        has_shape: impl Fn(&Shape) -> bool,
    ) -> Option<String> {
        if depth > 0
            && draw.number(4) == 0
            && let Some((text, shape)) = self.call(draw, depth - 1)
            && has_shape(&shape)
        {
            return Some(text);
        }
        if draw.number(6) == 0 {
            let literals = [
                ("'a'", Shape::Text),
                ("'it\\'s'", Shape::Text),
                ("1", Shape::Integer),
                ("2.5", Shape::Number),
                ("true", Shape::Bool),
                ("null", Shape::Null),
            ];
            let (text, shape) = draw.of(&literals);
            if has_shape(&shape) {
                return Some(text.to_owned());
            }
        }
        Some(self.path(draw, has_shape)?.text)
    }
}

fn merged(left: &Shape, right: &Shape) -> Shape {
    let (Shape::Object(left), Shape::Object(right)) = (left, right) else {
        return Shape::Unknown;
    };
    let mut members = left.clone();
    for member in right {
        match members.iter_mut().find(|other| other.name == member.name) {
            Some(other) if member.is_optional => other.shape = other.shape.or(&member.shape),
            Some(other) => *other = member.clone(),
            None => members.push(member.clone()),
        }
    }
    Shape::Object(members)
}
