//! The names of states that the function does not name: they follow from the code of that state
//! alone, so that edits elsewhere do not change them.

use super::name_attributes::NumberedName;
use crate::function::source::scan::by_value;
use crate::functions::is_type;
use crate::machine::{LetBinding, is_bound, is_of_prelude, own_name};
use crate::name::{pascal, text};
use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::visit::Visit;
use syn::{Attribute, BinOp, Block, Expr, Lit, LitStr, Pat, Stmt, UnOp};

/// A state's name, and how the user writes another one.
#[derive(Clone)]
pub(crate) struct StateName {
    pub(crate) text: String,
    pub(crate) span: Span,
    /// The name is in the source: `#[state(Name)]` or `.named("Name")`.
    pub(crate) is_explicit: bool,
    /// Whether it is a call, which `.named("..")` names.
    pub(crate) is_call: bool,
    /// The number of its attribute `#[state(Name)]`.
    pub(crate) attribute: Option<usize>,
    /// Where a name can be written.
    pub(crate) place: Span,
    /// The names of the code around the state, outermost first.
    pub(crate) around: Vec<String>,
    /// Parts of its code that may differ from those of a state with the same name.
    pub(crate) details: Vec<String>,
    /// Whether a number follows if no other name is free: the state is no statement that a user can
    /// name.
    pub(crate) is_numbered: bool,
}

impl StateName {
    /// A name that follows from the code.
    pub(crate) fn derived(text: impl Into<String>, span: Span) -> StateName {
        StateName {
            text: text.into(),
            span,
            is_explicit: false,
            is_call: false,
            attribute: None,
            place: span,
            around: Vec::new(),
            details: Vec::new(),
            is_numbered: false,
        }
    }

    /// Adds parts of its code that may differ from those of a state with the same name.
    pub(crate) fn with_details(mut self, details: impl IntoIterator<Item = String>) -> StateName {
        let details = details.into_iter();
        self.details
            .extend(details.filter(|detail| !detail.is_empty()));
        self
    }

    /// The name of a call, which `.named("..")` replaces.
    pub(crate) fn of_call(text: impl Into<String>, span: Span) -> StateName {
        StateName {
            is_call: true,
            ..StateName::derived(text, span)
        }
    }

    /// The name in `#[state(Name)]`.
    pub(crate) fn explicit(name: &NumberedName) -> StateName {
        StateName {
            is_explicit: true,
            attribute: name.number,
            ..StateName::derived(text(&name.name), name.name.span())
        }
    }

    /// The name in `.named("Name")`.
    pub(crate) fn of_option(name: &LitStr) -> StateName {
        StateName {
            is_explicit: true,
            ..StateName::of_call(name.value(), name.span())
        }
    }
}

impl StateName {
    /// Adds the name that the result of the call gets.
    pub(crate) fn is_bound_to(&mut self, target: &LetBinding) {
        let first = target.names.iter().flatten().next();
        let base = first.map(text).unwrap_or_default();
        let base = pascal(base.rsplit_once("__").map_or("", |(base, _)| base));
        if !base.is_empty() && base != self.text {
            self.details.insert(0, base);
        }
    }
}

