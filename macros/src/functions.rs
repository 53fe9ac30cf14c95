//! The functions that a workflow can evaluate, which distinguish a call of a task from a call in an
//! expression.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote_spanned};
use stepwright_asl::front_end::callable::{LibraryFunction, UNITS, library_function};
use syn::{ExprCall, Path};

/// The types with lower-case names that have functions and constants: `i64::from(x)`, `u32::MAX`.
#[rustfmt::skip]
const PRIMITIVES: &[&str] = &[
    "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "str", "u8", "u16", "u32", "u64", "u128",
    "usize",
];

/// A path without its generic arguments, as text.
pub(crate) fn written(path: &Path) -> String {
    let mut plain = path.clone();
    for segment in &mut plain.segments {
        segment.arguments = syn::PathArguments::None;
    }
    plain.to_token_stream().to_string().replace(' ', "")
}

/// The function of `stepwright::functions` that a path names.
pub(crate) fn library(path: &Path) -> Option<&'static LibraryFunction> {
    library_function(&path.segments.last()?.ident.to_string())
}

/// The function of `stepwright::function` that creates a duration, if a path names one.
pub(crate) fn unit(path: &Path) -> Option<&'static str> {
    let last = path.segments.last()?.ident.to_string();
    is_task(path)
        .then(|| UNITS.iter().find(|name| last == **name).copied())
        .flatten()
}

/// The path of the type of an associated function: `chrono::Utc` for `chrono::Utc::now`.
pub(crate) fn type_of(path: &Path) -> Option<Path> {
    let mut ty = path.clone();
    ty.segments.pop()?;
    ty.segments.pop_punct();
    (!ty.segments.is_empty()).then_some(ty)
}

/// Whether a path names a type, by Rust's naming conventions.
pub(crate) fn is_type(name: &str) -> bool {
    name.starts_with(char::is_uppercase) || PRIMITIVES.contains(&name)
}

/// Whether the path names a task: a user's function that does not belong to a type or the library.
pub(crate) fn is_task(path: &Path) -> bool {
    let mut segments = path.segments.iter().rev();
    let Some(last) = segments.next() else {
        return false;
    };
    if is_type(&last.ident.to_string()) {
        return false;
    }
    match segments.next() {
        Some(before) => {
            let before = before.ident.to_string();
            !is_type(&before) && before != "functions"
        }
        None => true,
    }
}

/// What to write instead of another clock.
const NOW: &str = "`chrono::Utc::now()`, or `functions::now()`, a text in ISO 8601,";

/// The functions of std and of well-known crates that a workflow can write otherwise: the last two
/// segments of the path, and what to write.
#[rustfmt::skip]
const REPLACEMENTS: &[(&str, &str, &str)] = &[
    ("Local", "now", NOW),
    ("SystemTime", "now", NOW),
    ("Instant", "now", NOW),
    ("OffsetDateTime", "now_utc", NOW),
    ("Uuid", "new_v4", "`functions::uuid()`"),
    ("Uuid", "now_v7", "`functions::uuid()`"),
    ("DateTime", "from_timestamp", "`functions::timestamp(millis)`, a text in ISO 8601,"),
    ("DateTime", "from_timestamp_millis", "`functions::timestamp(millis)`, a text in ISO 8601,"),
    ("cmp", "max", "`a.max(b)`"),
    ("cmp", "min", "`a.min(b)`"),
    ("mem", "replace", "`let old = a; a = b;`"),
    ("mem", "swap", "`let old = a; a = b; b = old;`"),
    ("mem", "take", "`let old = a; a = Default::default();`"),
    ("serde_json", "from_str", "`functions::parse_json::<Type>(text)`"),
    ("serde_json", "to_string", "`functions::to_json(&value)`"),
];

