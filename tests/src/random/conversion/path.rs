//! Random paths into values of known shapes.

use super::super::draw::Draw;
use super::names;
use super::shape::{Member, Shape};

/// A path with the shape of the value that it finds.
#[derive(Clone, Debug)]
pub(super) struct Selected {
    pub(super) text: String,
    pub(super) shape: Shape,
    /// Whether the path may find nothing.
    pub(super) may_be_absent: bool,
}

impl Selected {
    fn step(&self, text: &str, shape: Shape) -> Selected {
        Selected {
            text: format!("{}{text}", self.text),
            shape,
            may_be_absent: self.may_be_absent,
        }
    }
}

/// Returns all definite paths into a value, up to this many steps.
pub(super) fn definite(draw: &mut Draw, root: &str, shape: &Shape, depth: usize) -> Vec<Selected> {
    let root = Selected {
        text: root.to_owned(),
        shape: shape.clone(),
        may_be_absent: false,
    };
    let mut all = vec![root];
    let mut level = all.clone();
    for _ in 0..depth {
        let next: Vec<Selected> = level.iter().flat_map(|path| below(draw, path)).collect();
        all.extend(next.iter().cloned());
        level = next;
    }
    all
}

fn below(draw: &mut Draw, path: &Selected) -> Vec<Selected> {
    match &path.shape {
        Shape::Object(members) => {
            let members = members.iter().map(|member| Selected {
                may_be_absent: path.may_be_absent || member.is_optional,
                ..path.step(&names::step(draw, &member.name), member.shape.clone())
            });
            members.collect()
        }
        Shape::Tuple(items) if !items.is_empty() => {
            let index = draw.number(items.len());
            let text = match items.len() - index {
                1 if draw.number(2) == 0 => "[-1]".to_owned(),
                _ => format!("[{index}]"),
            };
            vec![path.step(&text, items[index].clone())]
        }
        _ => Vec::new(),
    }
}

/// Returns an indefinite path that begins with one of these paths.
pub(super) fn indefinite(draw: &mut Draw, from: &[Selected]) -> Option<Selected> {
    let structures: Vec<&Selected> = from
        .iter()
        .filter(|path| !path.may_be_absent && !path.shape.is_scalar())
        .filter(|path| path.shape != Shape::Unknown)
        .collect();
    if structures.is_empty() {
        return None;
    }
    let path = structures[draw.number(structures.len())];
    let list = |shape: Shape| Shape::List(Box::new(shape));
    if draw.number(20) == 0 {
        // The values of all members with the name, in any level.
        let name = names::step(draw, "a");
        let dots = if name.starts_with('.') { "." } else { ".." };
        return Some(path.step(&format!("{dots}{name}"), list(Shape::Unknown)));
    }
    if let Shape::Object(members) = &path.shape {
        let keys: Vec<&Member> = members
            .iter()
            .filter(|member| !member.is_optional && !member.name.contains('\''))
            .take(2)
            .collect();
        let [first, second] = keys.as_slice() else {
            return None;
        };
        let text = format!("['{}', '{}']", first.name, second.name);
        // Several members are an object of these members.
        return Some(path.step(
            &text,
            Shape::Object(vec![(*first).clone(), (*second).clone()]),
        ));
    }
    let item = path.shape.item()?;
    let selection = match draw.number(7) {
        0..=2 => "[*]".to_owned(),
        3 => draw
            .of(&[
                "[0:1]", "[1:]", "[:2]", "[-2:]", "[:-1]", "[1:-1]", "[-2:-1]", "[0,1]",
            ])
            .to_owned(),
        _ => match filter(draw, &item) {
            Some(filter) => format!("[?({filter})]"),
            None => "[*]".to_owned(),
        },
    };
    let selected = path.step(&selection, list(item.clone()));
    let Shape::Object(members) = item else {
        return Some(selected);
    };
    if members.is_empty() || draw.number(3) == 0 {
        return Some(selected);
    }
    let member = &members[draw.number(members.len())];
    let step = names::step(draw, &member.name);
    let below = selected.step(&step, list(member.shape.clone()));
    match member.shape.item() {
        Some(inner) if draw.number(2) == 0 => Some(below.step("[*]", list(inner))),
        _ => Some(below),
    }
}

/// Returns a condition over an item.
fn filter(draw: &mut Draw, item: &Shape) -> Option<String> {
    let operand = match item {
        Shape::Object(members) if !members.is_empty() => {
            let member = &members[draw.number(members.len())];
            let text = format!("@{}", names::step(draw, &member.name));
            if draw.number(5) == 0 {
                return Some(text);
            }
            (text, member.shape.clone())
        }
        shape if shape.is_scalar() => ("@".to_owned(), shape.clone()),
        _ => return None,
    };
    let (text, shape) = operand;
    let order = draw.of(&["==", "!=", "<", "<=", ">", ">="]);
    let equality = draw.of(&["==", "!="]);
    let shape = match shape {
        Shape::Scalar => draw.of(&[Shape::Text, Shape::Number, Shape::Bool, Shape::Null]),
        shape => shape,
    };
    let comparison = match shape {
        Shape::Integer | Shape::Number | Shape::Seconds => {
            format!("{text} {order} {}", draw.of(&["0", "1", "2.5", "-1"]))
        }
        Shape::Text | Shape::Timestamp => {
            format!(
                "{text} {equality} {}",
                draw.of(&["'a'", "'text'", "''", "\"it's\""])
            )
        }
        Shape::Bool => format!("{text} {equality} {}", draw.of(&["true", "false"])),
        Shape::Null => format!("{text} {equality} null"),
        _ => return None,
    };
    match draw.number(6) {
        0 => {
            let more = filter(draw, item)?;
            Some(format!("{comparison} {} {more}", draw.of(&["&&", "||"])))
        }
        1 => Some(format!("!({comparison})")),
        _ => Some(comparison),
    }
}
