//! Values without calls.

use super::{Context, Grower, Kind};

impl Grower {
    /// An expression of this type.
    pub(super) fn value(&mut self, kind: Kind, context: &Context) -> String {
        self.value_at(kind, context, 2)
    }

    fn read(&mut self, kind: Kind) -> Option<String> {
        let visible = self.visible_of(kind);
        if visible.is_empty() {
            return None;
        }
        let one = self.draw.of(&visible);
        Some(match (one.is_reference && kind.is_copy(), kind.is_copy()) {
            (true, _) => format!("*{}", one.name),
            (false, true) => one.name,
            (false, false) => format!("{}.clone()", one.name),
        })
    }

    /// The name of a variable of this type, without `clone`.
    pub(super) fn place(&mut self, kind: Kind) -> Option<String> {
        let mut visible = self.visible_of(kind);
        visible.retain(|one| !one.is_reference);
        (!visible.is_empty()).then(|| self.draw.of(&visible).name)
    }

    pub(super) fn value_at(&mut self, kind: Kind, context: &Context, depth: usize) -> String {
        if (depth == 0 || self.once_in(3))
            && let Some(read) = self.read(kind)
        {
            return read;
        }
        if depth > 0
            && self.once_in(10)
            && let Some(call) = self.called(kind, context, depth - 1)
        {
            self.form("function with #[expression]");
            return call;
        }
        match kind {
            Kind::Int => self.int(context, depth),
            Kind::Text => self.text(context, depth),
            Kind::Bool => self.condition(context, depth),
            Kind::List => self.list(context, depth),
            Kind::Maybe => match (self.number(4), depth) {
                (0, _) => "None".to_owned(),
                (1, 1..) => match self.place(Kind::List) {
                    Some(list) => format!("{list}.first().copied()"),
                    None => "Some(4)".to_owned(),
                },
                (2, 1..) => match self.place(Kind::Item) {
                    Some(item) => format!("{item}.note"),
                    None => "Some(0)".to_owned(),
                },
                _ => format!(
                    "Some({})",
                    self.value_at(Kind::Int, context, depth.saturating_sub(1))
                ),
            },
            Kind::Item => self.item(context, depth),
            Kind::Time => self.time(context, depth),
            Kind::Shape => match (self.number(3), depth) {
                (0, _) => "Shape::Dot".to_owned(),
                (1, _) => format!(
                    "Shape::Line {{ len: {} }}",
                    self.value_at(Kind::Int, context, depth.saturating_sub(1))
                ),
                _ => format!(
                    "Shape::Named({})",
                    self.value_at(Kind::Text, context, depth.saturating_sub(1))
                ),
            },
        }
    }

    /// A `json!` with values of every kind.
    pub(super) fn json(&mut self, context: &Context) -> String {
        self.form("json!");
        let value = |this: &mut Self| {
            let kind = this.kind();
            this.value_at(kind, context, 1)
        };
        let (first, second, third) = (value(self), value(self), value(self));
        match self.number(3) {
            0 => format!(
                "json!({{ \"id\": {first}, \"{{% $x %}}\": {{ \"a b\": {second}, \"\": [] }} }})"
            ),
            1 => format!("json!([{first}, null, {{ \"S\": {second} }}, json!({third})])"),
            _ => format!("json!({{ \"not\": [{first}, {{}}], \"$y\": {second} }})"),
        }
    }

