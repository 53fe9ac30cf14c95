use std::collections::HashMap;
use std::sync::Arc;

use smol_str::SmolStr;

use super::{Damaged, Reader, Record, Writer};
use crate::value::{Big, Object, Value};

/// The arrays and objects that were written, so that one that is shared is written once.
#[derive(Default)]
pub(super) struct WrittenNodes {
    /// By address; what is kept keeps the address from being used again.
    places: HashMap<usize, u64>,
    kept: Vec<Value>,
}

/// The arrays and objects that were read, in the same order.
#[derive(Default)]
pub(super) struct ReadNodes(Vec<Value>);

const NULL: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const INT: u8 = 3;
const FLOAT: u8 = 4;
const BIG: u8 = 5;
const STR: u8 = 6;
const NODE: u8 = 7;

const ARRAY: u8 = 0;
const OBJECT: u8 = 1;

/// The nodes that were not written yet, those inside before those around them; then the value itself, of which a node is told
/// by its place. Neither way recurses, whatever the depth.
impl Record for Value {
    fn write(&self, to: &mut Writer) {
        let new = new_nodes(self, &mut to.nodes);
        new.len().write(to);
        for node in new {
            match &node {
                Value::Array(array) => {
                    to.byte(ARRAY);
                    array.as_slice().len().write(to);
                    array.as_slice().iter().for_each(|item| leaf(item, to));
                }
                Value::Object(object) => {
                    to.byte(OBJECT);
                    object.len().write(to);
                    for (key, value) in object.iter() {
                        to.bytes(key.as_bytes());
                        leaf(value, to);
                    }
                }
                _ => {}
            }
            to.nodes.kept.push(node);
        }
        leaf(self, to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        let new = from.length()?;
        for _ in 0..new {
            let kind = from.byte()?;
            let length = from.length()?;
            let node = match kind {
                ARRAY => {
                    let items: Result<Vec<Value>, Damaged> =
                        (0..length).map(|_| read_leaf(from)).collect();
                    items?.into_iter().collect()
                }
                OBJECT => {
                    let members: Result<Vec<(SmolStr, Value)>, Damaged> = (0..length)
                        .map(|_| Ok((SmolStr::read(from)?, read_leaf(from)?)))
                        .collect();
                    let object: Object = members?.into_iter().collect();
                    if object.len() != length {
                        return Err(Damaged);
                    }
                    Value::Object(Arc::new(object))
                }
                _ => return Err(Damaged),
            };
            from.nodes.0.push(node);
        }
        read_leaf(from)
    }
}

fn address(value: &Value) -> Option<usize> {
    match value {
        Value::Array(array) => Some(Arc::as_ptr(array) as usize),
        Value::Object(object) => Some(Arc::as_ptr(object) as usize),
        _ => None,
    }
}

/// The arrays and objects in `value` that were not written yet, innermost first. They have their places from now on.
fn new_nodes(value: &Value, nodes: &mut WrittenNodes) -> Vec<Value> {
    let mut new = Vec::new();
    let mut open = Vec::new();
    enter(value, nodes, &mut open);
    while let Some((node, next)) = open.last_mut() {
        let member = match node {
            Value::Array(array) => array.as_slice().get(*next).cloned(),
            Value::Object(object) => object.get_index(*next).map(|(_, value)| value.clone()),
            _ => None,
        };
        *next += 1;
        match member {
            Some(member) => enter(&member, nodes, &mut open),
            None => {
                if let Some((node, _)) = open.pop()
                    && let Some(address) = address(&node)
                    && !nodes.places.contains_key(&address)
                {
                    let place = nodes.places.len() as u64;
                    nodes.places.insert(address, place);
                    new.push(node);
                }
            }
        }
    }
    new
}

fn enter(value: &Value, nodes: &WrittenNodes, open: &mut Vec<(Value, usize)>) {
    if let Some(address) = address(value)
        && !nodes.places.contains_key(&address)
    {
        open.push((value.clone(), 0));
    }
}

/// A value whose node, if it is one, was written.
fn leaf(value: &Value, to: &mut Writer) {
    match value {
        Value::Null => to.byte(NULL),
        Value::Bool(false) => to.byte(FALSE),
        Value::Bool(true) => to.byte(TRUE),
        Value::Int(number) => {
            to.byte(INT);
            number.write(to);
        }
        Value::Float(number) => {
            to.byte(FLOAT);
            number.write(to);
        }
        Value::Big(number) => {
            to.byte(BIG);
            to.bytes(number.as_str().as_bytes());
        }
        Value::Str(text) => {
            to.byte(STR);
            text.write(to);
        }
        Value::Array(_) | Value::Object(_) => {
            let place = address(value).and_then(|address| to.nodes.places.get(&address).copied());
            to.byte(NODE);
            place.unwrap_or_default().write(to);
        }
    }
}

fn read_leaf(from: &mut Reader<'_>) -> Result<Value, Damaged> {
    Ok(match from.byte()? {
        NULL => Value::Null,
        FALSE => Value::Bool(false),
        TRUE => Value::Bool(true),
        INT => Value::Int(i64::read(from)?),
        FLOAT => {
            let number = f64::read(from)?;
            if !number.is_finite() {
                return Err(Damaged);
            }
            Value::Float(number)
        }
        BIG => match Big::parse(str::from_utf8(from.bytes()?).map_err(|_| Damaged)?) {
            Some(number @ Value::Big(_)) => number,
            _ => return Err(Damaged),
        },
        STR => Value::Str(SmolStr::read(from)?),
        NODE => {
            let place = usize::read(from)?;
            from.nodes.0.get(place).cloned().ok_or(Damaged)?
        }
        _ => return Err(Damaged),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::Int),
            any::<f64>().prop_map(Value::from),
            any::<u128>().prop_map(|number| {
                Big::parse(&number.to_string()).expect("digits are an integer")
            }),
            ".{0,40}".prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 64, 8, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..40).prop_map(Value::from),
                proptest::collection::vec((".{0,4}", inner), 0..40)
                    .prop_map(|members| members.into_iter().collect()),
            ]
        })
    }

    fn there_and_back(values: &[Value]) -> Vec<Value> {
        let mut writer = Writer::default();
        values.to_vec().write(&mut writer);
        let bytes = writer.finish();
        let mut reader = Reader::new(&bytes);
        let back = Vec::read(&mut reader).expect("what was written is read");
        assert!(reader.is_at_end());
        back
    }

    #[test]
    fn sharing_that_would_be_exponential_stays_small() {
        let mut value = Value::from(1);
        for _ in 0..60 {
            value = [("a", value.clone()), ("b", value)]
                .into_iter()
                .map(|(key, value)| (SmolStr::new(key), value))
                .collect();
        }
        let mut writer = Writer::default();
        value.write(&mut writer);
        let bytes = writer.finish();
        assert!(bytes.len() < 1_000, "{}", bytes.len());
        let back = Value::read(&mut Reader::new(&bytes)).expect("what was written is read");
        assert_eq!(back.json_len(), value.json_len());
        assert!(back.get("a").unwrap().is_same_node(back.get("b").unwrap()));
    }

    #[test]
    fn depth_is_no_stack() {
        let mut value = Value::from(1);
        for _ in 0..200_000 {
            value = std::iter::once(value).collect();
        }
        assert_eq!(there_and_back(std::slice::from_ref(&value))[0], value);
    }

    proptest! {
        #[test]
        fn values_come_back_as_they_were(values in proptest::collection::vec(any_value(), 0..8)) {
            let doubled: Vec<Value> = values.iter().chain(&values).cloned().collect();
            let back = there_and_back(&doubled);
            let texts = |values: &[Value]| values.iter().map(Value::to_text).collect::<Vec<_>>();
            prop_assert_eq!(texts(&back), texts(&doubled));
        }

        #[test]
        fn damage_is_an_error_or_another_value(
            value in any_value(),
            at in any::<prop::sample::Index>(),
            byte in any::<u8>(),
        ) {
            let mut writer = Writer::default();
            value.write(&mut writer);
            let mut bytes = writer.finish();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            // Neither a panic nor memory beyond the bytes.
            let _ = Value::read(&mut Reader::new(&bytes));
            let _ = Value::read(&mut Reader::new(&bytes[..at]));
        }
    }
}
