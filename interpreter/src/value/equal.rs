//! Equality: numbers by value, objects in any order of their keys. The time is bounded
//! for deep values and for values with shared nodes.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use super::{DEEP, Value, compare_numbers};

/// Pairs of larger nodes are remembered after a comparison: two separately
/// built values may share so many nodes inside that a plain walk would take exponential time.
const LARGE: u64 = 1 << 14;

/// Numbers are equal by value (`1` and `1.0`), objects by their members in any order.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        let mut pairs: Vec<(&Value, &Value)> = Vec::new();
        let mut seen: HashSet<(*const (), *const ())> = HashSet::new();
        let mut next = Some((self, other));
        while let Some((a, b)) = next {
            match (a, b) {
                (Value::Array(a), Value::Array(b)) => {
                    let settled = Arc::ptr_eq(a, b)
                        || a.size().json.min(b.size().json) > LARGE
                            && !seen.insert((Arc::as_ptr(a).cast(), Arc::as_ptr(b).cast()));
                    if !settled {
                        if a.len() != b.len() || a.size().depth != b.size().depth {
                            return false;
                        }
                        pairs.extend(a.iter().zip(b.iter()));
                    }
                }
                (Value::Object(a), Value::Object(b)) => {
                    let settled = Arc::ptr_eq(a, b)
                        || a.size().json.min(b.size().json) > LARGE
                            && !seen.insert((Arc::as_ptr(a).cast(), Arc::as_ptr(b).cast()));
                    if !settled {
                        if a.len() != b.len() || a.size().depth != b.size().depth {
                            return false;
                        }
                        for (at, (key, value)) in a.iter().enumerate() {
                            let member = match b.get_index(at) {
                                Some((same, value)) if same == key => Some(value),
                                _ => b.get(key),
                            };
                            match member {
                                Some(other) => pairs.push((value, other)),
                                None => return false,
                            }
                        }
                    }
                }
                (a, b) if a.is_number() && b.is_number() => {
                    if compare_numbers(a, b).is_none_or(|order| order.is_ne()) {
                        return false;
                    }
                }
                (a, b) if a.is_same_node(b) => {}
                _ => return false,
            }
            next = pairs.pop();
        }
        true
    }
}

impl PartialEq<str> for Value {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == Some(other)
    }
}

impl PartialEq<&str> for Value {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == Some(*other)
    }
}

impl Value {
    /// Returns a hash that is equal for equal values. It ignores deeply nested parts.
    pub(crate) fn value_hash(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash_into(&mut hasher, DEEP);
        hasher.finish()
    }

    fn hash_into(&self, hasher: &mut DefaultHasher, levels: u32) {
        match self {
            Value::Null => 0u8.hash(hasher),
            Value::Bool(flag) => flag.hash(hasher),
            Value::Str(text) => text.hash(hasher),
            Value::Array(_) | Value::Object(_) if levels == 0 || self.json_len() > LARGE => {}
            Value::Array(items) => {
                for item in items.iter() {
                    item.hash_into(hasher, levels - 1);
                }
            }
            Value::Object(members) => {
                // The order of the members is not significant.
                let hashes = members.iter().map(|(key, value)| {
                    let mut hasher = DefaultHasher::new();
                    key.hash(&mut hasher);
                    value.hash_into(&mut hasher, levels - 1);
                    hasher.finish()
                });
                hashes.fold(0u64, u64::wrapping_add).hash(hasher);
            }
            number => {
                // Equal numbers have equal floats, including 0 and -0.
                let float = number.as_f64().unwrap_or_default() + 0.0;
                float.to_bits().hash(hasher);
            }
        }
    }
}
