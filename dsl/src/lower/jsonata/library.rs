//! Calls of `stepwright::functions`.

use super::code::Code;
use super::expression::Lowering;
use crate::expr::Expr;
use crate::shape::Shape;

impl Lowering<'_, '_> {
    /// A call of a function of [`functions`](crate::functions), where that many arguments fit it.
    pub(super) fn library(&mut self, name: &str, arguments: &[Expr]) -> Option<Code> {
        let list = |item: Shape| Shape::Array(Box::new(item));
        Some(match (name, arguments) {
            ("sorted", [all]) => {
                let all = self.value(all);
                let item = all.shape.item();
                if !matches!(
                    item.plain(),
                    Shape::Integer | Shape::Number | Shape::String | Shape::Any
                ) {
                    return Some(self.refuse_code(format!(
                        "JSONata orders numbers and texts, and this would order {}; do it in a task",
                        item.describe()
                    )));
                }
                let sorted = self.call("sort", &[&all], Shape::Any);
                self.listed(sorted, item)
            }
            ("unique", [all]) => {
                let all = self.value(all);
                let distinct = self.call("distinct", &[&all], Shape::Any);
                self.listed(distinct, all.shape.item())
            }
            ("chunks", [all, size]) => {
                let all = self.value(all);
                let size = self.value(size);
                let parts = self.call("partition", &[&all, &size], Shape::Any);
                self.listed(parts, list(all.shape.item()))
            }
            ("range", [first, last, step]) => {
                let bounds = [first, last, step].map(|bound| self.value(bound));
                let [first, last, step] = &bounds;
                let range = self.call("range", &[first, last, step], Shape::Any);
                self.listed(range, Shape::Integer)
            }
            ("now", []) => self.call("now", &[], Shape::String),
            ("uuid", []) => self.call("uuid", &[], Shape::String),
            ("millis", [time]) => {
                let time = self.value(time);
                self.call("toMillis", &[&time], Shape::Integer)
            }
            ("timestamp", [millis]) => {
                let millis = self.value(millis);
                self.call("fromMillis", &[&millis], Shape::String)
            }
            ("sha256", [text]) => {
                let text = self.value(text);
                let algorithm = super::quote::quote("SHA-256");
                self.call("hash", &[&text, &algorithm], Shape::String)
            }
            ("base64_encode", [text]) => {
                let text = self.value(text);
                self.call("base64encode", &[&text], Shape::String)
            }
            ("base64_decode", [text]) => {
                let text = self.value(text);
                self.call("base64decode", &[&text], Shape::String)
            }
            ("parse_json", [text]) => {
                let text = self.value(text);
                self.call("parse", &[&text], Shape::Any)
            }
            ("to_json", [value]) => {
                let value = self.value(value);
                self.json_text(&value)
            }
            ("number", [text]) => {
                let text = self.value(text);
                self.call("number", &[&text], Shape::Number)
            }
            _ => return None,
        })
    }
}
