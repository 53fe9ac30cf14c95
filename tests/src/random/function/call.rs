//! Calls of tasks.

use super::{Context, ErrorType, Grower, Kind};

/// A call without `.await`.
pub(super) struct Called {
    pub(super) text: String,
    /// The type of its result; `None` if it has none.
    pub(super) kind: Option<Kind>,
    /// The error type of the task, if it has one.
    error: Option<&'static str>,
    /// Whether its error is `Failed`.
    is_timed: bool,
}

impl Grower {
    pub(super) fn call(&mut self, context: &Context, wanted: Option<Kind>) -> Called {
        if let Some(fragment) = self.called_fragment(context, wanted) {
            let text = self.call_of_fragment(&fragment, context);
            return self.finished(text, Some(fragment.result), fragment.error(), false);
        }
        let may_be_timed = context.site != 'n';
        let is_timed = may_be_timed && self.once_in(8);
        let site = self.site(context, is_timed);
        let int = |this: &mut Self| this.argument(Kind::Int, context);
        let (text, kind, error) = match wanted.map_or_else(
            || self.number(9),
            |kind| match kind {
                Kind::Int => 0,
                Kind::Maybe => 2,
                Kind::Shape => 3,
                Kind::Item => 4,
                Kind::List => 6,
                Kind::Bool => 7,
                Kind::Text => 8,
                Kind::Time => 9,
            },
        ) {
            0 if self.once_in(5) => {
                self.form("null for a nested workflow");
                let child = format!("known({})", self.argument(Kind::Maybe, context));
                return self.finished(child, Some(Kind::Int), None, false);
            }
            2 if self.once_in(3) => {
                self.form("null as the argument");
                let task = format!("same({})", self.argument(Kind::Maybe, context));
                return self.finished(task, Some(Kind::Maybe), None, false);
            }
            9 => {
                let task = format!("same_time({})", self.argument(Kind::Time, context));
                return self.finished(task, Some(Kind::Time), None, false);
            }
            0 | 1 if self.once_in(4) => {
                self.form("task with a transparent error");
                let number = int(self);
                (
                    format!("stack({site}, {number})"),
                    Some(Kind::Int),
                    Some("StackError"),
                )
            }
            0 | 1 => (
                format!("step({site}, {})", int(self)),
                Some(Kind::Int),
                Some("WorkError"),
            ),
            2 => (
                format!("look({site}, {})", self.argument(Kind::Text, context)),
                Some(Kind::Maybe),
                Some("WorkError"),
            ),
            3 => (
                format!("pick({site}, {})", self.argument(Kind::List, context)),
                Some(Kind::Shape),
                Some("PickError"),
            ),
            4 => {
                let (int, text) = (int(self), self.argument(Kind::Text, context));
                (
                    format!("build({site}, {int}, {text})"),
                    Some(Kind::Item),
                    None,
                )
            }
            5 if self.once_in(2) => {
                let json = self.json(context);
                (format!("send({site}, {json})"), None, None)
            }
            5 => (
                format!("tell({site}, {})", self.argument(Kind::Text, context)),
                None,
                None,
            ),
            6 => (
                format!("gather({site}, {})", int(self)),
                Some(Kind::List),
                Some("WorkError"),
            ),
            7 => (
                format!("check({site}, {})", self.argument(Kind::Item, context)),
                Some(Kind::Bool),
                Some("PickError"),
            ),
            _ => {
                self.form("nested workflow");
                // The tasks of the nested workflow have no timeout.
                let site = site.replacen(
                    &format!("\"{}t", context.site),
                    &format!("\"{}", context.site),
                    1,
                );
                let input = format!(
                    "ChildInput {{ site: {site}, n: {} }}",
                    self.value(Kind::Int, context)
                );
                let child = format!("child({input})");
                return self.finished(child, Some(Kind::Text), Some("ChildError"), false);
            }
        };
        self.finished(text, kind, error, is_timed)
    }

    /// An argument, sometimes as a reference.
    pub(super) fn argument(&mut self, kind: Kind, context: &Context) -> String {
        let visible = self.visible_of(kind);
        match visible.iter().find(|one| !one.is_reference) {
            Some(one) if self.once_in(3) => format!("&{}", one.name),
            _ => self.value(kind, context),
        }
    }

