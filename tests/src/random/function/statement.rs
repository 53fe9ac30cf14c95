//! Statements.

use super::{Context, ErrorType, Grower, Kind, Loop};

impl Grower {
    /// Some statements.
    pub(super) fn statements(&mut self, context: &Context, count: usize) -> String {
        let mut text = String::new();
        for _ in 0..count {
            if self.budget == 0 {
                break;
            }
            self.budget -= 1;
            text.push_str(&self.statement(context));
            text.push(' ');
        }
        text
    }

    /// A block without a value; it may end with a `return` or a `break`.
    pub(super) fn block(&mut self, context: &Context, may_leave: bool) -> String {
        self.scoped(|this| {
            let context = &Context {
                depth: context.depth + 1,
                ..context.clone()
            };
            let count = match context.depth {
                0..3 => 1 + this.number(2),
                _ => 1,
            };
            let text = this.statements(context, count);
            if may_leave && this.once_in(4) {
                format!("{{ {text}{} }}", this.leave(context))
            } else {
                format!("{{ {text} }}")
            }
        })
    }

    /// A block with a value, or one that leaves.
    pub(super) fn value_block(&mut self, kind: Kind, context: &Context) -> String {
        self.scoped(|this| {
            let context = &Context {
                depth: context.depth + 1,
                ..context.clone()
            };
            let count = this.number(2);
            let text = this.statements(context, count);
            if this.once_in(8) {
                return format!("{{ {text}{} }}", this.leave(context));
            }
            let value = this.value(kind, context);
            format!("{{ {text}{value} }}")
        })
    }

    /// A statement that leaves the current code.
    pub(super) fn leave(&mut self, context: &Context) -> String {
        let loops: Vec<Loop> = context.loops.clone();
        if !loops.is_empty() && self.once_in(2) {
            let innermost = loops.iter().rposition(|one| one.is_loop);
            let at = self.number(loops.len());
            let one = &loops[at];
            let label = match &one.label {
                Some(label) if Some(at) != innermost || self.once_in(2) => format!(" {label}"),
                _ if Some(at) == innermost => String::new(),
                _ => return self.end(context),
            };
            if one.is_loop && self.once_in(2) {
                self.form("continue");
                return format!("continue{label};");
            }
            self.form("break");
            return match one.value {
                None => format!("break{label};"),
                Some(kind) => {
                    self.form("break with a value");
                    format!("break{label} {};", self.value(kind, context))
                }
            };
        }
        if context.may_fail && self.once_in(8) {
            self.form("panic");
            let state = self.attribute("P");
            let value = self.value(Kind::Int, context);
            return format!("{state}panic!(\"stopped at {{}}\", {value});");
        }
        self.end(context)
    }

    /// `return` of a value or an error.
    pub(super) fn end(&mut self, context: &Context) -> String {
        let state = self.attribute("E");
        if context.may_fail && context.error != ErrorType::Never && self.once_in(2) {
            self.form("return Err");
            let error = self.error(context);
            return format!("{state}return Err({error});");
        }
        self.form("early return");
        let value = self.value(context.result, context);
        match context.error {
            ErrorType::Never => format!("{state}return {value};"),
            _ => format!("{state}return Ok({value});"),
        }
    }

    fn error(&mut self, context: &Context) -> String {
        let int = if self.once_in(5) {
            self.form("digits of a raised error");
            let large = ["1_234_567_890_123_456", "-9_007_199_254_740_991"][self.number(2)];
            if context.error == ErrorType::Flow && self.once_in(2) {
                let ratio = ["0.30000000000000004", "2.5", "-123456.78901234567"][self.number(3)];
                return format!("FlowError::Inexact {{ ratio: {ratio}, all: vec![{large}, 7] }}");
            }
            large.to_owned()
        } else {
            self.value(Kind::Int, context)
        };
        let text = self.value(Kind::Text, context);
        match (context.error, self.number(3)) {
            (ErrorType::Work, 0) => "WorkError::Busy".to_owned(),
            (ErrorType::Work, 1) => format!("WorkError::Odd({int})"),
            (ErrorType::Work, _) => format!("WorkError::Refused {{ reason: {text}, code: {int} }}"),
            (_, 0) => "FlowError::Stopped".to_owned(),
            (_, 1) => format!("FlowError::Count({int})"),
            _ => format!("FlowError::Rejected {{ at: {int}, reason: {text} }}"),
        }
    }

