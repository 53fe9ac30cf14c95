//! Functions in an `impl` or a `trait`, where the other items of a macro cannot be.

use crate::editor;
use proc_macro2::Ident;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::PathBuf;
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, ImplItemFn, ItemFn, Signature, TraitItemFn, Visibility};

/// Whether a function is in an `impl` or a `trait`. A macro does not see the code around its item,
/// so the source is read if the function is indented.
pub(crate) fn is_method(visibility: &Visibility, signature: &Signature) -> bool {
    let start = match visibility {
        Visibility::Inherited => signature.span(),
        other => other.span(),
    };
    let name = &signature.ident;
    if !proc_macro::is_available() || editor::is_here() || start.unwrap().start().column() <= 1 {
        return false;
    }
    let Some(path) = name.span().unwrap().local_file() else {
        return false;
    };
    thread_local! {
        /// The functions of each file, which is parsed once.
        static FILES: RefCell<HashMap<PathBuf, FileFunctions>> = RefCell::default();
    }
    FILES.with_borrow_mut(|files| {
        let functions = files.entry(path).or_insert_with_key(|path| {
            let source = fs::read_to_string(path).unwrap_or_default();
            FileFunctions::of(&source)
        });
        functions.has_only_method(name)
    })
}

/// The attributes of functions that a workflow calls.
const ATTRIBUTES: &[&str] = &["expression", "fragment", "task", "workflow"];

/// Whether an attribute is one of this crate.
fn is_ours(attribute: &Attribute) -> bool {
    let last = attribute.path().segments.last();
    last.is_some_and(|last| ATTRIBUTES.iter().any(|name| last.ident == name))
}

/// The names of the functions of a file.
#[derive(Default)]
struct FileFunctions {
    /// Functions with an attribute of this crate in an `impl` or a `trait`.
    methods: HashSet<String>,
    others: HashSet<String>,
}

impl FileFunctions {
    /// The functions of a source; none if it is not complete.
    fn of(source: &str) -> FileFunctions {
        let mut functions = FileFunctions::default();
        if let Ok(mut file) = syn::parse_file(source) {
            functions.visit_file_mut(&mut file);
        }
        functions
    }

    /// Whether all functions of this name are in an `impl` or a `trait`. A function in the
    /// arguments of another macro has no name here.
    fn has_only_method(&self, name: &Ident) -> bool {
        let name = name.to_string();
        self.methods.contains(&name) && !self.others.contains(&name)
    }

    fn method(&mut self, attributes: &[Attribute], signature: &Signature) {
        if attributes.iter().any(is_ours) {
            self.methods.insert(signature.ident.to_string());
        }
    }
}

impl VisitMut for FileFunctions {
    fn visit_impl_item_fn_mut(&mut self, function: &mut ImplItemFn) {
        self.method(&function.attrs, &function.sig);
        visit_mut::visit_impl_item_fn_mut(self, function);
    }

    fn visit_trait_item_fn_mut(&mut self, function: &mut TraitItemFn) {
        self.method(&function.attrs, &function.sig);
        visit_mut::visit_trait_item_fn_mut(self, function);
    }

    fn visit_item_fn_mut(&mut self, function: &mut ItemFn) {
        self.others.insert(function.sig.ident.to_string());
        visit_mut::visit_item_fn_mut(self, function);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::format_ident;

    #[test]
    fn only_functions_of_types_and_traits_are_methods() {
        let source = "
            struct Shop;
            impl Shop {
                #[task] async fn charge() {}
                #[stepwright::task(blocking)] async fn pack() {}
                async fn refund() {}
            }
            trait Ship { #[expression] fn send(); }
            mod inner { #[task] async fn pack() {} async fn free() {} }
            tasks! { #[task] async fn refund() {} }
        ";
        let functions = FileFunctions::of(source);
        let is = |name: &str| functions.has_only_method(&format_ident!("{name}"));
        assert!(is("charge") && is("send"));
        assert!(!is("pack") && !is("free") && !is("refund") && !is("missing"));
        let broken = FileFunctions::of("impl { #[task] async fn charge() {} ");
        assert!(!broken.has_only_method(&format_ident!("charge")));
    }
}
