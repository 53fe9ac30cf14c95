//! Functions without an attribute that a function awaits.
//!
//! rustc would report "expected type, found function". A macro does not see other functions, so
//! their attributes are read from the file, and only if its text suggests that one is missing.

use crate::editor;
use proc_macro2::Ident;
use std::cell::OnceCell;
use std::fs;
use syn::{Attribute, Item};

/// The source of the module that contains a function.
pub(crate) struct ModuleSource {
    function: Ident,
    file: OnceCell<Option<String>>,
    unmarked: OnceCell<Vec<String>>,
}

impl ModuleSource {
    pub(crate) fn around(function: Ident) -> ModuleSource {
        ModuleSource {
            function,
            file: OnceCell::new(),
            unmarked: OnceCell::new(),
        }
    }

    /// Whether the module has a function of this name without an attribute.
    pub(crate) fn has_unmarked(&self, name: &Ident) -> bool {
        let name = name.to_string();
        let Some(source) = self.file.get_or_init(|| self.read()) else {
            return false;
        };
        if !is_suspicious(source, &name) {
            return false;
        }
        let function = self.function.to_string();
        let unmarked = self
            .unmarked
            .get_or_init(|| unmarked_functions(source, &function));
        unmarked.contains(&name)
    }

    /// The function of `stepwright::function` that the file imports by this name.
    pub(crate) fn renamed(&self, name: &Ident) -> Option<&'static str> {
        let source = self.file.get_or_init(|| self.read()).as_ref()?;
        AWAITED
            .iter()
            .copied()
            .find(|function| is_renamed(source, function, &name.to_string()))
    }

    fn read(&self) -> Option<String> {
        if !proc_macro::is_available() || editor::is_here() {
            return None;
        }
        fs::read_to_string(self.function.span().unwrap().local_file()?).ok()
    }
}

/// The functions of `stepwright::function` that a workflow awaits.
const AWAITED: &[&str] = &["map", "sleep", "sleep_until"];

/// Whether a source imports a function of `stepwright::function` by another name:
/// `use stepwright::function::map as each;`.
fn is_renamed(source: &str, function: &str, name: &str) -> bool {
    let import = [function, " as ", name].concat();
    source.match_indices(&import).any(|(at, _)| {
        let item = source[..at].rsplit(';').next().unwrap_or_default();
        let path = item.rsplit("use ").next().unwrap_or_default();
        path.ends_with(['{', ' ', ':', ','])
            && path.starts_with("stepwright::")
            && path.contains("function::")
            && source[at + import.len()..].starts_with([';', ',', '}', ' ', '\n'])
    })
}

/// The message about an awaited function without an attribute.
pub(crate) fn without_task(name: &Ident) -> String {
    format!(
        "the function `{name}` has no `#[task]`, and a workflow awaits tasks: put `#[task]` on it; with `#[fragment]` its states are part of the caller, and with \
         `#[workflow]` it is a workflow"
    )
}

/// Whether a source declares a function of this name, and no attribute is directly before it.
fn is_suspicious(source: &str, name: &str) -> bool {
    let declaration = format!("fn {name}");
    source.match_indices(&declaration).any(|(at, _)| {
        let is_whole = source[at + declaration.len()..].starts_with(['(', '<', ' ']);
        let mut before = source[..at].trim_end();
        for word in [
            "unsafe",
            "async",
            "const",
            "pub",
            "pub(crate)",
            "pub(crate)",
        ] {
            before = before.strip_suffix(word).unwrap_or(before).trim_end();
        }
        is_whole && !before.ends_with(']')
    })
}

/// The functions in the module of a workflow whose attributes make nothing else of them.
fn unmarked_functions(source: &str, workflow: &str) -> Vec<String> {
    let Ok(file) = syn::parse_file(source) else {
        return Vec::new();
    };
    let mut modules = Vec::new();
    modules_with(&file.items, workflow, &mut modules);
    // With several, the macro does not know the module.
    let [module] = modules.as_slice() else {
        return Vec::new();
    };
    let functions = || {
        module.iter().filter_map(|item| match item {
            Item::Fn(function) => Some(function),
            _ => None,
        })
    };
    let is_alone = |name: &Ident| functions().filter(|one| one.sig.ident == *name).count() == 1;
    let unmarked =
        functions().filter(|one| is_alone(&one.sig.ident) && one.attrs.iter().all(keeps_function));
    unmarked.map(|one| one.sig.ident.to_string()).collect()
}

/// Adds the lists of items that contain the function.
fn modules_with<'f>(items: &'f [Item], function: &str, modules: &mut Vec<&'f [Item]>) {
    for item in items {
        match item {
            Item::Fn(one) if one.sig.ident == function => modules.push(items),
            Item::Mod(module) => {
                if let Some((_, inside)) = &module.content {
                    modules_with(inside, function, modules);
                }
            }
            _ => {}
        }
    }
}

/// Whether the attribute leaves a function as it is.
fn keeps_function(attribute: &Attribute) -> bool {
    [
        "allow",
        "cfg",
        "deprecated",
        "doc",
        "expect",
        "inline",
        "must_use",
        "warn",
    ]
    .iter()
    .any(|name| attribute.path().is_ident(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "
        /// Helps.
        async fn helper(n: u32) -> u32 { n }
        #[task]
        /// Counts.
        pub async fn count(n: u32) -> u32 { n }
        #[task] pub(crate) async fn add(n: u32) -> u32;
        mod inner {
            async fn elsewhere() {}
            #[cfg(unix)] async fn twice() {}
            #[cfg(windows)] async fn twice() {}
        }
        #[workflow] async fn flow(n: u32) -> u32 { helper(n).await }
    ";

    #[test]
    fn only_functions_of_the_same_module_without_an_attribute_are_unmarked() {
        assert_eq!(unmarked_functions(SOURCE, "flow"), ["helper"]);
        assert_eq!(unmarked_functions(SOURCE, "elsewhere"), ["elsewhere"]);
        assert!(unmarked_functions(SOURCE, "missing").is_empty());
    }

    #[test]
    fn an_import_by_another_name_is_found() {
        let source = "use stepwright::function::*;
            use stepwright::function::{map as each, sleep_until as until};
            use stepwright::{Payload, function::sleep as nap};
            use a::heatmap as heat;
            use tasks::function::map as other;";
        let is = |function, name| is_renamed(source, function, name);
        assert!(is("map", "each") && is("sleep_until", "until") && is("sleep", "nap"));
        assert!(!is("map", "heat") && !is("map", "eac") && !is("map", "other"));
    }

    #[test]
    fn an_attribute_before_a_function_ends_the_search() {
        assert!(is_suspicious(SOURCE, "helper") && is_suspicious(SOURCE, "count"));
        assert!(!is_suspicious(SOURCE, "add") && !is_suspicious(SOURCE, "help"));
    }
}
