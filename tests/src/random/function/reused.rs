//! Values that Rust lets a variable own, and that a statement uses twice.

use super::{Context, Grower, Kind};

impl Grower {
    /// A value in a variable, and two uses of it.
    pub(super) fn reused(&mut self, context: &Context) -> String {
        self.form("reused value");
        let list = self.place(Kind::List);
        let text = self.place(Kind::Text);
        let item = self.place(Kind::Item);
        let reused = self.name();
        let (first, second) = (self.name(), self.name());
        if reused == first || reused == second || first == second {
            return String::new();
        }
        let (value, uses) = match (self.number(8), list, text, item) {
            // Most uses that advance are refused.
            (0, Some(list), ..) => (
                format!("mut {reused} = {list}.iter()"),
                [
                    format!("{reused}.next().copied().unwrap_or(9)"),
                    format!("{reused}.next().copied().unwrap_or(8)"),
                ],
            ),
            (1, Some(list), ..) => (
                format!("mut {reused} = {list}.iter()"),
                [
                    format!("(if {reused}.any(|n| *n > 1) {{ 1 }} else {{ 2 }})"),
                    format!("({reused}.count() as i64)"),
                ],
            ),
            (2..=4, Some(list), ..) => (
                format!("{reused}: (Vec<i64>, i64) = ({list}.clone(), 5)"),
                [
                    format!("{reused}.1"),
                    format!("{reused}.0.first().copied().unwrap_or(4)"),
                ],
            ),
            (5..=7, _, _, Some(item)) => (
                format!("{reused} = &{item}"),
                [
                    format!("{reused}.count"),
                    format!("({reused}.name.chars().count() as i64)"),
                ],
            ),
            (_, _, Some(text), _) => (
                format!("{reused} = [{text}.clone(), {text}.clone()]"),
                [
                    format!("({reused}[0].chars().count() as i64)"),
                    format!("({reused}.len() as i64)"),
                ],
            ),
            _ => return String::new(),
        };
        self.declare(&first, Kind::Int, false, context);
        self.declare(&second, Kind::Int, false, context);
        let [one, other] = uses;
        format!("let {value}; let {first}: i64 = {one}; let {second}: i64 = {other};")
    }

    /// A value of any kind in a slot of a `format!`.
    pub(super) fn slot(&mut self, context: &Context, depth: usize) -> String {
        self.form("slot of a format");
        let kind = self
            .draw
            .of(&[Kind::Int, Kind::Text, Kind::Bool, Kind::Time]);
        let spec = self.draw.of(&[
            "", ":.2", ":.0", ":8", ":<9", ":^9", ":>9", ":*^9", ":08", ":+", ":+06", ":-<8.3",
        ]);
        let value = self.value_at(kind, context, depth);
        format!("format!(\"<{{{spec}}}>\", {value})")
    }
}