    fn finished(
        &mut self,
        mut text: String,
        kind: Option<Kind>,
        error: Option<&'static str>,
        is_timed: bool,
    ) -> Called {
        let policy = |this: &mut Self| {
            this.form("retry");
            this.draw.of(&[
                "every(secs(1)).times(2)",
                "every(secs(3))",
                "every(secs(2)).times(3).backoff(1.5)",
                "every(mins(1)).times(2).backoff(3.0).max_delay(mins(2))",
            ])
        };
        if self.once_in(5) && error != Some("ChildError") {
            let when = match (error, self.number(3)) {
                (Some("WorkError"), 0) => "|e| matches!(e, WorkError::Busy)",
                (Some("WorkError"), 1) => {
                    "|e| matches!(e, WorkError::Busy | WorkError::Refused { .. })"
                }
                (Some("StackError"), 0) => "|e| matches!(e, StackError::Deep(_))",
                (Some("StackError"), 1) => {
                    "|e| matches!(e, StackError::Over { .. } | StackError::Side(..))"
                }
                (Some("PickError"), 0) => "|e| matches!(e, PickError::Odd { .. })",
                _ => "|_| true",
            };
            text.push_str(&format!(".retry({when}, {})", policy(self)));
        }
        if is_timed {
            self.form("timeout");
            text.push_str(".timeout(secs(30))");
            if self.once_in(3) && !text.contains("|_| true") {
                text.push_str(&format!(
                    ".retry(|e| matches!(e, Failed::Timeout), {})",
                    policy(self)
                ));
            }
        }
        text.push_str(&format!(".named(\"{}\")", self.state("T")));
        Called {
            text,
            kind,
            error,
            is_timed,
        }
    }

    /// Whether `?` may pass on the error of a call.
    fn passes(&self, called: &Called, context: &Context) -> bool {
        !called.is_timed
            && match (context.error, called.error) {
                (_, None) => true,
                (ErrorType::Flow, Some(_)) => true,
                (ErrorType::Work, Some(error)) => error == "WorkError",
                (ErrorType::Never, Some(_)) => false,
            }
    }

    /// A call whose error is passed on, as a statement.
    pub(super) fn let_call(&mut self, context: &Context) -> String {
        if self.once_in(6) && context.error != ErrorType::Never {
            return self.nested_call(context);
        }
        let called = self.call(context, None);
        if !self.passes(&called, context) {
            return self.matched(called, context);
        }
        let question = if called.error.is_some() { "?" } else { "" };
        self.form("call");
        let text = format!("{}.await{question}", called.text);
        match called.kind {
            None => format!("{text};"),
            Some(_) if self.once_in(5) => {
                self.form("ignored result");
                format!("{text};")
            }
            Some(kind) => {
                let mut assigned = self.visible_of(kind);
                assigned.retain(|one| {
                    one.is_mutable
                        && !one.is_reference
                        && one.body == context.body
                        && !self.borrowed.contains(&one.name)
                });
                if !assigned.is_empty() && self.once_in(3) {
                    self.form("assigned result");
                    let one = self.draw.of(&assigned);
                    let operator = if kind == Kind::Int && self.once_in(2) {
                        "+="
                    } else {
                        "="
                    };
                    return format!("{} {operator} {text};", one.name);
                }
                let name = self.name();
                self.declare(&name, kind, false, context);
                format!("let {name} = {text};")
            }
        }
    }

    /// `f(g(x).await?).await?`, and calls in an expression.
    fn nested_call(&mut self, context: &Context) -> String {
        self.form("nested calls");
        let inner = self.call(context, Some(Kind::Int));
        if !self.passes(&inner, context) {
            return self.matched(inner, context);
        }
        let question = if inner.error.is_some() { "?" } else { "" };
        let inner = format!("{}.await{question}", inner.text);
        let name = self.name();
        if self.once_in(3) {
            self.form("call in an expression");
            let value = self.value(Kind::Int, context);
            self.declare(&name, Kind::Int, false, context);
            return format!("let {name}: i64 = ({inner}) + {value};");
        }
        let (site, state) = (self.site(context, false), self.state("T"));
        if self.once_in(2) {
            let text = self.value(Kind::Text, context);
            self.declare(&name, Kind::Item, false, context);
            return format!(
                "let {name} = build({site}, {inner}, {text}).named(\"{state}\").await;"
            );
        }
        self.declare(&name, Kind::Int, false, context);
        format!("let {name} = step({site}, {inner}).named(\"{state}\").await?;")
    }

    pub(super) fn match_call(&mut self, context: &Context) -> String {
        if self.once_in(5) && context.site == 's' {
            return self.ask(context);
        }
        let called = self.call(context, None);
        self.matched(called, context)
    }

    /// `match call { Ok(..) => .., Err(..) => .. }`
    fn matched(&mut self, called: Called, context: &Context) -> String {
        self.form("match of a call");
        let kind = self.once_in(2).then(|| self.kind());
        let target = self.name();
        let state = self.attribute("M");
        let mut arms = self.ok_arms(called.kind, kind, context);
        arms.push_str(&self.error_arms(&called, kind, context));
        let text = format!("match {}.await {{ {arms} }}", called.text);
        self.bound(&state, &target, kind, &text, context)
    }

