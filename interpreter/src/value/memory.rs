//! About how much memory values take.

use super::Value;

/// A smaller value takes about as much memory as its text; counting its nodes would cost more than
/// it is worth.
const SMALL: u64 = 4_096;
/// The nodes that one estimate visits. Later values take as many bytes for a byte of text as those
/// before.
const VISITS: u32 = 65_536;
/// The bytes of a node, of the name of a member, and of an array or an object itself.
const NODE: u64 = size_of::<Value>() as u64;
const NAME: u64 = 24;
const CONTAINER: u64 = 64;

/// Estimates the memory of several values together, in bounded time. A number in an array takes 24
/// bytes, and two bytes of text.
#[derive(Debug, Default)]
pub(crate) struct MemoryEstimate {
    visits: u32,
    /// The text and the memory of the values that were visited.
    text: u64,
    memory: u64,
}

impl MemoryEstimate {
    /// Returns about how many bytes a value takes.
    #[inline]
    pub(crate) fn bytes(&mut self, value: &Value) -> u64 {
        let text = value.json_len();
        if text < SMALL {
            text
        } else {
            self.large(value, text)
        }
    }

    fn large(&mut self, value: &Value, text: u64) -> u64 {
        if self.visits >= VISITS {
            let ratio = self.memory / self.text.max(1);
            return text.saturating_mul(ratio.max(1));
        }
        let memory = self.visit(value);
        self.text = self.text.saturating_add(text);
        self.memory = self.memory.saturating_add(memory);
        memory
    }

    /// Adds the nodes of a value. The depth of the recursion is that of the value, which is
    /// limited.
    fn visit(&mut self, value: &Value) -> u64 {
        self.visits += 1;
        if self.visits >= VISITS {
            return value.json_len();
        }
        match value {
            Value::Array(items) => items
                .iter()
                .map(|item| self.member(item))
                .fold(CONTAINER, u64::saturating_add),
            Value::Object(members) => members
                .iter()
                .map(|(_, member)| NAME + self.member(member))
                .fold(CONTAINER + members.room(), u64::saturating_add),
            scalar => scalar_bytes(scalar),
        }
    }

    /// Adds a member of a node. Most members are scalars, which need no call.
    #[inline]
    fn member(&mut self, value: &Value) -> u64 {
        match value {
            Value::Array(_) | Value::Object(_) => self.visit(value),
            _ if self.visits >= VISITS => value.json_len(),
            scalar => {
                self.visits += 1;
                scalar_bytes(scalar)
            }
        }
    }
}

fn scalar_bytes(value: &Value) -> u64 {
    match value {
        Value::Str(text) => NODE + text.len() as u64,
        _ => NODE,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Object;
    use super::*;

    fn estimate(value: &Value) -> u64 {
        MemoryEstimate::default().bytes(value)
    }

    #[test]
    fn an_array_of_numbers_takes_more_memory_than_its_text() {
        let numbers: Vec<Value> = (0..40_000).map(Value::Int).collect();
        let numbers = Value::from(numbers);
        assert!(estimate(&numbers) >= 40_000 * NODE);
        let text = Value::from("x".repeat(250_000).as_str());
        assert!((250_000..251_000).contains(&estimate(&text)));
        assert_eq!(estimate(&Value::Int(12)), 2);
    }

    #[test]
    fn the_room_for_more_members_counts() {
        let mut object = Object::new();
        for name in ["a", "b", "c", "d", "e"] {
            object.insert(name, Value::Int(1));
        }
        assert!(object.room() > 0);
        let bytes = CONTAINER + 5 * (NAME + NODE) + object.room();
        let objects = Value::from(vec![Value::from(object); 400]);
        assert_eq!(estimate(&objects), CONTAINER + 400 * bytes);
    }

    #[test]
    fn the_number_of_visited_nodes_is_bounded() {
        let numbers: Vec<Value> = (0..50_000).map(Value::Int).collect();
        let numbers = Value::from(numbers);
        let mut estimate = MemoryEstimate::default();
        let sizes: Vec<u64> = (0..10).map(|_| estimate.bytes(&numbers)).collect();
        assert!(estimate.visits <= VISITS + 50_000);
        // Values after the bound have the ratio of those before.
        assert!(sizes[9] > 2 * numbers.json_len(), "{sizes:?}");
    }
}