/// `ChargeCard` as `charge_card`.
fn snake(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

/// The variable with the name of a subject and this suffix. `otherwise` is its name where a subject
/// has no name, or one such as `1` for `_1`.
pub(crate) fn variable(subject: &str, suffix: &str, otherwise: &str, span: Span) -> Ident {
    let text = snake(subject) + suffix;
    crate::name::identifier(&text, span).unwrap_or_else(|| Ident::new(otherwise, span))
}

/// The subject of an expression in PascalCase: the field, variable or function that it begins with.
pub(crate) fn subject(value: &Expr) -> String {
    let text = match value {
        Expr::Path(path) => own_name(&path.path).map(text),
        Expr::Field(field) => match &field.member {
            syn::Member::Named(name) => Some(text(name)),
            syn::Member::Unnamed(_) => return subject(&field.base),
        },
        Expr::Binary(binary) => match &*binary.left {
            Expr::Lit(_) => return subject(&binary.right),
            left => return subject(left),
        },
        Expr::Unary(unary) => return subject(&unary.expr),
        Expr::Paren(inner) => return subject(&inner.expr),
        Expr::Group(inner) => return subject(&inner.expr),
        Expr::Reference(inner) => return subject(&inner.expr),
        Expr::MethodCall(call) => return subject(&call.receiver),
        Expr::Index(index) => return subject(&index.expr),
        Expr::Cast(cast) => return subject(&cast.expr),
        Expr::Await(one) => return subject(&one.base),
        Expr::Try(one) => return subject(&one.expr),
        Expr::Let(one) => return subject(&one.expr),
        Expr::Call(call) => match crate::function::source::scan::called(call) {
            Some(path) if is_of_prelude(path, "Some") => {
                return call.args.first().map_or_else(String::new, subject);
            }
            Some(path) => own_name(path).map(text),
            None => None,
        },
        Expr::Tuple(tuple) => return tuple.elems.first().map_or_else(String::new, subject),
        Expr::Macro(one) => own_name(&one.mac.path).map(text),
        _ => None,
    };
    pascal(&text.unwrap_or_default())
}

/// The first name of a pattern in PascalCase.
pub(crate) fn pattern_subject(pattern: &Pat) -> String {
    super::pattern_names::bound_names(pattern)
        .first()
        .map(|name| pascal(&text(name)))
        .unwrap_or_default()
}

/// The longest part of a name that follows from a text.
const LONGEST_WORD: usize = 24;

/// An expression as a part of a name; empty if it has no short one.
pub(crate) fn word(value: &Expr) -> String {
    match value {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => pascal_words(&text.value()),
            Lit::Char(letter) => pascal_words(&letter.value().to_string()),
            Lit::Bool(value) => pascal(&value.value.to_string()),
            Lit::Int(number) => number.base10_digits().to_owned(),
            Lit::Float(number) => number.base10_digits().replace('.', "_"),
            _ => String::new(),
        },
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => {
            format!("Minus{}", word(&unary.expr))
        }
        Expr::Paren(inner) => word(&inner.expr),
        Expr::Group(inner) => word(&inner.expr),
        Expr::Reference(inner) => word(&inner.expr),
        Expr::MethodCall(call) if matches!(*call.receiver, Expr::Lit(_)) => word(&call.receiver),
        Expr::Call(call) => {
            let name = crate::function::source::scan::called(call)
                .and_then(own_name)
                .map(text);
            let argument = call.args.first().map_or_else(String::new, word);
            pascal(&name.unwrap_or_default()) + &argument
        }
        Expr::Binary(binary) => format!(
            "{}{}{}",
            word(&binary.left),
            operator_word(&binary.op),
            word(&binary.right)
        ),
        Expr::Macro(one) => match one.mac.parse_body_with(first_argument) {
            Ok(first) => word(&first),
            Err(_) => String::new(),
        },
        other => subject(other),
    }
}

/// Whether an expression is a literal, or a text of one.
pub(crate) fn is_literal(value: &Expr) -> bool {
    match by_value(value) {
        Expr::Lit(_) => true,
        Expr::MethodCall(call) => matches!(*call.receiver, Expr::Lit(_)),
        _ => false,
    }
}

fn first_argument(input: syn::parse::ParseStream) -> syn::Result<Expr> {
    let first = input.parse()?;
    input.parse::<proc_macro2::TokenStream>()?;
    Ok(first)
}

/// The words of a text in PascalCase.
fn pascal_words(text: &str) -> String {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    let all: String = words.filter(|word| !word.is_empty()).map(pascal).collect();
    all.chars().take(LONGEST_WORD).collect()
}

fn operator_word(operator: &BinOp) -> &'static str {
    match operator {
        BinOp::Lt(_) => "Under",
        BinOp::Le(_) => "AtMost",
        BinOp::Gt(_) => "Over",
        BinOp::Ge(_) => "AtLeast",
        BinOp::Eq(_) => "Is",
        BinOp::Ne(_) => "IsNot",
        BinOp::And(_) => "And",
        BinOp::Or(_) => "Or",
        BinOp::Add(_) => "Plus",
        BinOp::Sub(_) => "Minus",
        BinOp::Mul(_) => "Times",
        BinOp::Div(_) => "By",
        _ => "",
    }
}

/// A condition without its subject: `Over100` of `total > 100`.
pub(crate) fn condition_words(condition: &Expr) -> String {
    match condition {
        Expr::Paren(inner) => condition_words(&inner.expr),
        Expr::Group(inner) => condition_words(&inner.expr),
        Expr::Let(one) => variant_of(&one.pat),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Not(_)) => {
            format!("Not{}", condition_words(&unary.expr))
        }
        Expr::MethodCall(call) => {
            let argument = call.args.first().map_or_else(String::new, word);
            pascal(&text(&call.method)) + &argument
        }
        Expr::Binary(binary) => match (&binary.op, &*binary.left) {
            (BinOp::And(_) | BinOp::Or(_), left) => format!(
                "{}{}{}{}",
                condition_words(left),
                operator_word(&binary.op),
                subject(&binary.right),
                condition_words(&binary.right)
            ),
            // The literal is not the subject.
            (operator, literal @ Expr::Lit(_)) => {
                operator_word(operator).to_owned() + &word(literal)
            }
            (operator, _) => operator_word(operator).to_owned() + &word(&binary.right),
        },
        _ => String::new(),
    }
}

