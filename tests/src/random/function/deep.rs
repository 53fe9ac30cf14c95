//! Values that contain calls, in every position that is always evaluated. The arguments of a call
//! contain further calls.

use super::{Context, ErrorType, Grower, Kind};

impl Grower {
    /// A `let`, an assignment or an early end with a value that contains calls.
    pub(super) fn deep_statement(&mut self, context: &Context) -> String {
        self.form("calls in a value");
        // A failure of a part may be before or after a call of another part.
        let quiet = &Context {
            may_fail: false,
            ..context.clone()
        };
        if context.may_fail && context.error == ErrorType::Flow && self.once_in(5) {
            self.form("calls in an error");
            let (at, reason) = (
                self.deep(Kind::Int, quiet, 2),
                self.deep(Kind::Text, quiet, 1),
            );
            let (choice, end) = (self.attribute("I"), self.attribute("E"));
            let condition = self.condition(quiet, 1);
            return format!(
                "{choice}if {condition} {{ {end}return Err(FlowError::Rejected {{ at: {at}, reason: {reason} }}); }}"
            );
        }
        if self.once_in(6) {
            self.form("calls in json!");
            let (site, state) = (self.site(context, false), self.state("T"));
            let (first, second) = (
                self.deep(Kind::Int, quiet, 2),
                self.deep(Kind::List, quiet, 2),
            );
            return format!(
                "send({site}, json!({{ \"a\": ({first}), \"b\": [({second}), null] }})).named(\"{state}\").await;"
            );
        }
        let kind = self.draw.of(&[
            Kind::Int,
            Kind::Int,
            Kind::Text,
            Kind::List,
            Kind::Maybe,
            Kind::Item,
            Kind::Shape,
        ]);
        let value = self.deep(kind, quiet, 3);
        let name = self.name();
        self.declare(&name, kind, false, context);
        format!("let {name}: {} = {value};", kind.rust())
    }

    /// A value of this type, which may contain calls.
    fn deep(&mut self, kind: Kind, context: &Context, depth: usize) -> String {
        if depth == 0 || self.once_in(8) {
            return self.value_at(kind, context, 1);
        }
        if !self.once_in(3)
            && let Some(call) = self.deep_call(kind, context, depth - 1)
        {
            return call;
        }
        if self.once_in(8) {
            return self.deep_block(kind, context, depth - 1);
        }
        let deep = |this: &mut Self, kind| this.deep(kind, context, depth - 1);
        match kind {
            Kind::Int => match self.number(3) {
                0 => format!("({} + {})", deep(self, kind), deep(self, kind)),
                1 => format!("({} - {})", deep(self, kind), deep(self, kind)),
                _ => {
                    let (maybe, other) = (deep(self, Kind::Maybe), deep(self, kind));
                    if maybe.contains(".await") {
                        // A method of options does not read the result of a call.
                        format!("({other} - 1)")
                    } else {
                        format!("{maybe}.unwrap_or({other})")
                    }
                }
            },
            Kind::Text => format!(
                "format!(\"{{}}|{{named}}|{{:>4}}\", {}, {}, named = {})",
                deep(self, Kind::Int),
                deep(self, Kind::Text),
                deep(self, Kind::Int)
            ),
            Kind::List => format!(
                "vec![{}, {}, {}]",
                deep(self, Kind::Int),
                deep(self, Kind::Int),
                deep(self, Kind::Int)
            ),
            Kind::Maybe => format!("Some({})", deep(self, Kind::Int)),
            Kind::Item => format!(
                "Item {{ name: {}, count: {}, tags: {}, note: {} }}",
                deep(self, Kind::Text),
                deep(self, Kind::Int),
                deep(self, Kind::List),
                deep(self, Kind::Maybe)
            ),
            Kind::Shape => format!("Shape::Line {{ len: {} }}", deep(self, Kind::Int)),
            Kind::Bool | Kind::Time => self.value_at(kind, context, 1),
        }
    }

    /// A call with a result of this type.
    fn deep_call(&mut self, kind: Kind, context: &Context, depth: usize) -> Option<String> {
        let passes = context.error != ErrorType::Never;
        let state = self.state("T");
        let call = match kind {
            Kind::Int if passes && self.once_in(2) => {
                let site = self.site(context, false);
                let number = self.deep(kind, context, depth);
                return Some(format!("step({site}, {number}).named(\"{state}\").await?"));
            }
            Kind::Int => format!("known(Some({}))", self.deep(kind, context, depth)),
            Kind::Maybe => format!("same({})", self.deep(kind, context, depth)),
            Kind::List if passes => {
                let site = self.site(context, false);
                let number = self.deep(Kind::Int, context, depth);
                return Some(format!(
                    "gather({site}, {number}).named(\"{state}\").await?"
                ));
            }
            Kind::Item => {
                let site = self.site(context, false);
                let (number, text) = (
                    self.deep(Kind::Int, context, depth),
                    self.deep(Kind::Text, context, depth),
                );
                format!("build({site}, {number}, {text})")
            }
            Kind::Text | Kind::Shape | Kind::Bool | Kind::Time | Kind::List => return None,
        };
        Some(format!("{call}.named(\"{state}\").await"))
    }

    /// A block whose calls read its variables, of which some have names of outer ones.
    fn deep_block(&mut self, kind: Kind, context: &Context, depth: usize) -> String {
        self.form("block with calls in a value");
        self.scoped(|this| {
            let first = this.deep(Kind::Int, context, depth);
            let name = this.name();
            this.declare(&name, Kind::Int, false, context);
            let value = this.deep(kind, context, depth);
            format!("{{ let {name}: i64 = {first}; {value} }}")
        })
    }
}
