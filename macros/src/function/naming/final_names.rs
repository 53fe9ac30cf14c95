//! The final names of variables, and how they are put into the code.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use std::collections::HashMap;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, Macro, Pat};

/// The final name of each variable.
pub(crate) struct FinalNames {
    pub(crate) names: HashMap<String, String>,
    /// Whether a name with `_` before it is renamed as well.
    pub(super) with_underscore: bool,
}

impl FinalNames {
    pub(crate) fn ident(&self, ident: &mut Ident) {
        let text = ident.to_string();
        let found = self.names.get(&text).cloned().or_else(|| {
            // A value that a later assignment of its transition replaces.
            let name = self.names.get(text.strip_prefix('_')?)?;
            self.with_underscore.then(|| format!("_{name}"))
        });
        if let Some(name) = found
            && let Some(named) = crate::name::identifier(&name, ident.span())
        {
            *ident = named;
        }
    }

    pub(crate) fn expr(&self, value: &mut Expr) {
        FinalNamer(self).visit_expr_mut(value);
    }

    pub(crate) fn pat(&self, pattern: &mut Pat) {
        FinalNamer(self).visit_pat_mut(pattern);
    }

    fn tokens(&self, tokens: TokenStream) -> TokenStream {
        let named = |token| match token {
            TokenTree::Ident(mut ident) => {
                self.ident(&mut ident);
                TokenTree::Ident(ident)
            }
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), self.tokens(group.stream()));
                inner.set_span(group.span());
                TokenTree::Group(inner)
            }
            other => other,
        };
        tokens.into_iter().map(named).collect()
    }
}

struct FinalNamer<'n>(&'n FinalNames);

impl VisitMut for FinalNamer<'_> {
    fn visit_ident_mut(&mut self, ident: &mut Ident) {
        self.0.ident(ident);
    }

    fn visit_field_pat_mut(&mut self, field: &mut syn::FieldPat) {
        visit_mut::visit_field_pat_mut(self, field);
        // rustc warns about `reason: reason`.
        if let (syn::Member::Named(member), Pat::Ident(name)) = (&field.member, &*field.pat)
            && *member == name.ident
        {
            field.colon_token = None;
        }
    }

    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        mac.tokens = self.0.tokens(std::mem::take(&mut mac.tokens));
    }
}

/// Renames a variable in an expression.
pub(crate) fn rename(value: &mut Expr, from: &str, to: &str) {
    let names = HashMap::from([(from.to_owned(), to.to_owned())]);
    FinalNamer(&FinalNames {
        names,
        with_underscore: false,
    })
    .visit_expr_mut(value);
}
