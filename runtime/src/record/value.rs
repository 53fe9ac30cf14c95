//! Values as bytes: each shared array and object is written once.

use std::sync::Arc;

use super::{Damaged, Reader, Record, Writer};
use crate::value::{Big, Object, Str, Value};

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

/// The record of a value lists the nodes that were not written before, inner nodes first. The value itself follows; a node in it is
/// written as its place in the list. Writing and reading do not recurse, so depth does not use the stack.
impl Record for Value {
    fn write(&self, to: &mut Writer) {
        let new = to.nodes.place_new(self);
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
            to.nodes.keep(node);
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
                    let members: Result<Vec<(Str, Value)>, Damaged> = (0..length)
                        .map(|_| Ok((Str::read(from)?, read_leaf(from)?)))
                        .collect();
                    let object: Object = members?.into_iter().collect();
                    if object.len() != length {
                        return Err(Damaged);
                    }
                    Value::Object(Arc::new(object))
                }
                _ => return Err(Damaged),
            };
            from.nodes.push(node);
        }
        read_leaf(from)
    }
}

/// Writes a value without its members: of a node, which was listed before, the place.
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
            let place = to.nodes.place(value);
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
        STR => Value::Str(Str::read(from)?),
        NODE => {
            let place = usize::read(from)?;
            from.nodes.get(place).cloned().ok_or(Damaged)?
        }
        _ => return Err(Damaged),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::record::ReadNodes;

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
        let mut reader = Reader::new(ReadNodes::default(), &bytes);
        let back = Vec::read(&mut reader).expect("what was written is read");
        assert!(reader.is_at_end());
        back
    }

    #[test]
    fn shared_values_are_written_once() {
        let mut value = Value::from(1);
        for _ in 0..60 {
            value = [("a", value.clone()), ("b", value)].into_iter().collect();
        }
        let mut writer = Writer::default();
        value.write(&mut writer);
        let bytes = writer.finish();
        assert!(bytes.len() < 1_000, "{}", bytes.len());
        let back = Value::read(&mut Reader::new(ReadNodes::default(), &bytes))
            .expect("what was written is read");
        assert_eq!(back.json_len(), value.json_len());
        assert!(back.get("a").unwrap().is_same_node(back.get("b").unwrap()));
    }

    #[test]
    fn deep_values_do_not_overflow_the_stack() {
        let mut value = Value::from(1);
        for _ in 0..200_000 {
            value = std::iter::once(value).collect();
        }
        assert_eq!(there_and_back(std::slice::from_ref(&value))[0], value);
    }

    proptest! {
        #[test]
        fn values_are_read_back_unchanged(values in proptest::collection::vec(any_value(), 0..8)) {
            let doubled: Vec<Value> = values.iter().chain(&values).cloned().collect();
            let back = there_and_back(&doubled);
            let texts = |values: &[Value]| values.iter().map(Value::to_text).collect::<Vec<_>>();
            prop_assert_eq!(texts(&back), texts(&doubled));
        }

        #[test]
        fn damaged_bytes_never_panic(
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
            let _ = Value::read(&mut Reader::new(ReadNodes::default(), &bytes));
            let _ = Value::read(&mut Reader::new(ReadNodes::default(), &bytes[..at]));
        }
    }
}