    /// The last value of a function, a branch or a body.
    pub(super) fn last(&mut self, context: &Context) -> String {
        let state = self.attribute("D");
        let value = self.value(context.result, context);
        match context.error {
            ErrorType::Never => format!("{state}{value}"),
            _ => format!("{state}Ok({value})"),
        }
    }

    /// `mut` with the mutability, if the variable shall be assigned.
    fn mutable(&mut self) -> (&'static str, bool) {
        if self.once_in(2) {
            ("mut ", true)
        } else {
            ("", false)
        }
    }

    pub(super) fn maybe_attribute(&mut self, prefix: &str) -> String {
        if self.once_in(2) {
            self.attribute(prefix)
        } else {
            String::new()
        }
    }

    fn statement(&mut self, context: &Context) -> String {
        let is_deep = context.depth > 3;
        match self.number(41) {
            0 | 1 => self.let_value(context),
            2..=5 => self.assignment(context),
            6 | 7 if !is_deep => self.if_statement(context),
            8 if !is_deep => self.if_let(context),
            9 if !is_deep => self.let_else(context),
            10 | 11 if !is_deep => self.match_value(context),
            12..=14 => self.let_call(context),
            15..=17 if !is_deep => self.match_call(context),
            18 if !is_deep => self.if_let_call(context),
            19 | 20 if !is_deep => self.loop_statement(context),
            21 => {
                self.form("sleep");
                let state = self.attribute("W");
                let duration = match self.number(3) {
                    0 => "secs(2)".to_owned(),
                    1 => "mins(1)".to_owned(),
                    _ => match self.visible_of(Kind::List).first() {
                        Some(list) => format!("secs({}.len() as u64)", list.name),
                        None => "hours(1)".to_owned(),
                    },
                };
                format!("{state}sleep({duration}).await;")
            }
            22 | 23 if context.depth < 3 => self.map(context),
            24 | 25 if context.depth < 3 => self.try_join(context),
            26 if context.may_fail => {
                self.form("assert");
                let state = self.attribute("A");
                let condition = self.condition(context, 1);
                match self.number(3) {
                    0 => format!("{state}assert!({condition});"),
                    1 => format!(
                        "{state}assert!({condition}, \"not {{}}\", {});",
                        self.value(Kind::Int, context)
                    ),
                    _ => format!(
                        "{state}assert_ne!({}, {});",
                        self.value(Kind::Int, context),
                        self.value(Kind::Int, context)
                    ),
                }
            }
            27 if !is_deep => self.labelled_block(context),
            28 if !is_deep => self.deferred(context),
            30 | 31 => self.changes(context),
            34..=39 => self.deep_statement(context),
            40 => self.reused(context),
            32 => self.through_reference(context),
            33 if !is_deep => self.chain(context),
            29 => {
                self.form("let of a tuple");
                let (one, other) = (self.kind(), self.kind());
                let (first, second) = (self.name(), self.name());
                let values = format!(
                    "({}, {})",
                    self.value(one, context),
                    self.value(other, context)
                );
                if first == second {
                    return String::new();
                }
                let state = self.maybe_attribute("L");
                self.declare(&first, one, false, context);
                self.declare(&second, other, false, context);
                format!(
                    "{state}let ({first}, {second}): ({}, {}) = {values};",
                    one.rust(),
                    other.rust()
                )
            }
            _ => self.let_call(context),
        }
    }

