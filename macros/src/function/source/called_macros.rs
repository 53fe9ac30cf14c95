//! Proves that the macros that a workflow knows by name are those of their crates: `println!` of
//! std, `info!` of `log` or `tracing`.
//!
//! The states contain no call of such a macro, so rustc would not notice that the program has its
//! own macro of that name. A constant imports the known macro with a glob, and the name of the
//! source in the same scope: rustc reports a name that refers to two different macros.

use super::scan::MacroKind;
use crate::errors::Errors;
use crate::machine::own_name;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use std::collections::BTreeMap;
use syn::visit::{self, Visit};
use syn::{Block, Macro, Path};

/// The crates whose macros write log lines.
const LOG_CRATES: [&str; 2] = ["log", "tracing"];

/// The macros of [`LOG_CRATES`]; `log` has no `event!`.
const LOG_MACROS: &[&str] = &["trace", "debug", "info", "warn", "error", "event"];

/// A macro and the name of the source that must refer to it.
struct KnownMacro {
    /// `::std::println`, or the crate of a path: `::std`.
    import: TokenStream,
    path: Path,
}

/// The proofs for all macros in a function that the states leave out or replace. Reports macros
/// that are not known.
pub(crate) fn proofs(block: &Block, errors: &Errors) -> TokenStream {
    // An editor would find each name twice.
    if crate::editor::is_here() {
        return TokenStream::new();
    }
    let mut calls = MacroCalls::default();
    calls.visit_block(block);
    let externs = Externs::of_this_crate();
    let mut known = Vec::new();
    for mac in calls.0.into_values() {
        match known_macro(mac, &externs) {
            Ok(proven) => known.extend(proven),
            Err(message) => errors.on(&mac.path, message),
        }
    }
    if known.is_empty() {
        return TokenStream::new();
    }
    let imports = known.iter().map(|one| &one.import);
    let uses = known.iter().map(|one| {
        let path = &one.path;
        // The built-in attribute `warn` would make the import ambiguous.
        if path.is_ident("warn") {
            quote!(fn __call() { #path!(""); })
        } else {
            quote!(#[allow(unused_imports)] use #path as _;)
        }
    });
    quote! {
        const _: () = {
            #[allow(unused_imports)]
            mod __macros { #(pub(crate) use #imports;)* }
            #[allow(unused_imports)]
            use __macros::*;
            #(#uses)*
        };
    }
}

/// Each macro that the states leave out or replace, once.
#[derive(Default)]
struct MacroCalls<'a>(BTreeMap<String, &'a Macro>);

impl<'a> Visit<'a> for MacroCalls<'a> {
    fn visit_macro(&mut self, mac: &'a Macro) {
        let is_known = MacroKind::of(mac) != MacroKind::Value
            || own_name(&mac.path).is_some_and(|name| name == "placeholder");
        if is_known {
            let path = mac.path.to_token_stream().to_string();
            self.0.entry(path).or_insert(mac);
        }
        visit::visit_macro(self, mac);
    }
}

/// The macro that a path must refer to; `None` if the path itself proves it.
fn known_macro(mac: &Macro, externs: &Externs) -> Result<Option<KnownMacro>, String> {
    let path = &mac.path;
    let Some(name) = own_name(path) else {
        return Ok(None);
    };
    let text = name.to_string();
    let segments: Vec<String> = path
        .segments
        .iter()
        .map(|one| one.ident.to_string())
        .collect();
    let of = |import: TokenStream| {
        Ok(Some(KnownMacro {
            import,
            path: path.clone(),
        }))
    };
    let bare = without_location(name);
    if text == "try_join" || text == "placeholder" {
        return match segments.as_slice() {
            [_] => of(quote!(::stepwright::function::#bare)),
            [.., module, _] if module == "function" => Ok(None),
            _ => Err(format!(
                "`{}!` is not the macro of `stepwright::function`: write `stepwright::function::{text}!`",
                segments.join("::")
            )),
        };
    }
    if !LOG_MACROS.contains(&text.as_str()) {
        return match segments.as_slice() {
            [_] => of(quote!(::std::#bare)),
            [first, _] if first == "std" || first == "core" => of_crate(path, first),
            _ => Err(unknown_macro(&segments.join("::"), "std")),
        };
    }
    match segments.as_slice() {
        [_] => match externs.crate_of(name) {
            LogCrate::Only(found) => {
                let found = format_ident!("{found}");
                of(quote!(::#found::#bare))
            }
            LogCrate::Unknown => Ok(None),
            LogCrate::Missing => Err(unknown_macro(&text, "`log` or `tracing`")),
            LogCrate::Several => Err(format!(
                "`{text}!` may be the macro of `log` or of `tracing`, because this crate depends on both: write `log::{text}!` or `tracing::{text}!`"
            )),
        },
        [first, _] if externs.is_log_crate(first) => of_crate(path, first),
        _ => Err(unknown_macro(&segments.join("::"), "`log` or `tracing`")),
    }
}

/// The proof that the first segment of a path is a crate.
fn of_crate(path: &Path, name: &str) -> Result<Option<KnownMacro>, String> {
    if path.leading_colon.is_some() {
        return Ok(None);
    }
    let name = format_ident!("{name}");
    Ok(Some(KnownMacro {
        import: quote!(::#name),
        path: path.clone(),
    }))
}

fn unknown_macro(name: &str, crates: &str) -> String {
    format!(
        "`{name}!` is a macro of this program, which a workflow cannot run: only the macro of {crates} is known; write its code here, or call it in a task"
    )
}

fn without_location(name: &Ident) -> Ident {
    Ident::new(&name.to_string(), Span::call_site())
}

/// The crate whose macro a name is.
enum LogCrate {
    /// The name of the crate in this program.
    Only(String),
    Several,
    /// The program depends on no crate for log lines.
    Missing,
    /// rustc does not run this macro.
    Unknown,
}

/// The crates for log lines on which the program depends: the crate and its name in the program.
struct Externs(Option<Vec<(&'static str, String)>>);

impl Externs {
    /// Reads the arguments of rustc, which runs this macro.
    fn of_this_crate() -> Externs {
        if !proc_macro::is_available() {
            return Externs(None);
        }
        let mut arguments = Vec::new();
        for argument in std::env::args() {
            match argument.strip_prefix('@').map(std::fs::read_to_string) {
                Some(Ok(file)) => arguments.extend(file.lines().map(str::to_owned)),
                _ => arguments.push(argument),
            }
        }
        Externs(Some(log_crates(&arguments)))
    }

    fn is_log_crate(&self, name: &str) -> bool {
        match &self.0 {
            Some(found) => found.iter().any(|(_, own)| own == name),
            None => LOG_CRATES.contains(&name),
        }
    }

    /// The crate of an imported macro. If the program depends on two, its source decides which one
    /// the proof compares with.
    fn crate_of(&self, name: &Ident) -> LogCrate {
        let Some(found) = &self.0 else {
            return LogCrate::Unknown;
        };
        let found: Vec<_> = found
            .iter()
            .filter(|(of, _)| *of == "tracing" || name != "event")
            .collect();
        match found.as_slice() {
            [] => LogCrate::Missing,
            [(_, only)] => LogCrate::Only(only.clone()),
            several => {
                let file = name.span().unwrap().local_file();
                let source = file.and_then(|file| std::fs::read_to_string(file).ok());
                let source = source.unwrap_or_default();
                let mut named = several.iter().filter(|(_, own)| names(&source, own));
                match (named.next(), named.next()) {
                    (Some((_, only)), None) => LogCrate::Only(only.clone()),
                    _ => LogCrate::Several,
                }
            }
        }
    }
}

/// The crates for log lines among the arguments of rustc: `--extern log=path`.
fn log_crates(arguments: &[String]) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let value = match argument.strip_prefix("--extern") {
            Some("") => arguments.next().map(String::as_str),
            Some(rest) => rest.strip_prefix('='),
            None => None,
        };
        let Some(value) = value else {
            continue;
        };
        let (name, path) = value.split_once('=').unwrap_or((value, ""));
        // Options precede the name: `priv:log=path`.
        let name = name.rsplit(':').next().unwrap_or(name);
        let file = path.rsplit(['/', '\\']).next().unwrap_or_default();
        let is = |of: &&str| match file.strip_prefix("lib") {
            Some(file) => file.split(['-', '.']).next() == Some(of),
            None => name == *of,
        };
        if let Some(of) = LOG_CRATES.into_iter().find(is)
            && !found.iter().any(|(other, _)| *other == of)
        {
            found.push((of, name.to_owned()));
        }
    }
    found
}

/// Whether a source contains `name::` or `extern crate name`.
fn names(source: &str, name: &str) -> bool {
    let path = format!("{name}::");
    let is_start = |at: usize| {
        !source[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_')
    };
    source.contains(&format!("extern crate {name};"))
        || source.match_indices(&path).any(|(at, _)| is_start(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(arguments: &[&str]) -> Vec<(&'static str, String)> {
        let arguments: Vec<String> = arguments.iter().map(|one| (*one).to_owned()).collect();
        log_crates(&arguments)
    }

    #[test]
    fn crates_for_log_lines_are_found_in_the_arguments_of_rustc() {
        let one = |of: &'static str, name: &str| vec![(of, name.to_owned())];
        assert_eq!(
            found(&["rustc", "--extern", "log=/d/liblog-1a.rmeta"]),
            one("log", "log")
        );
        assert_eq!(
            found(&["--extern=tracing=/d/libtracing-1.rlib"]),
            one("tracing", "tracing")
        );
        assert_eq!(
            found(&["--extern", "priv:own=/d/libtracing-1.rlib"]),
            one("tracing", "own")
        );
        assert_eq!(found(&["--extern", "log"]), one("log", "log"));
        assert_eq!(found(&["--extern", "log=/d/libmy_log-1.rlib"]), []);
        assert_eq!(
            found(&[
                "--extern",
                "tracing_core=/d/libtracing_core-1.rlib",
                "-L",
                "log"
            ]),
            []
        );
    }

    #[test]
    fn a_source_names_a_crate_at_the_start_of_a_path() {
        assert!(names("use log::info;", "log") && names("::log::warn!()", "log"));
        assert!(names("#[macro_use]\nextern crate log;", "log"));
        assert!(!names("use catalog::info; use my_log::x;", "log"));
    }
}