/// A function of the trait of the functions that a value may call, for the function that a path
/// names, as a block that a call can follow.
///
/// `inlined` is the tree of a call, and `computed` takes the value of the call.
///
/// `use` imports the function, and the type with its name that `#[expression]` adds. If there is no
/// such type, the glob imports a type without the trait: rustc then reports the message of the
/// trait instead of "expected type, found function".
pub(crate) fn value_function(path: &Path, in_a_function: bool, method: &str) -> TokenStream {
    let span = first_span(path);
    let name = Ident::new("PlainFunction", span);
    let method = Ident::new(method, span);
    // The traits differ in their messages.
    let function = if in_a_function {
        quote_spanned!(span=> ValueFunction)
    } else {
        quote_spanned!(span=> ExpressionFunction)
    };
    quote_spanned! {span=> ({
        #[allow(unused_imports)]
        use #path as #name;
        #[allow(unused_imports)]
        use ::stepwright::__::plain_function::*;
        <#name as ::stepwright::__::#function>::#method
    })}
}

/// Whether a path has generic arguments. [`value_function`] takes no such path.
pub(crate) fn has_generic_arguments(path: &Path) -> bool {
    path.segments.iter().any(|one| !one.arguments.is_none())
}

/// Passes the value of a call through `computed`, so that rustc reports one error about a call of a
/// function without `#[expression]`.
pub(crate) fn computed_call(path: &Path, call: &ExprCall, in_a_function: bool) -> TokenStream {
    let function = value_function(path, in_a_function, "computed");
    // rustc reports two equal errors at one location once.
    quote_spanned!(first_span(path)=> #function(#call))
}

fn first_span(path: &Path) -> Span {
    let first = path.segments.first();
    first.map_or_else(Span::call_site, |first| first.ident.span())
}

/// The functions with `#[expression]` whose names are those of variables, by the paths in the
/// source.
///
/// Variables of a workflow exist in the whole block in which rustc checks it, as in a loop, so the
/// block calls these functions by other names.
#[derive(Default)]
pub(crate) struct HiddenFunctions(Vec<Path>);

impl HiddenFunctions {
    /// Adds a function. Returns its other name.
    pub(crate) fn add(&mut self, path: &Path) -> Ident {
        let text = path.to_token_stream().to_string();
        let mut known = self.0.iter();
        let known = known.position(|one| one.to_token_stream().to_string() == text);
        let number = known.unwrap_or_else(|| {
            self.0.push(path.clone());
            self.0.len() - 1
        });
        other_name(number, path)
    }

    /// The imports outside of the block.
    pub(crate) fn imports(&self) -> TokenStream {
        let imports = self.0.iter().enumerate().map(|(number, path)| {
            let name = other_name(number, path);
            quote_spanned!(first_span(path)=> use #path as #name;)
        });
        imports.collect()
    }
}

fn other_name(number: usize, path: &Path) -> Ident {
    format_ident!("__function{number}", span = first_span(path))
}

/// What to write instead of a function of std or of a well-known crate, if a path names one.
pub(crate) fn replacement(path: &Path) -> Option<String> {
    let mut segments = path
        .segments
        .iter()
        .rev()
        .map(|segment| segment.ident.to_string());
    let (last, before) = (segments.next()?, segments.next());
    let (module, name, instead) = REPLACEMENTS.iter().find(|(module, name, _)| {
        last == *name && before.as_ref().is_none_or(|before| before == module)
    })?;
    if before.is_none() && declares(path, &last) {
        return None;
    }
    Some(match before {
        Some(_) => format!("write {instead} instead"),
        None => format!("if it is `{module}::{name}`, write {instead} instead"),
    })
}

/// Whether the file of the path declares a function of this name, which is no function of std then.
fn declares(path: &Path, name: &str) -> bool {
    if !proc_macro::is_available() {
        return false;
    }
    let file = first_span(path).unwrap().local_file();
    let source = file.and_then(|file| std::fs::read_to_string(file).ok());
    source.is_some_and(|source| source.contains(&format!("fn {name}(")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_free_functions_are_tasks() {
        let is = |text: &str| syn::parse_str::<Path>(text).is_ok_and(|path| is_task(&path));
        assert!(is("book_car") && is("tasks::book_car") && is("crate::tasks::book_car"));
        assert!(is("r#type") && is("load::<Order>"));
        assert!(!is("Some") && !is("String::from") && !is("Order::new") && !is("i64::from"));
        assert!(!is("functions::sorted") && !is("stepwright::functions::now"));
        assert!(!is("Default::default"));
    }
}
