//! Functions in an `impl` or a `trait`, where the other items of a macro cannot be.

use crate::editor;
use proc_macro2::Ident;
use std::fs;
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{ImplItemFn, ItemFn, Signature, TraitItemFn, Visibility};

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
    let source = name.span().unwrap().local_file().map(fs::read_to_string);
    source.is_some_and(|source| source.is_ok_and(|source| is_only_method(&source, name)))
}

/// Whether all functions of this name in a source are in an `impl` or a `trait`.
fn is_only_method(source: &str, name: &Ident) -> bool {
    struct Functions<'n> {
        name: &'n Ident,
        methods: usize,
        others: usize,
    }
    impl VisitMut for Functions<'_> {
        fn visit_impl_item_fn_mut(&mut self, function: &mut ImplItemFn) {
            self.methods += usize::from(function.sig.ident == *self.name);
            visit_mut::visit_impl_item_fn_mut(self, function);
        }
        fn visit_trait_item_fn_mut(&mut self, function: &mut TraitItemFn) {
            self.methods += usize::from(function.sig.ident == *self.name);
            visit_mut::visit_trait_item_fn_mut(self, function);
        }
        fn visit_item_fn_mut(&mut self, function: &mut ItemFn) {
            self.others += usize::from(function.sig.ident == *self.name);
            visit_mut::visit_item_fn_mut(self, function);
        }
    }
    let Ok(mut file) = syn::parse_file(source) else {
        return false;
    };
    let mut functions = Functions {
        name,
        methods: 0,
        others: 0,
    };
    functions.visit_file_mut(&mut file);
    functions.methods > 0 && functions.others == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::format_ident;

    #[test]
    fn only_functions_of_types_and_traits_are_methods() {
        let source = "
            struct Shop;
            impl Shop { async fn charge() {} async fn pack() {} }
            trait Ship { fn send(); }
            mod inner { async fn pack() {} async fn free() {} }
        ";
        let is = |name: &str| is_only_method(source, &format_ident!("{name}"));
        assert!(is("charge") && is("send"));
        assert!(!is("pack") && !is("free") && !is("missing"));
        assert!(!is_only_method("impl {", &format_ident!("charge")));
    }
}