    /// A call of a function with `#[expression]`.
    fn called(&mut self, kind: Kind, context: &Context, depth: usize) -> Option<String> {
        let item = self.place(Kind::Item);
        let number = self.value_at(Kind::Int, context, depth);
        Some(match kind {
            Kind::Int => match (self.number(4), item) {
                (0 | 1, Some(item)) => format!("weight(&{item}, {number})"),
                (0, None) if context.may_fail => format!("share(60, {number})"),
                (2, _) if context.may_fail => format!("share({number}, 7)"),
                _ => format!(
                    "second({number}, {})",
                    self.value_at(Kind::Int, context, depth)
                ),
            },
            Kind::Bool => format!("is_heavy(&{}, {number})", item?),
            Kind::Maybe => format!("first_tag(&{})", item?),
            Kind::Text => match self.place(Kind::Shape) {
                Some(shape) => {
                    let text = self.value_at(Kind::Text, context, depth);
                    format!("label(&{shape}, &{text})")
                }
                None => return None,
            },
            Kind::List => format!("shifted(&{}, {number})", self.place(Kind::List)?),
            Kind::Item => format!(
                "retagged(&{}, {})",
                item?,
                self.value_at(Kind::List, context, depth)
            ),
            Kind::Time => return None,
            Kind::Shape => format!(
                "longer({}, {number})",
                self.value_at(Kind::Shape, context, depth)
            ),
        })
    }

    fn int(&mut self, context: &Context, depth: usize) -> String {
        if depth == 0 {
            return ["0", "1", "2", "3", "7", "-1", "12"][self.number(7)].to_owned();
        }
        let inner = |this: &mut Self| this.value_at(Kind::Int, context, depth - 1);
        match self.number(18) {
            16 => {
                let part = [
                    "num_milliseconds",
                    "num_seconds",
                    "num_hours",
                    "abs().num_days",
                ][self.number(4)];
                format!("{}.{part}()", self.between(context, depth))
            }
            17 => match self.place(Kind::Time) {
                Some(time) => format!("({time}.timestamp() % 100)"),
                None => "15".to_owned(),
            },
            0 | 1 => format!("({} + {})", inner(self), inner(self)),
            2 => format!("({} - {})", inner(self), inner(self)),
            3 => format!("({} * 3) % 100", inner(self)).replacen('(', "((", 1) + ")",
            4 if context.may_fail => {
                self.form("division");
                format!("(60 / {})", paren(&inner(self)))
            }
            5 if context.may_fail => match self.place(Kind::List) {
                Some(list) => {
                    self.form("index");
                    format!("{list}[{}]", self.number(2))
                }
                None => "5".to_owned(),
            },
            6 => match self.place(Kind::List) {
                Some(list) => format!("({list}.len() as i64)"),
                None => "6".to_owned(),
            },
            7 => match self.place(Kind::Text) {
                Some(text) => format!("({text}.chars().count() as i64)"),
                None => "8".to_owned(),
            },
            8 => match self.place(Kind::Item) {
                Some(item) => format!("{item}.count"),
                None => "9".to_owned(),
            },
            9 => match self.place(Kind::Maybe) {
                Some(maybe) => format!("{maybe}.unwrap_or({})", inner(self)),
                None => "10".to_owned(),
            },
            10 => {
                let condition = self.condition(context, depth - 1);
                format!(
                    "(if {condition} {{ {} }} else {{ {} }})",
                    inner(self),
                    inner(self)
                )
            }
            11 => match self.place(Kind::Shape) {
                Some(shape) => {
                    self.form("match value in a value");
                    let name = self.name();
                    format!(
                        "(match &{shape} {{ Shape::Line {{ len: {name} }} => *{name}, Shape::Named({name}) => {name}.chars().count() as i64, Shape::Dot => {} }})",
                        inner(self)
                    )
                }
                None => "11".to_owned(),
            },
            12 => match self.place(Kind::List) {
                Some(list) => {
                    let name = self.name();
                    format!("{list}.iter().map(|{name}| {name} + 1).sum::<i64>()")
                }
                None => "13".to_owned(),
            },
            13 if context.may_fail => match self.place(Kind::List) {
                Some(list) => {
                    self.form("unsigned difference");
                    let least = self.number(3);
                    format!(
                        "(if {list}.len() - {least} > 1 {{ {} }} else {{ 0 }})",
                        inner(self)
                    )
                }
                None => "14".to_owned(),
            },
            14 => match self.place(Kind::List) {
                Some(list) => {
                    self.form("proven difference");
                    format!(
                        "(if !{list}.is_empty() && {list}.len() - 1 > 1 {{ {} }} else {{ 1 }})",
                        inner(self)
                    )
                }
                None => "15".to_owned(),
            },
            _ => self.int(context, 0),
        }
    }

