//! The inputs of the random expressions.

use super::draw::Draw;
use super::own::Own;
use std::collections::BTreeMap;

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::Payload;

/// A value of every kind.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "each field is a value of its type")]
pub struct Input {
    pub a: i32,
    pub b: i32,
    /// Integers up to 2^53 - 1.
    pub large: i64,
    pub x: f64,
    pub y: f64,
    pub yes: bool,
    pub no: bool,
    pub text: String,
    pub other_text: String,
    pub list: Vec<i32>,
    pub more: Vec<i32>,
    pub texts: Vec<String>,
    pub items: Vec<Item>,
    pub lists: Vec<Vec<i32>>,
    pub options: Vec<Option<i32>>,
    pub option: Option<i32>,
    pub maybe: Option<String>,
    pub best: Option<Item>,
    pub table: BTreeMap<String, i32>,
    pub pair: (i32, String),
    pub item: Item,
    pub size: Size,
    pub own: Own,
    pub amount: Decimal,
    pub rate: Decimal,
    pub amounts: Vec<Decimal>,
    pub discount: Option<Decimal>,
    pub places: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Item {
    pub name: String,
    #[serde(rename = "unit-price")]
    pub price: f64,
    pub quantity: i32,
    pub tags: Vec<String>,
    pub note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank: Option<i32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub enum Size {
    Small,
    Boxed { side: i32 },
    Named(String),
}

impl Draw {
    /// Decimals around zeros, halves and carries, with zeros at their end.
    fn decimal(&mut self) -> Decimal {
        let number = self.of(&[
            0, 1, -1, 5, -5, 15, 25, -25, 99, 100, -100, 995, 1_000, 1_500, -2_450, 12_345, 99_995,
            -99_950,
        ]);
        Decimal::new(number, self.of(&[0, 0, 1, 2, 2, 3, 4]))
    }

    fn item(&mut self) -> Item {
        Item {
            name: self.text(),
            price: self.float(),
            quantity: self.small(),
            tags: self.list(Draw::text),
            note: self.option(Draw::text),
            rank: self.option(Draw::small),
        }
    }

    fn input(&mut self) -> Input {
        Input {
            a: self.small(),
            b: self.small(),
            large: self.of(&[
                0,
                1,
                -1,
                9_007_199_254_740_991,
                -9_007_199_254_740_991,
                1_700_000_000_123_456,
                123_456_789_012_345,
                -1_234_567_890_123_456,
            ]),
            x: self.float(),
            y: self.float(),
            yes: self.number(2) == 0,
            no: self.number(2) == 0,
            text: self.text(),
            other_text: self.text(),
            list: self.list(Draw::small),
            more: self.list(Draw::small),
            texts: self.list(Draw::text),
            items: self.list(Draw::item),
            lists: self.list(|draw| draw.list(Draw::small)),
            options: self.list(|draw| draw.option(Draw::small)),
            option: self.option(Draw::small),
            maybe: self.option(Draw::text),
            best: self.option(Draw::item),
            table: self
                .list(|draw| (draw.key(), draw.small()))
                .into_iter()
                .collect(),
            pair: (self.small(), self.text()),
            item: self.item(),
            size: match self.number(3) {
                0 => Size::Small,
                1 => Size::Boxed { side: self.small() },
                _ => Size::Named(self.text()),
            },
            own: self.own(),
            amount: self.decimal(),
            rate: self.decimal(),
            amounts: self.list(Draw::decimal),
            discount: self.option(Draw::decimal),
            places: self.number(5) as u32,
        }
    }
}

/// The inputs, the same for every expression.
pub fn inputs(count: usize) -> Vec<Input> {
    let mut draw = Draw(8);
    (0..count).map(|_| draw.input()).collect()
}
