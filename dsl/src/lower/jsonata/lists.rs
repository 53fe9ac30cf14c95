//! Lists from JSONata's functions, sets, and their order.

use super::expression::Lowering;
use super::spelling::Normalized;
use crate::lower::code::{Code, ListKind};
use crate::lower::report::FLOATS;
use crate::lower::syntax::Syntax;
use crate::shape::{Shape, Spelling};

/// Why `<` does not compare two texts.
pub(in crate::lower) const TEXTS: &str = "Step Functions orders texts by UTF-16 and Rust by characters; write \
    `functions::is_before(&a, &b)`, or for times `functions::millis(&a) < functions::millis(&b)`";

impl Lowering<'_, '_> {
    /// A set without duplicates, in order if Rust's set is ordered.
    pub(super) fn in_order(&mut self, this: Code) -> Code {
        let Shape::Set(set) = this.shape.plain() else {
            return this;
        };
        self.keys_agree(&this.shape);
        let shape = Shape::list(set.item.clone());
        // An array literal is in order already.
        if matches!(&this.syntax, Syntax::Array(_)) {
            return this.shaped(shape);
        }
        self.distinct(this, set.sorted).shaped(shape)
    }

    /// A list without duplicates, sorted if requested.
    pub(super) fn distinct(&mut self, list: Code, sorted: bool) -> Code {
        let item = list.shape.item();
        if matches!(item.spelling(), Spelling::Decimal | Spelling::OffsetTime) {
            self.report.fault(format!(
                "two values of {} may be equal and their texts not, so a workflow cannot find duplicates; do it in a task",
                item.describe()
            ));
        }
        let list = self.normalized(list, Normalized::Json);
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

    /// Whether `$sort` orders such items; reports a fault if not.
    pub(super) fn has_order(&mut self, item: &Shape) -> bool {
        if matches!(item.plain(), Shape::SmallNumber) {
            self.report.fault(FLOATS);
            return false;
        }
        let has_order = is_ordered(item) || matches!(item.plain(), Shape::String | Shape::Any);
        if !has_order {
            self.report.fault(format!(
                "JSONata orders numbers and texts, and this would order {}; do it in a task",
                item.describe()
            ));
        }
        has_order
    }

    /// Reports a key whose order in JSONata differs from Rust.
    pub(super) fn key(&mut self, shape: &Shape) {
        match shape.plain() {
            Shape::String => self.report.fault(TEXTS),
            Shape::SmallNumber => self.report.fault(FLOATS),
            shape if is_ordered(&shape) => {}
            shape => self.report.fault(format!(
                "JSONata orders numbers and texts, and this key is {}; do it in a task",
                shape.describe()
            )),
        }
    }
}

/// Converts a sequence to a list: JSONata unwraps a single item and returns nothing for an empty
/// sequence, and this is a list in both cases. `[]` retains a single item that is a list itself.
pub(super) fn listed(syntax: Syntax, item: &Shape) -> Syntax {
    match syntax {
        Syntax::Array(mut items)
            if items.len() == 1
                && matches!(&items[0], Syntax::Call(..))
                && ListKind::of(item) != ListKind::Never =>
        {
            Syntax::Array(vec![Syntax::Whole(Box::new(items.remove(0)))])
        }
        // The result of a block, where the receiver is bound.
        Syntax::Bind(local, value, body) => {
            Syntax::Bind(local, value, Box::new(listed(*body, item)))
        }
        other => other,
    }
}

/// Whether the values are numbers or texts that have the same order as in Rust.
pub(super) fn is_ordered(shape: &Shape) -> bool {
    match shape.plain() {
        Shape::Written(written) => written.ordered,
        Shape::Duration(_) => true,
        Shape::SmallNumber => false,
        shape => shape.is_number(),
    }
}
