//! Encodes values. A shared array or object is written once.

use std::sync::Arc;

use super::{DamagedRecord, Record, RecordReader, RecordWriter};
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

/// The new arrays and objects of a value are in the section of all nodes, inner nodes first. The
/// value refers to them by index. Writing and reading do not recurse, so deep values do not
/// overflow the stack.
impl Record for Value {
    fn write(&self, to: &mut RecordWriter) {
        let new = to.nodes.index_new(self);
        if !new.is_empty() {
            let fields = std::mem::replace(&mut to.bytes, std::mem::take(&mut to.new_nodes));
            new.into_iter().for_each(|node| write_node(node, to));
            to.new_nodes = std::mem::replace(&mut to.bytes, fields);
        }
        leaf(self, to);
    }

    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
        read_leaf(from)
    }

    fn absent() -> Option<Self> {
        Some(Self::Null)
    }

    fn is_absent(&self) -> bool {
        matches!(self, Self::Null)
    }
}

/// Writes an array or object whose inner nodes are written.
fn write_node(node: Value, to: &mut RecordWriter) {
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
    to.nodes.retain(node);
}

/// Reads an array or object, and gives it the next index.
pub(super) fn read_node(from: &mut RecordReader<'_>) -> Result<(), DamagedRecord> {
    let kind = from.byte()?;
    let length = from.length()?;
    let node = match kind {
        ARRAY => {
            let items: Result<Vec<Value>, DamagedRecord> =
                (0..length).map(|_| read_leaf(from)).collect();
            items?.into_iter().collect()
        }
        OBJECT => {
            let members: Result<Vec<(Str, Value)>, DamagedRecord> = (0..length)
                .map(|_| Ok((Str::read(from)?, read_leaf(from)?)))
                .collect();
            let object: Object = members?.into_iter().collect();
            if object.len() != length {
                return Err(DamagedRecord);
            }
            Value::Object(Arc::new(object))
        }
        _ => return Err(DamagedRecord),
    };
    from.nodes.push(node);
    Ok(())
}

/// Writes a scalar, or the index of an array or object that was written before.
fn leaf(value: &Value, to: &mut RecordWriter) {
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
            let index = to.nodes.index(value);
            to.byte(NODE);
            index.unwrap_or_default().write(to);
        }
    }
}

fn read_leaf(from: &mut RecordReader<'_>) -> Result<Value, DamagedRecord> {
    Ok(match from.byte()? {
        NULL => Value::Null,
        FALSE => Value::Bool(false),
        TRUE => Value::Bool(true),
        INT => Value::Int(i64::read(from)?),
        FLOAT => {
            let number = f64::read(from)?;
            if !number.is_finite() {
                return Err(DamagedRecord);
            }
            Value::Float(number)
        }
        BIG => match Big::parse(str::from_utf8(from.bytes()?).map_err(|_| DamagedRecord)?) {
            Some(number @ Value::Big(_)) => number,
            _ => return Err(DamagedRecord),
        },
        STR => Value::Str(Str::read(from)?),
        NODE => {
            let index = usize::read(from)?;
            from.nodes.get(index).cloned().ok_or(DamagedRecord)?
        }
        _ => return Err(DamagedRecord),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::record::{ReadNodes, TEST_VERSION};

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
        let mut writer = RecordWriter::default();
        values.to_vec().write(&mut writer);
        let bytes = writer.finish(TEST_VERSION);
        let mut reader = RecordReader::new(ReadNodes::default(), &bytes, TEST_VERSION)
            .expect("it has a version");
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
        let mut writer = RecordWriter::default();
        value.write(&mut writer);
        let bytes = writer.finish(TEST_VERSION);
        assert!(bytes.len() < 1_000, "{}", bytes.len());
        let back = Value::read(
            &mut RecordReader::new(ReadNodes::default(), &bytes, TEST_VERSION)
                .expect("it has a version"),
        )
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
            let mut writer = RecordWriter::default();
            value.write(&mut writer);
            let mut bytes = writer.finish(TEST_VERSION);
            let at = at.index(bytes.len());
            bytes[at] = byte;
            // Damaged bytes must not cause a panic or an allocation beyond their size.
            for bytes in [&bytes[..], &bytes[..at]] {
                if let Ok(mut reader) = RecordReader::new(ReadNodes::default(), bytes, TEST_VERSION) {
                    let _ = Value::read(&mut reader);
                }
            }
        }
    }
}
