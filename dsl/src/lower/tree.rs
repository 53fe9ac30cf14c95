//! Structured values, before they are written as a template or as an expression.

use super::members;
use super::report::Report;
use crate::expr::{Expr, ExprNode, Piece, Record, Text, Unary};
use crate::shape::{CustomForm, EnumShape, Field, Fields, Presence, Shape, Tagging, Variant};
use serde_json::Value;
use stepwright_asl::front_end::callable::JSON_PART;

/// A value whose leaves are computed in one of the query languages.
#[derive(Clone, Debug)]
pub(super) enum LoweredTree<L> {
    /// A JSON value, verbatim.
    Literal(Value),
    /// `${Name}` for a template engine.
    Placeholder(String),
    /// A computed value.
    Leaf(L),
    /// An object.
    Object(Vec<(String, LoweredTree<L>)>),
    /// An array.
    Array(Vec<LoweredTree<L>>),
    /// Merged objects; later keys replace earlier ones.
    Merge(Vec<LoweredTree<L>>),
    /// A member that is omitted if its value is `null`.
    Optional(Box<LoweredTree<L>>),
    /// A value whose shape is known more precisely than its parts show.
    Shaped(Box<LoweredTree<L>>, Shape),
}

impl<L> LoweredTree<L> {
    /// Whether no part of it is computed.
    pub(super) fn is_literal(&self) -> bool {
        match self {
            LoweredTree::Literal(_) => true,
            LoweredTree::Leaf(_)
            | LoweredTree::Merge(_)
            | LoweredTree::Placeholder(_)
            | LoweredTree::Optional(_) => false,
            LoweredTree::Object(entries) => entries.iter().all(|(_, value)| value.is_literal()),
            LoweredTree::Array(items) => items.iter().all(LoweredTree::is_literal),
            LoweredTree::Shaped(value, _) => value.is_literal(),
        }
    }

    /// Its value, if no part of it is computed.
    pub(super) fn into_literal(self) -> Result<Value, LoweredTree<L>> {
        if !self.is_literal() {
            return Err(self);
        }
        Ok(self.literal())
    }

    fn literal(self) -> Value {
        match self {
            LoweredTree::Literal(value) => value,
            LoweredTree::Object(entries) => {
                let entries = entries
                    .into_iter()
                    .map(|(key, value)| (key, value.literal()));
                Value::Object(entries.collect())
            }
            LoweredTree::Array(items) => items.into_iter().map(LoweredTree::literal).collect(),
            LoweredTree::Shaped(value, _) => value.literal(),
            LoweredTree::Leaf(_)
            | LoweredTree::Merge(_)
            | LoweredTree::Placeholder(_)
            | LoweredTree::Optional(_) => Value::Null,
        }
    }
}

/// Builds trees of expressions. The query language lowers the leaves.
pub(super) trait Build {
    type Leaf;

    /// Lowers an expression that is not a structured literal.
    fn leaf(&mut self, expr: &Expr) -> LoweredTree<Self::Leaf>;

    /// A value whose type rustc has determined.
    fn typed(&mut self, value: &Expr, shape: Shape) -> LoweredTree<Self::Leaf>;

    /// `Some` of a value.
    fn some(&mut self, value: LoweredTree<Self::Leaf>) -> LoweredTree<Self::Leaf> {
        value
    }

    /// A value in a `json!`.
    fn json_part(&mut self, value: LoweredTree<Self::Leaf>) -> LoweredTree<Self::Leaf> {
        value
    }

    /// A value of a struct or an enum.
    fn shaped(&mut self, value: LoweredTree<Self::Leaf>, _: Shape) -> LoweredTree<Self::Leaf> {
        value
    }

    /// The value of a field that is serialized by the user's functions, if it is read from a field
    /// with the same form.
    fn passed(&mut self, value: &Expr, form: CustomForm) -> Option<LoweredTree<Self::Leaf>>;

    /// The report that faults are added to.
    fn report(&mut self) -> &mut Report;

    /// Lowers any expression; if it cannot be lowered, reports a fault at its location.
    fn tree(&mut self, expr: &Expr) -> LoweredTree<Self::Leaf> {
        let before = self.report().enter(expr);
        let tree = if self.report().descend() {
            self.tree_here(expr)
        } else {
            LoweredTree::Literal(Value::Null)
        };
        self.report().ascend();
        self.report().leave(before);
        tree
    }