    fn ok_arms(&mut self, result: Option<Kind>, kind: Option<Kind>, context: &Context) -> String {
        let name = self.name();
        match result {
            None => format!("Ok(()) => {} ", self.arm(kind, context)),
            Some(Kind::Int) if self.once_in(2) => {
                self.form("guard of Ok");
                let first = self.arm_with(&name, Kind::Int, kind, context);
                let second = self.arm(kind, context);
                let third = self.arm_with(&name, Kind::Int, kind, context);
                format!(
                    "Ok({name}) if {name} > 3 => {first} Ok(0 | 1) => {second} Ok({name}) => {third} "
                )
            }
            Some(Kind::Shape) if self.once_in(2) => {
                self.form("patterns of Ok");
                let first = self.arm_with(&name, Kind::Int, kind, context);
                let second = self.arm_with(&name, Kind::Text, kind, context);
                let third = self.arm(kind, context);
                format!(
                    "Ok(Shape::Line {{ len: {name} }}) => {first} Ok(Shape::Named({name})) => {second} Ok(_) => {third} "
                )
            }
            Some(Kind::Maybe) if self.once_in(2) => {
                self.form("patterns of Ok");
                let first = self.arm_with(&name, Kind::Int, kind, context);
                let second = self.arm(kind, context);
                format!("Ok(Some({name})) => {first} Ok(None) => {second} ")
            }
            Some(result) if kind == Some(result) && self.once_in(2) => {
                format!("Ok({name}) => {name}, ")
            }
            Some(_) if self.once_in(4) => format!("Ok(_) => {} ", self.arm(kind, context)),
            Some(result) => format!(
                "Ok({name}) => {} ",
                self.arm_with(&name, result, kind, context)
            ),
        }
    }

    fn error_arms(&mut self, called: &Called, kind: Option<Kind>, context: &Context) -> String {
        let mut arms = String::new();
        let name = self.name();
        let wrapped = |pattern: &str| {
            if called.is_timed {
                format!("Err(Failed::Task({pattern}))")
            } else {
                format!("Err({pattern})")
            }
        };
        let Some(error) = called.error else {
            if called.is_timed && self.once_in(2) {
                let late = self.arm(kind, context);
                return format!(
                    "Err(Failed::Timeout) => {late} Err(Failed::Task(never)) => match never {{}}, "
                );
            }
            self.form("Err(_)");
            return format!("Err(_) => {} ", self.arm(kind, context));
        };
        if called.is_timed && self.once_in(2) {
            arms.push_str(&format!(
                "Err(Failed::Timeout) => {} ",
                self.arm(kind, context)
            ));
        }
        let mut variants = self.number(3);
        if variants > 0 {
            self.form("Err of a variant");
            let (pattern, of) = match error {
                "WorkError" if self.once_in(2) => {
                    self.form("alternatives of errors");
                    variants = 1;
                    (
                        format!(
                            "WorkError::Refused {{ code: {name}, .. }} | WorkError::Odd({name})"
                        ),
                        Kind::Int,
                    )
                }
                "ChildError" if self.once_in(2) => {
                    self.form("alternatives of errors");
                    (
                        format!(
                            "ChildError::Negative {{ value: {name} }} | ChildError::Large {{ above: {name}, .. }}"
                        ),
                        Kind::Int,
                    )
                }
                "StackError" => (format!("StackError::Over {{ by: {name} }}"), Kind::Int),
                "WorkError" => (
                    format!("WorkError::Refused {{ code: {name}, .. }}"),
                    Kind::Int,
                ),
                "PickError" => (format!("PickError::Odd {{ n: {name} }}"), Kind::Int),
                "FlowError" => {
                    self.form("alternatives of errors");
                    (
                        format!(
                            "FlowError::Count({name}) | FlowError::Rejected {{ at: {name}, .. }}"
                        ),
                        Kind::Int,
                    )
                }
                _ => (
                    format!("ChildError::Negative {{ value: {name} }}"),
                    Kind::Int,
                ),
            };
            let (pattern, of) = match transparent_variants(error) {
                [] => (pattern, Some(of)),
                variants if self.once_in(2) => {
                    self.form("transparent variant");
                    (self.draw.of(variants).to_owned(), None)
                }
                _ => (pattern, Some(of)),
            };
            let body = match of {
                Some(of) => self.arm_with(&name, of, kind, context),
                None => self.arm(kind, context),
            };
            arms.push_str(&format!("{} => {body} ", wrapped(&pattern)));
        }
        if variants > 1 && error == "WorkError" {
            let (pattern, has_name) = if self.once_in(2) {
                (format!("WorkError::Odd({name})"), true)
            } else {
                ("WorkError::Busy".to_owned(), false)
            };
            let body = if has_name {
                self.arm_with(&name, Kind::Int, kind, context)
            } else {
                self.arm(kind, context)
            };
            arms.push_str(&format!("{} => {body} ", wrapped(&pattern)));
        }
        let passes = !called.is_timed && self.passes(called, context);
        match self.number(4) {
            0 if passes => {
                self.form("Err(e) passed on");
                arms.push_str("Err(e) => return Err(e.into()), ");
            }
            1 if passes && error != "ChildError" => {
                self.form("Err(e) passed on after calls");
                let body = self.scoped(|this| this.statements(context, 1));
                let state = self.attribute("F");
                arms.push_str(&format!(
                    "Err(e) => {{ {{ {body} }} {state}return Err(e.into()); }} "
                ));
            }
            2 => arms.push_str(&format!("_ => {} ", self.arm(kind, context))),
            _ => {
                self.form("Err(_)");
                arms.push_str(&format!("Err(_) => {} ", self.arm(kind, context)));
            }
        }
        arms
    }

