//! Lists as JSONata's functions give them, sets, and the order of both.

use super::code::{Code, Listed};
use super::expression::Lowering;
use super::syntax::Syntax;
use crate::shape::Shape;

/// Why two texts are not compared by `<`.
pub(in crate::lower) const TEXTS: &str = "Step Functions orders texts by UTF-16 and Rust by characters; write \
    `functions::is_before(&a, &b)`, or for times `functions::millis(&a) < functions::millis(&b)`";

impl Lowering<'_, '_> {
    /// A set with each item once, and in order where Rust has one.
    pub(super) fn in_order(&mut self, this: Code) -> Code {
        let Shape::Set(set) = this.shape.plain() else {
            return this;
        };
        self.keys_agree(&this.shape);
        let shape = Shape::list(set.item.clone());
        // What was made here is in order already.
        if matches!(&this.syntax, Syntax::Array(_)) {
            return this.shaped(shape);
        }
        self.distinct(this, set.sorted).shaped(shape)
    }

    /// A list with each item once, in order where that is wanted.
    pub(super) fn distinct(&mut self, list: Code, sorted: bool) -> Code {
        let item = list.shape.item();
        let once = Syntax::call("distinct", vec![list.syntax]);
        let syntax = if sorted {
            let sorted = self.sorted(once, &item);
            sorted.map(|sorted| Syntax::Array(vec![sorted]))
        } else {
            Some(listed(Syntax::Array(vec![once]), &item))
        };
        Code {
            syntax: syntax.unwrap_or(Syntax::Null),
            ..list
        }
    }

    /// A sequence in Rust's order: `$sort(..)`, or texts by their characters.
    pub(super) fn sorted(&mut self, list: Syntax, item: &Shape) -> Option<Syntax> {
        if let Shape::String = item.plain() {
            let local = self.fresh("texts");
            return Some(Syntax::ByCharacters(Box::new(list), local));
        }
        let has_order = self.has_order(item);
        has_order.then(|| Syntax::call("sort", vec![list]))
    }

    /// Whether `$sort` orders such items; reports where it does not.
    pub(super) fn has_order(&mut self, item: &Shape) -> bool {
        let has_order = is_ordered(item) || matches!(item.plain(), Shape::String | Shape::Any);
        if !has_order {
            self.report.fault(format!(
                "JSONata orders numbers and texts, and this would order {}; do it in a task",
                item.describe()
            ));
        }
        has_order
    }

    /// Says where items are not ordered by such a key as they are in Rust.
    pub(super) fn key(&mut self, shape: &Shape) {
        match shape.plain() {
            Shape::String => self.report.fault(TEXTS),
            shape if is_ordered(&shape) => {}
            shape => self.report.fault(format!(
                "JSONata orders numbers and texts, and this key is {}; do it in a task",
                shape.describe()
            )),
        }
    }
}

/// A list of a sequence: JSONata makes one item a scalar and none nothing, and this a list again. `[]` keeps a single item
/// that is a list whole.
pub(super) fn listed(syntax: Syntax, item: &Shape) -> Syntax {
    match syntax {
        Syntax::Array(mut items)
            if items.len() == 1
                && matches!(&items[0], Syntax::Call(..))
                && Listed::of(item) != Listed::Never =>
        {
            Syntax::Array(vec![Syntax::Whole(Box::new(items.remove(0)))])
        }
        // The list is what a block ends with, where its receiver is bound.
        Syntax::Bind(local, value, body) => {
            Syntax::Bind(local, value, Box::new(listed(*body, item)))
        }
        other => other,
    }
}

/// Whether numbers or texts stand for such values, in the order that Rust has.
pub(super) fn is_ordered(shape: &Shape) -> bool {
    shape.is_number() || matches!(shape.plain(), Shape::Written(written) if written.ordered)
}