    pub(super) fn let_value(&mut self, context: &Context) -> String {
        self.form("let");
        let kind = self.kind();
        let value = self.value(kind, context);
        let (word, is_mutable) = self.mutable();
        let name = self.name();
        let ty = if self.once_in(3) {
            format!(": {}", kind.rust())
        } else {
            String::new()
        };
        let state = self.maybe_attribute("L");
        self.declare(&name, kind, is_mutable, context);
        // A literal has no type.
        let ty = if kind == Kind::Int || kind == Kind::Maybe {
            format!(": {}", kind.rust())
        } else {
            ty
        };
        format!("{state}let {word}{name}{ty} = {value};")
    }

    fn assignment(&mut self, context: &Context) -> String {
        let variables = self.changeable(context);
        if variables.is_empty() {
            return self.let_value(context);
        }
        let one = self.draw.of(&variables);
        let state = self.maybe_attribute("L");
        let name = &one.name;
        if one.kind == Kind::Int && self.once_in(2) {
            self.form("+=");
            let operator = self.draw.of(&["+=", "-=", "+="]);
            return format!(
                "{state}{{ {name} {operator} {}; }}",
                self.value(Kind::Int, context)
            );
        }
        self.form("assignment");
        let value = self.value(one.kind, context);
        match one.kind {
            Kind::Int => format!("{state}{{ {name} = ({value}) % 1000; }}"),
            _ => format!("{state}{{ {name} = {value}; }}"),
        }
    }

    fn if_statement(&mut self, context: &Context) -> String {
        let state = self.attribute("I");
        let condition = self.condition(context, 1);
        let kind = self.kind();
        if self.once_in(3) {
            self.form("if with a value");
            let name = self.name();
            let (one, other) = (
                self.value_block(kind, context),
                self.value_block(kind, context),
            );
            self.declare(&name, kind, false, context);
            return format!(
                "{state}let {name}: {} = if {condition} {one} else {other};",
                kind.rust()
            );
        }
        self.form("if");
        let mut text = format!("{state}if {condition} {}", self.block(context, true));
        if self.once_in(3) {
            self.form("else if");
            let condition = self.condition(context, 1);
            text.push_str(&format!(
                " else if {condition} {}",
                self.block(context, true)
            ));
        }
        if self.once_in(2) {
            text.push_str(&format!(" else {}", self.block(context, true)));
        }
        text
    }

    fn if_let(&mut self, context: &Context) -> String {
        self.form("if let");
        let state = self.attribute("I");
        let name = self.name();
        let maybe = self.maybe(context);
        let guard = if self.once_in(4) {
            self.form("guard of if let");
            format!(" && {name} > 1")
        } else {
            String::new()
        };
        let inside = self.scoped(|this| {
            this.declare(&name, Kind::Int, false, context);
            this.block(context, true)
        });
        let other = if self.once_in(2) {
            format!(" else {}", self.block(context, true))
        } else {
            String::new()
        };
        format!("{state}if let Some({name}) = {maybe}{guard} {inside}{other}")
    }

    /// `if a && let Some(b) = c && let Some(d) = e`, also as a loop.
    fn chain(&mut self, context: &Context) -> String {
        self.form("chain of conditions");
        let count = 2 + self.number(3);
        let mut conditions = Vec::new();
        let inside = self.scoped(|this| {
            let mut patterns = 0;
            for at in 0..count {
                if this.once_in(2) || at + 1 == count && patterns == 0 {
                    patterns += 1;
                    let maybe = this.maybe(context);
                    let name = this.name();
                    this.declare(&name, Kind::Int, false, context);
                    conditions.push(format!("let Some({name}) = {maybe}"));
                } else {
                    conditions.push(format!("({})", this.condition(context, 1)));
                }
            }
            this.block(context, true)
        });
        let condition = conditions.join(" && ");
        let state = self.attribute("I");
        let other = if self.once_in(2) {
            format!(" else {}", self.block(context, true))
        } else {
            String::new()
        };
        format!("{state}if {condition} {inside}{other}")
    }

