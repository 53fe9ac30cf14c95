//! Changes of variables: several without a state between them, and changes through mutable
//! references.

use super::{Context, Grower, Kind, Variable};

impl Grower {
    /// The variables that the current code may change.
    pub(super) fn changeable(&self, context: &Context) -> Vec<Variable> {
        let mut variables = self.visible();
        variables.retain(|one| {
            one.is_mutable
                && !one.is_reference
                && one.body == context.body
                && !self.borrowed.contains(&one.name)
        });
        variables
    }

    /// Some changes without a state between them, with reads of the changed variables.
    pub(super) fn changes(&mut self, context: &Context) -> String {
        let variables = self.changeable(context);
        if variables.is_empty() {
            return self.let_value(context);
        }
        self.form("repeated changes");
        let first = self.draw.of(&variables);
        let count = 2 + self.number(3);
        let mut text = String::new();
        for _ in 0..count {
            let one = if self.once_in(3) {
                self.draw.of(&variables)
            } else {
                first.clone()
            };
            // A new name may hide the variable.
            if !self
                .changeable(context)
                .iter()
                .any(|seen| seen.name == one.name && seen.kind == one.kind)
            {
                continue;
            }
            text.push_str(&self.change(&one.name, "", one.kind, context));
            text.push(' ');
            if self.once_in(4) {
                text.push_str(&self.let_value(context));
                text.push(' ');
            }
        }
        text
    }

    /// One change of a variable; `pointer` is `*` if the name is a reference to it.
    fn change(&mut self, name: &str, pointer: &str, kind: Kind, context: &Context) -> String {
        let small = |value: String| format!("({value}) % 1000");
        match (kind, self.number(3)) {
            (Kind::Int, 0) => format!("{pointer}{name} = {};", small(self.value(kind, context))),
            (Kind::Int, _) => {
                let operator = self.draw.of(&["+=", "-="]);
                let value = small(self.value(kind, context));
                format!("{pointer}{name} {operator} {value};")
            }
            (Kind::List, 0) => {
                self.form("extend");
                format!("{name}.extend({});", self.value(kind, context))
            }
            (Kind::List, 1) => {
                self.form("push");
                format!("{name}.push({});", self.value(Kind::Int, context))
            }
            (Kind::Text, 0) => {
                self.form("push_str");
                format!("{name}.push_str(&{});", self.value(kind, context))
            }
            (Kind::Text, 1) => {
                self.form("push of a character");
                format!("{name}.push('x');")
            }
            (Kind::Item, 0 | 1) => {
                self.form("assignment of a field");
                match self.number(5) {
                    0 => format!("{name}.count += {};", small(self.value(Kind::Int, context))),
                    1 => format!("{name}.note = {};", self.value(Kind::Maybe, context)),
                    2 => format!("{name}.tags.push({});", self.value(Kind::Int, context)),
                    3 => format!(
                        "{name}.name.push_str(&{});",
                        self.value(Kind::Text, context)
                    ),
                    _ => format!("{name}.count = {};", small(self.value(Kind::Int, context))),
                }
            }
            _ => format!("{pointer}{name} = {};", self.value(kind, context)),
        }
    }

    /// `let r = &mut variable;` with changes through `r`.
    pub(super) fn through_reference(&mut self, context: &Context) -> String {
        let variables = self.changeable(context);
        if variables.is_empty() {
            return self.let_value(context);
        }
        self.form("mutable reference");
        let one = self.draw.of(&variables);
        self.scoped(|this| {
            this.labels += 1;
            let reference = format!("reference{}", this.labels);
            let mut text = format!("{{ let {reference} = &mut {}; ", one.name);
            this.borrowed.push(one.name.clone());
            // The variable is not read while the reference exists.
            let hidden = this.variables.clone();
            this.variables.retain(|other| other.name != one.name);
            let count = 1 + this.number(3);
            for _ in 0..count {
                let change = this.change(&reference, "*", one.kind, context);
                text.push_str(&change);
                text.push(' ');
            }
            this.variables = hidden;
            text.push('}');
            text
        })
    }
}