    /// Lowers any expression, without changing the location.
    fn tree_here(&mut self, expr: &Expr) -> LoweredTree<Self::Leaf> {
        if let Some(text) = plain_text(expr) {
            return LoweredTree::Literal(Value::String(text));
        }
        match &*expr.node {
            ExprNode::Literal(value) => LoweredTree::Literal(value.clone()),
            ExprNode::Placeholder(name) => {
                if !stepwright_asl::placeholder::is_name(name) {
                    self.report().fault(format!(
                        "`{name}` is not a name for a placeholder, so no template fills it in; write an ASCII letter, then letters, digits and `_`"
                    ));
                }
                LoweredTree::Placeholder(name.to_string())
            }
            ExprNode::None => LoweredTree::Literal(Value::Null),
            ExprNode::Unary(Unary::Neg, value) if negated(value).is_some() => {
                LoweredTree::Literal(negated(value).unwrap_or(Value::Null))
            }
            ExprNode::Some(value) => {
                let value = self.tree(value);
                self.some(value)
            }
            ExprNode::Typed(value, shape) => self.typed(value, Shape::Lazy(*shape)),
            ExprNode::Tuple(items) if items.is_empty() => LoweredTree::Literal(Value::Null),
            ExprNode::Tuple(items) | ExprNode::Array(items) => {
                LoweredTree::Array(items.iter().map(|item| self.tree(item)).collect())
            }
            ExprNode::Object(entries) => LoweredTree::Object(
                entries
                    .iter()
                    .map(|(key, value)| (key.to_string(), self.tree(value)))
                    .collect(),
            ),
            ExprNode::Record(record) => {
                let value = self.record(record);
                self.shaped(value, Shape::Lazy(record.shape))
            }
            ExprNode::Function(path, arguments) if path == JSON_PART => {
                match arguments.as_slice() {
                    [only] => {
                        let value = self.tree(only);
                        self.json_part(value)
                    }
                    _ => self.leaf(expr),
                }
            }
            ExprNode::Function(path, arguments)
                if path.starts_with("vec!") || path == "vec" || path == "Vec::from" =>
            {
                match arguments.as_slice() {
                    [only] if path == "Vec::from" => self.tree(only),
                    items => LoweredTree::Array(items.iter().map(|item| self.tree(item)).collect()),
                }
            }
            ExprNode::Function(path, arguments)
                if arguments.is_empty() && matches!(&**path, "Vec::new" | "Vec::default") =>
            {
                LoweredTree::Array(Vec::new())
            }
            ExprNode::Method(base, name, arguments)
                if arguments.is_empty()
                    && crate::expr::methods::is_identity(name)
                    && is_built(base) =>
            {
                self.tree(base)
            }
            _ => self.leaf(expr),
        }
    }

    /// Builds a struct or variant literal in serde's JSON form.
    fn record(&mut self, record: &Record) -> LoweredTree<Self::Leaf> {
        match (record.variant, (record.shape)().resolve()) {
            (None, Shape::Struct(shape)) => {
                let tag = shape
                    .tag
                    .map(|(key, name)| (key.into_owned(), name.into_owned()));
                self.fields(&shape.fields, &record.fields, tag)
            }
            (Some(name), Shape::Enum(shape)) => {
                match shape.variants.iter().find(|variant| variant.name == name) {
                    Some(variant) => self.variant(&shape, variant, &record.fields),
                    None => {
                        self.report().fault(format!("the variant `{}::{name}` is never written as JSON, because serde skips it", shape.name));
                        LoweredTree::Literal(Value::Null)
                    }
                }
            }
            (_, other) => {
                self.report().fault(format!(
                    "{} is opaque here, so its literal cannot be written: give the value as a constant, or build it in a task",
                    other.describe()
                ));
                LoweredTree::Literal(Value::Null)
            }
        }
    }