    fn let_else(&mut self, context: &Context) -> String {
        self.form("let else");
        let state = self.attribute("G");
        let name = self.name();
        if self.once_in(2) {
            let shape = self.value(Kind::Shape, context);
            let other = self.scoped(|this| this.leave(context));
            self.declare(&name, Kind::Int, false, context);
            return format!(
                "{state}let Shape::Line {{ len: {name} }} = ({shape}) else {{ {other} }};"
            );
        }
        let maybe = self.maybe(context);
        let other = self.scoped(|this| this.leave(context));
        self.declare(&name, Kind::Int, false, context);
        format!("{state}let Some({name}) = {maybe} else {{ {other} }};")
    }

    /// A variable, because a `match` of a literal does not become ASL.
    fn shape(&mut self, context: &Context) -> String {
        match self.visible_of(Kind::Shape).first() {
            Some(one) => format!("{}.clone()", one.name),
            None => self.value(Kind::Shape, context),
        }
    }

    /// An option with a type.
    fn maybe(&mut self, context: &Context) -> String {
        match self.value(Kind::Maybe, context) {
            none if none == "None" => "Some(2)".to_owned(),
            some => some,
        }
    }

    /// The bodies of a `match`: blocks, or values of one type.
    pub(super) fn arm(&mut self, kind: Option<Kind>, context: &Context) -> String {
        match kind {
            Some(kind) => self.value_block(kind, context),
            None => self.block(context, true),
        }
    }

    pub(super) fn arm_with(
        &mut self,
        name: &str,
        of: Kind,
        kind: Option<Kind>,
        context: &Context,
    ) -> String {
        self.scoped(|this| {
            this.declare(name, of, false, context);
            this.arm(kind, context)
        })
    }

    fn match_value(&mut self, context: &Context) -> String {
        self.form("match of a value");
        let state = self.attribute("M");
        let kind = self.once_in(2).then(|| self.kind());
        let target = self.name();
        let name = self.name();
        let text = match self.number(3) {
            0 => {
                let shape = self.shape(context);
                let line = if self.once_in(2) {
                    self.form("guard");
                    let first = self.arm_with(&name, Kind::Int, kind, context);
                    let second = self.arm(kind, context);
                    format!(
                        "Shape::Line {{ len: {name} }} if {name} > 2 => {first} Shape::Line {{ .. }} => {second}"
                    )
                } else {
                    format!(
                        "Shape::Line {{ len: {name} }} => {}",
                        self.arm_with(&name, Kind::Int, kind, context)
                    )
                };
                let named = self.arm_with(&name, Kind::Text, kind, context);
                let other = self.arm(kind, context);
                let last = self.draw.of(&["_", "Shape::Dot"]);
                format!(
                    "match {shape} {{ {line} Shape::Named({name}) => {named} {last} => {other} }}"
                )
            }
            1 => {
                let int = self.value(Kind::Int, context);
                let (one, two) = (self.arm(kind, context), self.arm(kind, context));
                self.form("literals");
                let other = self.arm_with(&name, Kind::Int, kind, context);
                format!("match {int} {{ 0 | 1 => {one} 2 => {two} {name} => {other} }}")
            }
            _ => {
                let maybe = self.maybe(context);
                let some = self.arm_with(&name, Kind::Int, kind, context);
                let none = self.arm(kind, context);
                format!("match {maybe} {{ Some({name}) => {some} None => {none} }}")
            }
        };
        self.bound(&state, &target, kind, &text, context)
    }

    /// A statement, or a `let` of its value.
    pub(super) fn bound(
        &mut self,
        state: &str,
        target: &str,
        kind: Option<Kind>,
        text: &str,
        context: &Context,
    ) -> String {
        match kind {
            Some(kind) => {
                self.declare(target, kind, false, context);
                format!("{state}let {target}: {} = {text};", kind.rust())
            }
            None => format!("{state}{text}"),
        }
    }