    /// `if let` and `let else` of the result of a call.
    pub(super) fn if_let_call(&mut self, context: &Context) -> String {
        let wanted = self.draw.of(&[Kind::Int, Kind::List, Kind::Maybe]);
        let mut called = self.call(context, Some(wanted));
        called.is_timed &= called.text.contains(".timeout");
        let state = self.attribute("I");
        let name = self.name();
        match self.number(3) {
            0 => {
                self.form("let else of a call");
                let other = self.scoped(|this| this.leave(context));
                self.declare(&name, wanted, false, context);
                format!(
                    "{state}let Ok({name}) = {}.await else {{ {other} }};",
                    called.text
                )
            }
            1 if !called.is_timed
                && called
                    .error
                    .is_some_and(|error| !transparent_variants(error).is_empty()) =>
            {
                self.form("if let Err");
                self.form("transparent variant");
                let variants = transparent_variants(called.error.unwrap_or_default());
                let pattern = self.draw.of(variants);
                format!(
                    "{state}if let Err({pattern}) = {}.await {}",
                    called.text,
                    self.block(context, true)
                )
            }
            1 if !called.is_timed => {
                self.form("if let Err");
                let inside = self.arm_with(&name, Kind::Int, None, context);
                let other = if self.once_in(2) {
                    format!(" else {}", self.block(context, true))
                } else {
                    String::new()
                };
                let also = if self.once_in(2) {
                    self.form("alternatives of errors");
                    format!(" | WorkError::Odd({name})")
                } else {
                    String::new()
                };
                format!(
                    "{state}if let Err(WorkError::Refused {{ code: {name}, .. }}{also}) = {}.await {inside}{other}",
                    called.text
                )
            }
            _ => {
                self.form("if let Ok");
                let inside = self.arm_with(&name, wanted, None, context);
                let other = if self.once_in(2) {
                    format!(" else {}", self.block(context, true))
                } else {
                    String::new()
                };
                format!(
                    "{state}if let Ok({name}) = {}.await {inside}{other}",
                    called.text
                )
            }
        }
    }

    /// A call that waits for an answer.
    fn ask(&mut self, context: &Context) -> String {
        self.form("task token");
        let (site, state) = (self.site(context, true), self.state("T"));
        let kind = self.once_in(2).then(|| self.kind());
        let (target, name) = (self.name(), self.name());
        let argument = self.argument(Kind::Int, context);
        let heartbeat = if self.once_in(3) {
            ".heartbeat(secs(20))"
        } else {
            ""
        };
        let yes = self.arm_with(&name, Kind::Text, kind, context);
        let no = self.arm_with(&name, Kind::Int, kind, context);
        let later = self.arm(kind, context);
        let late = self.arm(kind, context);
        let other = if self.once_in(2) {
            format!("Err(_) => {} ", self.arm(kind, context))
        } else {
            "Err(Failed::Task(never)) => match never {},".to_owned()
        };
        let choice = self.attribute("M");
        let text = format!(
            "match ask({site}, {argument}, task_token()).timeout(mins(5)){heartbeat}.named(\"{state}\").await {{ Ok(Answer::Yes {{ by: {name} }}) => {yes} \
             Ok(Answer::No({name})) => {no} Ok(Answer::Later) => {later} Err(Failed::Timeout) => {late} {other} }}"
        );
        self.bound(&choice, &target, kind, &text, context)
    }
}

/// Patterns of the variants that contain another error.
fn transparent_variants(error: &str) -> &'static [&'static str] {
    match error {
        "StackError" => &[
            "StackError::Deep(_)",
            "StackError::Side(..)",
            "StackError::Side(_) | StackError::Deep { .. }",
        ],
        "ChildError" => &["ChildError::Work(_)", "ChildError::Work(..)"],
        "FlowError" => &[
            "FlowError::Pick(_)",
            "FlowError::Pick(..) | FlowError::Stack(_)",
            "FlowError::Stack(_) | FlowError::Stopped",
        ],
        _ => &[],
    }
}
