//! `format!` and `vec!`.

use super::expression::Resolver;
use crate::machine::{Align, FormatPiece, Spec, Term, own_name};
use crate::name::identifier;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Expr, LitStr, Macro, Token, parse_quote};

/// A piece of a `format!`, before its names are resolved.
enum UnresolvedPiece {
    Text(String),
    Value(ValueSource, Option<Spec>),
}

/// The source of a value in a `format!`.
enum ValueSource {
    /// An argument, by its position: first the positional arguments, then the named ones.
    Argument(usize),
    /// A name in the text without an argument.
    Captured(Ident),
}

/// Resolves the items of a `vec![a, b]`.
pub(super) fn list(call: &mut Macro, resolver: &mut Resolver) -> syn::Result<Vec<Term>> {
    let mut items = call
        .parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated)
        .map_err(|error| {
            syn::Error::new(
                error.span(),
                format!("{error}: inside a workflow, write the items of a `vec!`: `vec![a, b]`"),
            )
        })?;
    if let Some(name) = own_name(&call.path) {
        resolver.rewriter.used.called_macro(name);
    }
    let before = resolver.rewriter.changes();
    let values = items.iter_mut().map(|item| resolver.value(item)).collect();
    if resolver.rewriter.changes() > before {
        call.tokens = items.to_token_stream();
    }
    Ok(values)
}

struct Arguments {
    template: LitStr,
    positional: Vec<Expr>,
    named: Vec<(Ident, Expr)>,
}

impl Arguments {
    fn into_tokens(self) -> TokenStream {
        let (template, positional) = (self.template, self.positional);
        let named = self
            .named
            .iter()
            .map(|(name, value)| quote!(#name = #value));
        quote!(#template #(, #positional)* #(, #named)*)
    }
}

impl Parse for Arguments {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let template = input.parse::<LitStr>()?;
        let mut arguments = Arguments {
            template,
            positional: Vec::new(),
            named: Vec::new(),
        };
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            if input.peek(syn::Ident) && input.peek2(Token![=]) && !input.peek2(Token![==]) {
                let name = input.parse()?;
                input.parse::<Token![=]>()?;
                arguments.named.push((name, input.parse()?));
            } else {
                arguments.positional.push(input.parse()?);
            }
        }
        Ok(arguments)
    }
}

/// Resolves the pieces of a `format!("order {}", order.id)`.
pub(super) fn format(call: &mut Macro, resolver: &mut Resolver) -> syn::Result<Vec<FormatPiece>> {
    let mut arguments = call.parse_body::<Arguments>()?;
    let pieces = pieces(&arguments)?;
    let before = resolver.rewriter.changes();
    let positional = arguments.positional.iter_mut();
    let named = arguments.named.iter_mut().map(|(_, value)| value);
    let values: Vec<Term> = positional
        .chain(named)
        .map(|code| {
            let value = resolver.value(code);
            resolver.prove_shown(code, &value);
            value
        })
        .collect();
    if let Some(name) = own_name(&call.path) {
        resolver.rewriter.used.called_macro(name);
    }
    let mut resolved = Vec::new();
    for piece in pieces {
        resolved.push(match piece {
            UnresolvedPiece::Text(text) => FormatPiece::Text(text),
            UnresolvedPiece::Value(ValueSource::Argument(position), spec) => {
                match values.get(position) {
                    Some(value) => FormatPiece::Value(value.clone(), spec),
                    None => continue,
                }
            }
            UnresolvedPiece::Value(ValueSource::Captured(name), spec) => {
                let value = resolver.path(&name.clone().into());
                // `{name}` becomes an argument, so that its type can be proven.
                let mut code: Expr = parse_quote!(#name);
                resolver.prove_shown(&mut code, &value);
                if let Expr::Verbatim(_) = code
                    && arguments.named.iter().all(|(other, _)| *other != name)
                {
                    arguments.named.push((name, code));
                }
                FormatPiece::Value(value, spec)
            }
        });
    }
    if resolver.rewriter.changes() > before {
        call.tokens = arguments.into_tokens();
    }
    Ok(resolved)
}

fn pieces(arguments: &Arguments) -> syn::Result<Vec<UnresolvedPiece>> {
    let template = arguments.template.value();
    let span = arguments.template.span();
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut next = 0;
    let mut chars = template.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '{' | '}' if chars.peek() == Some(&char) => {
                chars.next();
                text.push(char);
            }
            '{' => {
                let mut inside = String::new();
                for char in chars.by_ref() {
                    if char == '}' {
                        break;
                    }
                    inside.push(char);
                }
                if !text.is_empty() {
                    pieces.push(UnresolvedPiece::Text(std::mem::take(&mut text)));
                }
                pieces.push(argument(&inside, arguments, &mut next, span)?);
            }
            other => text.push(other),
        }
    }
    if !text.is_empty() {
        pieces.push(UnresolvedPiece::Text(text));
    }
    Ok(pieces)
}