/// The variant of a pattern; empty if it has none.
pub(crate) fn variant_of(pattern: &Pat) -> String {
    let variant = |path: &syn::Path| own_name(path).map(text).unwrap_or_default();
    match pattern {
        Pat::Or(or) => or.cases.first().map_or_else(String::new, variant_of),
        Pat::Paren(inner) => variant_of(&inner.pat),
        Pat::Reference(inner) => variant_of(&inner.pat),
        Pat::Guard(both) => variant_of(&both.pat),
        Pat::Struct(one) => variant(&one.path),
        Pat::Path(one) => variant(&one.path),
        Pat::Ident(one) if !is_bound(&one.ident) => text(&one.ident),
        Pat::TupleStruct(one) => {
            let own = variant(&one.path);
            match own.as_str() {
                "Ok" | "Err" | "Some" | "Task" => {
                    one.elems.first().map_or_else(String::new, variant_of)
                }
                _ => own,
            }
        }
        _ => String::new(),
    }
}

/// The name of an arm, as a part of the names of states in it. `of` is the name of the matched
/// value, and `other` that of an arm for every other value.
pub(crate) fn arm_name(of: &str, other: &str, pattern: &Pat) -> String {
    let variant = variant_of(pattern);
    if variant == "None" {
        return format!("No{of}");
    }
    if !variant.is_empty() {
        return variant;
    }
    match pattern {
        Pat::Or(or) => {
            let first = or.cases.first();
            first.map_or_else(String::new, |case| arm_name(of, other, case))
        }
        Pat::Paren(inner) => arm_name(of, other, &inner.pat),
        Pat::Guard(both) => arm_name(of, other, &both.pat),
        Pat::TupleStruct(one) if one.path.is_ident("Err") => format!("{of}Failed"),
        Pat::TupleStruct(_) => of.to_owned(),
        Pat::Lit(literal) => format!("{of}{}", word(&Expr::Lit(literal.clone()))),
        _ => other.to_owned(),
    }
}

/// The function that a branch calls first.
pub(crate) fn callee(branch: &Expr) -> String {
    let mut first = FirstCall::default();
    first.visit_expr(branch);
    first.0
}

/// The function that a block calls first.
pub(crate) fn callee_in(block: &Block) -> String {
    let mut first = FirstCall::default();
    first.visit_block(block);
    first.0
}

#[derive(Default)]
struct FirstCall(String);

impl Visit<'_> for FirstCall {
    fn visit_expr_call(&mut self, call: &syn::ExprCall) {
        let called = crate::function::source::scan::called(call);
        let called = called.filter(|path| {
            let of_rust = own_name(path).is_some_and(|name| is_type(&text(name)));
            !of_rust && path.segments.len() == 1
        });
        if let (true, Some(path)) = (self.0.is_empty(), called) {
            self.0 = pascal(&own_name(path).map(text).unwrap_or_default());
        }
        syn::visit::visit_expr_call(self, call);
    }
}

/// The location of the first token of a statement.
pub(crate) fn first_token(statement: &Stmt) -> Option<Span> {
    match statement {
        Stmt::Local(local) => Some(of_attributes(&local.attrs).unwrap_or(local.let_token.span)),
        Stmt::Expr(value, _) => first_token_of(value),
        other => first_of(other),
    }
}

/// The location of the first token of an expression. The tokens of the code in it are not needed,
/// so they are not made.
pub(crate) fn first_token_of(value: &Expr) -> Option<Span> {
    let (attributes, first) = match value {
        Expr::If(one) => (&one.attrs, Some(one.if_token.span)),
        Expr::Match(one) => (&one.attrs, Some(one.match_token.span)),
        Expr::While(one) if one.label.is_none() => (&one.attrs, Some(one.while_token.span)),
        Expr::ForLoop(one) if one.label.is_none() => (&one.attrs, Some(one.for_token.span)),
        Expr::Loop(one) if one.label.is_none() => (&one.attrs, Some(one.loop_token.span)),
        Expr::Await(one) => (&one.attrs, first_token_of(&one.base)),
        Expr::Try(one) => (&one.attrs, first_token_of(&one.expr)),
        Expr::MethodCall(one) => (&one.attrs, first_token_of(&one.receiver)),
        other => return first_of(other),
    };
    of_attributes(attributes).or(first)
}

fn of_attributes(attributes: &[Attribute]) -> Option<Span> {
    Some(attributes.first()?.pound_token.span)
}

fn first_of(code: &impl ToTokens) -> Option<Span> {
    let first = code.to_token_stream().into_iter().next();
    first.map(|token| token.span())
}