    /// Builds the fields of a struct or a variant.
    fn fields(
        &mut self,
        fields: &Fields,
        given: &[(Text, Expr)],
        tag: Option<(String, String)>,
    ) -> LoweredTree<Self::Leaf> {
        let find = |this: &mut Self, field: &Field| {
            let value = given.iter().find(|(name, _)| *name == field.name);
            match value {
                Some((_, value)) => this.field_value(field, value),
                None => LoweredTree::Literal(absent(field)),
            }
        };
        let head = tag.map(|(key, name)| (key, LoweredTree::Literal(Value::String(name))));
        match fields {
            Fields::Unit => match head {
                Some(entry) => LoweredTree::Object(vec![entry]),
                None => LoweredTree::Literal(Value::Null),
            },
            Fields::Newtype(field) => {
                let value = find(self, field);
                match head {
                    Some(entry) => merge(vec![LoweredTree::Object(vec![entry]), value]),
                    None => value,
                }
            }
            Fields::Tuple(fields) => {
                self.refuse_dropped(fields, given);
                let fields = fields.iter();
                let fields = fields.filter(|field| !matches!(field.presence, Presence::Never));
                LoweredTree::Array(fields.map(|field| find(self, field)).collect())
            }
            Fields::Named(fields) => {
                self.refuse_dropped(fields, given);
                let mut parts = vec![LoweredTree::Object(head.into_iter().collect())];
                for field in fields {
                    if matches!(field.presence, Presence::Never) {
                        continue;
                    }
                    let Some(value) = self.member(field, given) else {
                        continue;
                    };
                    if field.flatten {
                        parts.push(value);
                    } else {
                        parts.push(LoweredTree::Object(vec![(field.wire.to_string(), value)]));
                    }
                }
                merge(parts)
            }
        }
    }

    /// Refuses a value for a field that serde skips, if Rust may panic while it computes the value.
    fn refuse_dropped(&mut self, fields: &[Field], given: &[(Text, Expr)]) {
        for field in fields {
            let value = given.iter().find(|(name, _)| *name == field.name);
            if matches!(field.presence, Presence::Never)
                && let Some((_, value)) = value
                && value.can_panic()
            {
                let before = self.report().enter(value);
                self.report().fault(format!(
                    "serde skips the field `{}`, so a workflow does not compute this value, and Rust may panic there; give it \
                     a value that cannot panic",
                    field.name
                ));
                self.report().leave(before);
            }
        }
    }

    /// The value of a field in a literal.
    fn field_value(&mut self, field: &Field, value: &Expr) -> LoweredTree<Self::Leaf> {
        let Some(form) = members::custom_field(&field.shape) else {
            return self.tree(value);
        };
        let before = self.report().enter(value);
        let read = passed_on(value);
        let passed = match &*read.node {
            ExprNode::Field(..) | ExprNode::TupleField(..) => self.passed(read, form),
            _ => None,
        };
        let tree = passed.unwrap_or_else(|| {
            self.report().fault(form.refusal());
            LoweredTree::Literal(Value::Null)
        });
        self.report().leave(before);
        tree
    }

    /// The member of a field; `None` if serde omits it.
    fn member(&mut self, field: &Field, given: &[(Text, Expr)]) -> Option<LoweredTree<Self::Leaf>> {
        let given = given.iter().find(|(name, _)| *name == field.name);
        let Some((_, value)) = given else {
            let value = absent(field);
            let omitted = matches!(field.presence, Presence::Omitted(_)) && value.is_null();
            return (!omitted).then_some(LoweredTree::Literal(value));
        };
        match (&field.presence, value.untyped()) {
            (Presence::Omitted(_), ExprNode::None) => None,
            (Presence::Omitted(_), ExprNode::Some(_)) => Some(self.field_value(field, value)),
            (Presence::Omitted(_), _) => match self.field_value(field, value) {
                LoweredTree::Literal(Value::Null) => None,
                LoweredTree::Literal(literal) => Some(LoweredTree::Literal(literal)),
                computed => Some(LoweredTree::Optional(Box::new(computed))),
            },
            _ => Some(self.field_value(field, value)),
        }
    }

    /// Builds a variant with its enum's tagging.
    fn variant(
        &mut self,
        shape: &EnumShape,
        variant: &Variant,
        given: &[(Text, Expr)],
    ) -> LoweredTree<Self::Leaf> {
        let wire = variant.wire.to_string();
        let unit = matches!(variant.fields, Fields::Unit);
        if variant.untagged {
            return self.fields(&variant.fields, given, None);
        }
        match &shape.tagging {
            Tagging::External if unit => LoweredTree::Literal(Value::String(wire)),
            Tagging::External => {
                let content = self.fields(&variant.fields, given, None);
                LoweredTree::Object(vec![(wire, content)])
            }
            Tagging::Internal { tag } => {
                self.fields(&variant.fields, given, Some((tag.to_string(), wire)))
            }
            Tagging::Adjacent { tag, content } => {
                let mut entries =
                    vec![(tag.to_string(), LoweredTree::Literal(Value::String(wire)))];
                if !unit {
                    let value = self.fields(&variant.fields, given, None);
                    entries.push((content.to_string(), value));
                }
                LoweredTree::Object(entries)
            }
            Tagging::Untagged => self.fields(&variant.fields, given, None),
        }
    }
}