    /// A time, also one that a duration of any sign and unit moves.
    fn time(&mut self, context: &Context, depth: usize) -> String {
        if depth == 0 {
            let clock = self.number(2) == 0;
            return match (self.place(Kind::Time), clock) {
                (Some(time), false) => time,
                _ => "Utc::now()".to_owned(),
            };
        }
        self.form("moved time");
        let time = self.value_at(Kind::Time, context, depth - 1);
        let sign = ["+", "-"][self.number(2)];
        let duration = match self.number(8) {
            0 => "Duration::days(2)".to_owned(),
            1 => "hours(7)".to_owned(),
            2 => "Days::new(3) + Duration::minutes(1)".to_owned(),
            3 => "std::time::Duration::from_millis(1_500)".to_owned(),
            4 => format!(
                "TimeDelta::seconds({})",
                self.value_at(Kind::Int, context, depth - 1)
            ),
            5 => format!(
                "Duration::days({}) * 3",
                self.value_at(Kind::Int, context, depth - 1)
            ),
            6 => "-(Duration::weeks(1) - TimeDelta::milliseconds(1))".to_owned(),
            _ => format!(
                "Duration::milliseconds({})",
                self.value_at(Kind::Int, context, depth - 1)
            ),
        };
        format!("({time} {sign} {duration})")
    }

    /// The duration between two times.
    fn between(&mut self, context: &Context, depth: usize) -> String {
        self.form("duration between times");
        let (one, other) = (
            self.value_at(Kind::Time, context, depth - 1),
            self.value_at(Kind::Time, context, depth - 1),
        );
        format!("({one} - {other})")
    }

    fn text(&mut self, context: &Context, depth: usize) -> String {
        if depth == 0 {
            return [
                "\"\".to_owned()",
                "\"a\".to_owned()",
                "\"b c\".to_owned()",
                "\"ü\".to_owned()",
            ][self.number(4)]
            .to_owned();
        }
        match self.number(9) {
            7 | 8 => self.slot(context, depth - 1),
            5 => {
                self.form("part of a text");
                let text = self.value_at(Kind::Text, context, depth - 1);
                let part = [".skip(1)", ".take(2)", ".rev()", ".skip(1).take(1)"][self.number(4)];
                format!("{text}.chars(){part}.collect::<String>()")
            }
            6 => {
                self.form("text of a time");
                let time = self.value_at(Kind::Time, context, depth - 1);
                format!("format!(\"{{}}\", {time})")
            }
            0 => {
                let (one, other) = (
                    self.value_at(Kind::Int, context, depth - 1),
                    self.value_at(Kind::Text, context, depth - 1),
                );
                format!("format!(\"{{}}-{{}}\", {one}, {other})")
            }
            1 => match self.place(Kind::Int) {
                Some(int) if !int.starts_with("r#") && !int.contains('.') => {
                    self.form("captured in a text");
                    format!("format!(\"<{{{int}}}>\")")
                }
                _ => "\"c\".to_owned()".to_owned(),
            },
            2 => match self.place(Kind::Item) {
                Some(item) => format!("{item}.name.clone()"),
                None => "\"d\".to_owned()".to_owned(),
            },
            3 => {
                let condition = self.condition(context, depth - 1);
                let (one, other) = (
                    self.value_at(Kind::Text, context, depth - 1),
                    self.value_at(Kind::Text, context, depth - 1),
                );
                format!("(if {condition} {{ {one} }} else {{ {other} }})")
            }
            _ => self.text(context, 0),
        }
    }