/// Parses the `{inside}` of a template.
fn argument(
    inside: &str,
    arguments: &Arguments,
    next: &mut usize,
    span: proc_macro2::Span,
) -> syn::Result<UnresolvedPiece> {
    let (name, specification) = inside.split_once(':').unwrap_or((inside, ""));
    let spec = match specification.trim_end() {
        "" => None,
        text => Some(Spec::parse(text).ok_or_else(|| {
            syn::Error::new(
                span,
                format!(
                    "`{{{inside}}}` cannot run inside a workflow: `format!` supports a width, a precision, a fill, a sign and \
                     zeros, such as `{{:>8}}`, `{{:.2}}` or `{{:+03}}`; use `functions::to_json(&value)` for JSON, or a task \
                     for other formats"
                ),
            )
        })?),
    };
    let source = source(name.trim(), inside, arguments, next, span)?;
    Ok(UnresolvedPiece::Value(source, spec))
}

/// Returns the source of a value: a name, a position, or the next positional argument if `name` is
/// empty.
fn source(
    name: &str,
    inside: &str,
    arguments: &Arguments,
    next: &mut usize,
    span: proc_macro2::Span,
) -> syn::Result<ValueSource> {
    let positional = if name.is_empty() {
        *next += 1;
        Some(*next - 1)
    } else {
        name.parse::<usize>().ok()
    };
    if let Some(index) = positional {
        if index < arguments.positional.len() {
            return Ok(ValueSource::Argument(index));
        }
        return Err(syn::Error::new(
            span,
            format!("`{{{inside}}}` has no argument in this `format!`"),
        ));
    }
    let mut named = arguments.named.iter();
    if let Some(index) = named.position(|(other, _)| other.unraw() == name) {
        return Ok(ValueSource::Argument(arguments.positional.len() + index));
    }
    // In a template, the name of a raw identifier has no `r#`.
    let ident = identifier(name, span).ok_or_else(|| {
        syn::Error::new(
            span,
            format!("`{{{inside}}}` is not an argument of a `format!`"),
        )
    })?;
    Ok(ValueSource::Captured(ident))
}

impl Spec {
    /// Parses `[[fill]align]['+']['0'][width]['.' precision]`; `None` for formats that a workflow
    /// does not support.
    fn parse(text: &str) -> Option<Spec> {
        let align = |letter: Option<char>| match letter? {
            '<' => Some(Align::Left),
            '^' => Some(Align::Center),
            '>' => Some(Align::Right),
            _ => None,
        };
        let mut spec = Spec::default();
        let letters: Vec<char> = text.chars().collect();
        let mut rest = letters.as_slice();
        if let Some(side) = align(rest.get(1).copied()) {
            spec.fill = rest.first().copied();
            spec.align = Some(side);
            rest = rest.get(2..)?;
        } else if let Some(side) = align(rest.first().copied()) {
            spec.align = Some(side);
            rest = rest.get(1..)?;
        }
        if let Some(more) = rest.strip_prefix(&['+']) {
            spec.sign = true;
            rest = more;
        }
        if let Some(more) = rest.strip_prefix(&['0']) {
            spec.zero = true;
            rest = more;
        }
        (spec.width, rest) = number(rest)?;
        if let Some(more) = rest.strip_prefix(&['.']) {
            (spec.precision, rest) = number(more)?;
            spec.precision?;
        }
        rest.is_empty().then_some(spec)
    }
}

/// Parses the number at the start. Returns it with the remaining letters; `None` if it is above
/// 1,000.
fn number(letters: &[char]) -> Option<(Option<usize>, &[char])> {
    let digits = letters
        .iter()
        .take_while(|letter| letter.is_ascii_digit())
        .count();
    let (digits, rest) = letters.split_at(digits);
    if digits.is_empty() {
        return Some((None, rest));
    }
    let text: String = digits.iter().collect();
    let number = text.parse().ok().filter(|number| *number <= 1_000)?;
    Some((Some(number), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_specification_is_parsed_as_in_rust() {
        let read = |text: &str| Spec::parse(text);
        let precision = Spec {
            precision: Some(2),
            ..Spec::default()
        };
        assert_eq!(read(".2"), Some(precision));
        let zeros = Spec {
            zero: true,
            width: Some(2),
            ..Spec::default()
        };
        assert_eq!(read("02"), Some(zeros));
        let filled = Spec {
            fill: Some('*'),
            align: Some(Align::Right),
            sign: true,
            width: Some(8),
            precision: Some(1),
            ..Spec::default()
        };
        assert_eq!(read("*>+8.1"), Some(filled));
        let left = Spec {
            align: Some(Align::Left),
            width: Some(8),
            ..Spec::default()
        };
        assert_eq!(read("<8"), Some(left));
        for refused in ["?", "#?", "x", "08b", "width$", ".*", "e", "9999999"] {
            assert_eq!(read(refused), None, "{refused}");
        }
    }
}