/// A constant text, in any form that makes a `String`: `"us".to_string()`, `String::from("us")`.
fn plain_text(expr: &Expr) -> Option<String> {
    match &*expr.node {
        ExprNode::Literal(Value::String(text)) => Some(text.clone()),
        ExprNode::Typed(value, shape) => match shape().resolve() {
            Shape::String | Shape::Any => plain_text(value),
            _ => None,
        },
        ExprNode::Method(base, name, arguments)
            if arguments.is_empty()
                && (name == "to_string" || crate::expr::methods::is_identity(name)) =>
        {
            plain_text(base)
        }
        ExprNode::Function(path, arguments) if is_text(path) => match arguments.as_slice() {
            [only] => plain_text(only),
            _ => None,
        },
        ExprNode::Format(pieces) => pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => Some(&**text),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}

/// Whether a function returns the text of its argument.
fn is_text(path: &str) -> bool {
    [
        "String::from",
        "Cow::from",
        "Cow::Borrowed",
        "Cow::Owned",
        "Box::new",
    ]
    .contains(&path)
}

/// A literal number with the opposite sign.
fn negated(value: &Expr) -> Option<Value> {
    let ExprNode::Literal(Value::Number(number)) = &*value.node else {
        return None;
    };
    match number.as_i64() {
        Some(whole) => whole.checked_neg().map(Value::from),
        None if number.as_u64() == Some(i64::MIN.unsigned_abs()) => Some(Value::from(i64::MIN)),
        None => number.as_f64().map(|number| Value::from(-number)),
    }
}

/// The value itself, without methods that do not change the JSON.
fn passed_on(value: &Expr) -> &Expr {
    match &*value.node {
        ExprNode::Typed(value, _) => passed_on(value),
        ExprNode::Method(base, name, arguments)
            if arguments.is_empty() && crate::expr::methods::is_identity(name) =>
        {
            passed_on(base)
        }
        _ => value,
    }
}

/// Whether an expression is a structured literal.
fn is_built(expr: &Expr) -> bool {
    if let ExprNode::Typed(value, _) = &*expr.node {
        return is_built(value);
    }
    matches!(
        &*expr.node,
        ExprNode::Record(_)
            | ExprNode::Tuple(_)
            | ExprNode::Array(_)
            | ExprNode::Object(_)
            | ExprNode::Literal(_)
            | ExprNode::Placeholder(_)
    )
}

/// The value of a field that a literal takes from `..Default::default()`.
fn absent(field: &Field) -> Value {
    match field.presence {
        Presence::Sometimes(Some(default)) | Presence::Omitted(Some(default)) => default(),
        _ => Value::Null,
    }
}

/// Merges adjacent objects; computed parts remain separate.
fn merge<L>(parts: Vec<LoweredTree<L>>) -> LoweredTree<L> {
    let mut merged: Vec<LoweredTree<L>> = Vec::new();
    for part in parts {
        let part = match part {
            LoweredTree::Shaped(inner, _)
                if matches!(*inner, LoweredTree::Object(_) | LoweredTree::Merge(_)) =>
            {
                vec![merge(vec![*inner])]
            }
            LoweredTree::Merge(inner) => inner,
            LoweredTree::Literal(Value::Object(entries)) => vec![LoweredTree::Object(
                entries
                    .into_iter()
                    .map(|(key, value)| (key, LoweredTree::Literal(value)))
                    .collect(),
            )],
            // A flattened `None` adds nothing.
            LoweredTree::Literal(Value::Null) => Vec::new(),
            other => vec![other],
        };
        for part in part {
            match (merged.last_mut(), part) {
                (Some(LoweredTree::Object(entries)), LoweredTree::Object(more)) => {
                    entries.extend(more)
                }
                (_, part) => merged.push(part),
            }
        }
    }
    if matches!(merged.first(), Some(LoweredTree::Object(entries)) if entries.is_empty())
        && merged.len() > 1
    {
        merged.remove(0);
    }
    match merged.len() {
        1 => merged.remove(0),
        _ => LoweredTree::Merge(merged),
    }
}
