//! The inputs of the rows.

use super::draw::Draw;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use stepwright::Payload;

/// A value of every kind.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
pub(super) struct Input {
    /// Small integers.
    pub(super) a: i32,
    pub(super) b: i32,
    /// Integers up to 2^52.
    pub(super) large: i64,
    pub(super) count: u32,
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) yes: bool,
    pub(super) no: bool,
    pub(super) text: String,
    pub(super) other_text: String,
    pub(super) part: String,
    pub(super) ascii: String,
    pub(super) list: Vec<i32>,
    pub(super) more: Vec<i32>,
    pub(super) texts: Vec<String>,
    pub(super) items: Vec<Item>,
    pub(super) lists: Vec<Vec<i32>>,
    pub(super) option: Option<i32>,
    pub(super) maybe: Option<String>,
    pub(super) table: BTreeMap<String, i32>,
    pub(super) pair: (i32, String),
    pub(super) item: Item,
    pub(super) size: Size,
    pub(super) start: String,
    pub(super) end: String,
    pub(super) moment: i64,
    pub(super) options: Vec<Option<i32>>,
    pub(super) pairs: Vec<(String, i32)>,
    pub(super) set: BTreeSet<i32>,
    pub(super) wide: u64,
    pub(super) value: Value,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub(super) struct Item {
    pub(super) name: String,
    #[serde(rename = "unit-price")]
    pub(super) price: f64,
    pub(super) quantity: i32,
    pub(super) tags: Vec<String>,
    pub(super) note: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub(super) enum Size {
    Small,
    Boxed { side: i32 },
    Named(String),
}

impl Draw {
    /// An integer from the first to the last.
    fn between(&mut self, first: i64, last: i64) -> i64 {
        first + self.number((last - first + 1) as usize) as i64
    }

    /// A short text of these letters.
    fn letters(&mut self, letters: &str, longest: i64) -> String {
        let letters: Vec<char> = letters.chars().collect();
        (0..self.between(0, longest))
            .map(|_| self.of(&letters))
            .collect()
    }

    /// Printable ASCII.
    fn ascii(&mut self) -> String {
        let letters: String = (' '..='~').collect();
        self.letters(&letters, 12)
    }

    fn any_small(&mut self) -> i32 {
        let far = self.between(-40_000, 40_000) as i32;
        let near = self.between(-20, 20) as i32;
        let edge = self.small();
        self.of(&[edge, near, far])
    }

    fn any_float(&mut self) -> f64 {
        let eighths = self.between(-8_000, 8_000) as f64 / 8.0;
        // All digits of a float.
        let any = self.between(0, 1 << 53) as f64 / 1e10 - 450_000.0;
        let edge = self.float();
        self.of(&[edge, eighths, any])
    }

    fn any_text(&mut self) -> String {
        match self.number(4) {
            0 => self.text(),
            1 => self.letters("abc, ", 6),
            2 => self.letters("aäöß中🚀e\u{301} \t", 5),
            _ => self.ascii(),
        }
    }

    fn item(&mut self) -> Item {
        Item {
            name: self.any_text(),
            price: self.any_float(),
            quantity: self.any_small(),
            tags: self.list(Draw::any_text),
            note: self.option(Draw::any_text),
        }
    }

    /// JSON of every kind.
    fn value(&mut self) -> Value {
        let (text, small) = (self.any_text(), self.any_small());
        let list = self.list(Draw::any_small);
        let values = [
            Value::Null,
            json!(self.number(2) == 0),
            json!(small),
            json!(2.5),
            json!(text),
            json!(list),
            json!({ "name": text }),
            json!([{ "name": text }, list]),
            json!({ "name": { "n": list }, "none": null }),
        ];
        self.of(&values)
    }

    fn input(&mut self) -> Input {
        let edge = 1i64 << 52;
        // Times of the years 1970 to 2100.
        let mut moment = || {
            let any = self.between(0, 4_102_444_800_000);
            self.of(&[0, 951_782_400_000, any, any])
        };
        let (start, end) = (moment(), moment());
        let any_large = [self.between(-edge, edge), self.between(-100, 100)];
        let any_wide = self.between(0, (1 << 53) - 1) as u64;
        Input {
            a: self.any_small(),
            b: self.any_small(),
            large: self.of(&[0, edge, -edge, any_large[0], any_large[1]]),
            count: self.between(0, 49_999) as u32,
            x: self.any_float(),
            y: self.any_float(),
            yes: self.number(2) == 0,
            no: self.number(2) == 0,
            text: self.any_text(),
            other_text: self.any_text(),
            part: self.of(&["a", ",", " ", "a,", ", ", "aa"]).to_owned(),
            ascii: self.ascii(),
            list: self.list(Draw::any_small),
            more: self.list(Draw::any_small),
            texts: self.list(Draw::any_text),
            items: self.list(Draw::item),
            lists: self.list(|draw| draw.list(Draw::any_small)),
            option: self.option(Draw::any_small),
            maybe: self.option(Draw::any_text),
            table: self.table(),
            pair: (self.any_small(), self.any_text()),
            item: self.item(),
            size: match self.number(3) {
                0 => Size::Small,
                1 => Size::Boxed {
                    side: self.any_small(),
                },
                _ => Size::Named(self.any_text()),
            },
            start: stepwright::functions::timestamp(start),
            end: stepwright::functions::timestamp(end),
            moment: start,
            options: self.list(|draw| draw.option(Draw::any_small)),
            pairs: self.list(|draw| (draw.any_text(), draw.any_small())),
            set: self.list(Draw::any_small).into_iter().collect(),
            // Integers that JSON represents exactly, many with 16 digits.
            wide: self.of(&[0, 1_700_000_000_123_456, any_wide]),
            value: self.value(),
        }
    }

    fn table(&mut self) -> BTreeMap<String, i32> {
        let entry = |draw: &mut Draw| {
            let any = draw.any_text();
            (draw.of(&["a", any.as_str()]).to_owned(), draw.any_small())
        };
        self.list(entry).into_iter().collect()
    }
}

/// The inputs of all rows, the same in every run.
pub(super) fn inputs() -> Vec<Input> {
    let mut draw = Draw(8);
    (0..60).map(|_| draw.input()).collect()
}