    /// A condition.
    pub(super) fn condition(&mut self, context: &Context, depth: usize) -> String {
        let int = |this: &mut Self| this.value_at(Kind::Int, context, depth.min(1));
        match self.number(13) {
            11 if depth > 0 => {
                let limit = [
                    "Duration::zero()",
                    "Duration::milliseconds(1)",
                    "TimeDelta::days(3)",
                ][self.number(3)];
                format!("{} > {limit}", self.between(context, depth))
            }
            12 if depth > 0 => format!(
                "{} <= {}",
                self.value_at(Kind::Time, context, depth - 1),
                self.value_at(Kind::Time, context, depth - 1)
            ),
            0 | 1 => format!("{} < {}", paren(&int(self)), int(self)),
            2 => format!("{} == {}", paren(&int(self)), int(self)),
            3 => format!("{} >= {}", paren(&int(self)), int(self)),
            4 => match self.read(Kind::Bool) {
                Some(flag) => format!("!{flag}"),
                None => "true".to_owned(),
            },
            5 => match self.place(Kind::Maybe) {
                Some(maybe) => format!("{maybe}.is_some()"),
                None => "false".to_owned(),
            },
            6 => match self.place(Kind::List) {
                Some(list) => format!("{list}.is_empty()"),
                None => "true".to_owned(),
            },
            7 => match self.place(Kind::Shape) {
                Some(shape) => format!("matches!({shape}, Shape::Line {{ .. }})"),
                None => "true".to_owned(),
            },
            8 if depth > 0 => format!(
                "({} && {})",
                self.condition(context, depth - 1),
                self.condition(context, depth - 1)
            ),
            9 if depth > 0 => format!(
                "({} || {})",
                self.condition(context, depth - 1),
                self.condition(context, depth - 1)
            ),
            _ => match self.place(Kind::Text) {
                Some(text) => format!("{text} == {}", self.value_at(Kind::Text, context, 0)),
                None => format!("{} > {}", paren(&int(self)), int(self)),
            },
        }
    }

    fn list(&mut self, context: &Context, depth: usize) -> String {
        if depth > 0 && self.once_in(3) {
            if let Some(item) = self.place(Kind::Item) {
                return format!("{item}.tags.clone()");
            }
        } else if depth > 0
            && self.once_in(2)
            && let Some(list) = self.place(Kind::List)
        {
            let name = self.name();
            self.form("closure");
            return match self.number(2) {
                0 => format!("{list}.iter().map(|{name}| {name} + 1).collect::<Vec<_>>()"),
                _ => format!(
                    "{list}.iter().copied().filter(|{name}| *{name} > 1).collect::<Vec<_>>()"
                ),
            };
        }
        let count = self.number(4);
        let items: Vec<String> = (0..count)
            .map(|_| self.value_at(Kind::Int, context, depth.saturating_sub(1)))
            .collect();
        if items.is_empty() {
            "Vec::<i64>::new()".to_owned()
        } else {
            format!("vec![{}]", items.join(", "))
        }
    }

    fn item(&mut self, context: &Context, depth: usize) -> String {
        let depth = depth.saturating_sub(1);
        if self.once_in(3)
            && let Some(item) = self.place(Kind::Item)
        {
            self.form("update of a struct");
            return format!(
                "Item {{ count: {}, ..{item}.clone() }}",
                self.value_at(Kind::Int, context, depth)
            );
        }
        let name = self.value_at(Kind::Text, context, depth);
        let count = self.value_at(Kind::Int, context, depth);
        let tags = self.value_at(Kind::List, context, depth);
        let note = self.value_at(Kind::Maybe, context, depth);
        format!("Item {{ name: {name}, count: {count}, tags: {tags}, note: {note} }}")
    }
}

/// In parentheses, if it begins with a sign or contains an operator.
fn paren(value: &str) -> String {
    if value.chars().all(|c| c.is_alphanumeric() || c == '_') {
        value.to_owned()
    } else {
        format!("({value})")
    }
}