    fn loop_statement(&mut self, context: &Context) -> String {
        let label = if self.once_in(2) {
            self.labels += 1;
            self.form("label");
            Some(format!("'l{}", self.labels))
        } else {
            None
        };
        let prefix = label
            .as_ref()
            .map(|label| format!("{label}: "))
            .unwrap_or_default();
        let inside = |value: Option<Kind>| {
            let mut inside = context.clone();
            inside.depth += 1;
            inside.loops.push(Loop {
                label: label.clone(),
                is_loop: true,
                value,
            });
            inside
        };
        let count = 1 + self.number(3);
        let state = self.attribute("C");
        match self.number(3) {
            0 => {
                self.form("for");
                let item = self.name();
                let is_reference = self.once_in(3);
                let list = match (is_reference, self.visible_of(Kind::List).first()) {
                    (true, Some(list)) => format!("&{}", list.name),
                    _ => self.value(Kind::List, context),
                };
                let pattern = if list.starts_with('&') {
                    format!("&{item}")
                } else {
                    item.clone()
                };
                let body = self.scoped(|this| {
                    if let Some(list) = list.strip_prefix('&') {
                        this.borrowed.push(list.to_owned());
                    }
                    this.declare(&item, Kind::Int, false, context);
                    this.block(&inside(None), true)
                });
                format!("{state}{prefix}for {pattern} in {list} {body}")
            }
            1 => {
                self.form("while");
                self.labels += 1;
                let counter = format!("turn{}", self.labels);
                let condition = if self.once_in(2) {
                    format!("{counter} < {count} && {}", self.condition(context, 1))
                } else {
                    format!("{counter} < {count}")
                };
                let body = self.scoped(|this| this.block(&inside(None), true));
                format!(
                    "let mut {counter} = 0; {state}{prefix}while {condition} {{ {counter} += 1; {body} }}"
                )
            }
            _ => {
                self.form("loop");
                self.labels += 1;
                let counter = format!("turn{}", self.labels);
                let kind = self.once_in(2).then(|| self.kind());
                let target = self.name();
                let last = match kind {
                    Some(kind) => format!("break {};", self.value(kind, context)),
                    None => "break;".to_owned(),
                };
                let body = self.scoped(|this| this.block(&inside(kind), true));
                let text = format!(
                    "{prefix}loop {{ {counter} += 1; {state}if {counter} > {count} {{ {last} }} {body} }}"
                );
                format!(
                    "let mut {counter} = 0; {}",
                    self.bound("", &target, kind, &text, context)
                )
            }
        }
    }

    fn labelled_block(&mut self, context: &Context) -> String {
        self.form("labelled block");
        self.labels += 1;
        let label = format!("'b{}", self.labels);
        let kind = self.kind();
        let mut inside = context.clone();
        inside.loops.push(Loop {
            label: Some(label.clone()),
            is_loop: false,
            value: Some(kind),
        });
        let target = self.name();
        let state = self.attribute("I");
        let text = self.scoped(|this| {
            let statements = this.statements(&inside, 1);
            let condition = this.condition(&inside, 1);
            let early = this.value(kind, &inside);
            let last = this.value(kind, &inside);
            format!("{label}: {{ {statements}{state}if {condition} {{ break {label} {early}; }} {last} }}")
        });
        self.bound("", &target, Some(kind), &text, context)
    }

    /// A variable that both branches of an `if` assign.
    fn deferred(&mut self, context: &Context) -> String {
        self.form("deferred let");
        let kind = self.kind();
        let name = self.name();
        // Until its assignment the variable hides others of its name, and has no value.
        let all = self.variables.clone();
        let field = format!("{name}.");
        self.variables
            .retain(|one| one.name != name && !one.name.starts_with(&field));
        let condition = self.condition(context, 1);
        let (one, other) = (self.value(kind, context), self.value(kind, context));
        let call = self.scoped(|this| this.let_call(context));
        self.variables = all;
        let state = self.attribute("I");
        self.declare(&name, kind, false, context);
        // A separate block, because the call may shadow the name.
        format!(
            "let {name}: {}; {state}if {condition} {{ {name} = {one}; }} else {{ {{ {call} }} {name} = {other}; }}",
            kind.rust()
        )
    }
}
