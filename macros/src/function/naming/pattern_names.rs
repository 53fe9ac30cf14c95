//! The names that patterns bind.

use crate::function::source::tokens::each_ident;
use crate::machine::{MatchPattern, is_bound};
use crate::name::text;
use proc_macro2::{Ident, Span};
use quote::ToTokens;
use std::collections::{HashMap, HashSet};
use syn::visit::{self, Visit};
use syn::visit_mut::VisitMut;
use syn::{Pat, PatIdent, Token};

/// The names that a pattern binds.
pub(crate) fn bound_names(pattern: &Pat) -> Vec<Ident> {
    match pattern {
        Pat::Type(typed) => bound_names(&typed.pat),
        Pat::Guard(both) => bound_names(&both.pat),
        _ => match MatchPattern::of(pattern) {
            Ok(read) => read.names().into_iter().cloned().collect(),
            Err(_) => {
                let mut names = Vec::new();
                each_ident(pattern.to_token_stream(), &mut |name| {
                    if is_bound(name) {
                        names.push(name.clone());
                    }
                });
                names
            }
        },
    }
}

/// The names that a pattern declares with `mut`.
pub(crate) fn mutable_names(pattern: &Pat) -> HashSet<String> {
    struct Mutable(HashSet<String>);
    impl Visit<'_> for Mutable {
        fn visit_pat_ident(&mut self, one: &PatIdent) {
            if one.mutability.is_some() && one.by_ref.is_none() {
                self.0.insert(text(&one.ident));
            }
            visit::visit_pat_ident(self, one);
        }
    }
    let mut mutable = Mutable(HashSet::new());
    mutable.visit_pat(pattern);
    mutable.0
}

/// A pattern whose names are those of variables.
pub(crate) fn with_variables(pattern: &Pat, variables: &HashMap<String, Ident>) -> Pat {
    struct Renamer<'v>(&'v HashMap<String, Ident>);
    impl VisitMut for Renamer<'_> {
        fn visit_field_pat_mut(&mut self, field: &mut syn::FieldPat) {
            if field.colon_token.is_none() {
                field.colon_token = Some(Token![:](Span::call_site()));
            }
            self.visit_pat_mut(&mut field.pat);
        }

        fn visit_pat_ident_mut(&mut self, one: &mut PatIdent) {
            if let Some(variable) = self.0.get(&text(&one.ident)) {
                one.ident = variable.clone();
                one.by_ref = None;
                one.mutability = None;
            }
            if let Some((_, inner)) = &mut one.subpat {
                self.visit_pat_mut(inner);
            }
        }
    }
    let mut pattern = pattern.clone();
    Renamer(variables).visit_pat_mut(&mut pattern);
    pattern
}
