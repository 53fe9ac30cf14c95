//! The variables of a function: each binding has a number, and gets its name at the end.
//!
//! Rust allows several bindings of one name; a workflow has one variable for each name. During the
//! translation the variable of a binding is `name__3`, with the binding's number. At the end the
//! first binding of a name gets the name itself, and the others `name_2`, `name_3`.

use crate::machine::{MatchPattern, Matches, is_bound};
use crate::name::text;
use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use std::collections::{HashMap, HashSet};
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{
    Expr, ExprBlock, ExprClosure, ExprForLoop, ExprIf, ExprMatch, ExprPath, FieldValue, Lit, Macro,
    Pat, PatIdent, Stmt, Token, UnOp,
};

/// A binding of the function.
struct Binding {
    base: String,
    /// The variable of an earlier binding that it shares.
    same_as: Option<usize>,
    /// The number of the body that declares it.
    body: usize,
    /// The scopes that contain it, outermost first.
    scopes: Vec<usize>,
    /// For an error that an arm caught: the name of the state that failed.
    failed_state: Option<String>,
    /// What determines its type: bindings with the same text have the same type.
    type_source: Option<String>,
    /// Whether the source declares it with `mut`.
    is_mutable: bool,
}

/// The binding that a name in the source refers to.
#[derive(Clone, Copy)]
struct ScopeEntry {
    number: usize,
    /// The name is a mutable reference to the variable.
    is_reference: bool,
}

/// A name that the function can read at some point.
#[derive(Clone)]
pub(super) struct Visible {
    pub(super) ident: Ident,
    pub(super) number: usize,
}

/// The bindings of a function, and the scopes at the current point.
pub(super) struct Names {
    bindings: Vec<Binding>,
    scopes: Vec<(usize, HashMap<String, ScopeEntry>)>,
    scope_count: usize,
    /// The names of the function's parameters: the workflow's input, or a fragment's parameters.
    parameters: Vec<Ident>,
}

impl Names {
    pub(super) fn new(parameters: Vec<Ident>) -> Names {
        Names {
            bindings: Vec::new(),
            scopes: vec![(0, HashMap::new())],
            scope_count: 1,
            parameters,
        }
    }

    pub(super) fn open(&mut self) {
        self.scopes.push((self.scope_count, HashMap::new()));
        self.scope_count += 1;
    }

    pub(super) fn close(&mut self) {
        self.scopes.pop();
    }

    /// Creates a binding, which is visible only after [`show`](Names::show).
    pub(super) fn bind(&mut self, name: &Ident, body: usize) -> Ident {
        let number = self.bindings.len();
        let base = text(name).trim_start_matches('_').to_owned();
        let base = if base.is_empty() || base.starts_with(|c: char| c.is_ascii_digit()) {
            format!("unused{base}")
        } else {
            base
        };
        let ident = format_ident!("{}__{}", base, number, span = name.span());
        self.bindings.push(Binding {
            base,
            same_as: None,
            body,
            scopes: self.scopes.iter().map(|(scope, _)| *scope).collect(),
            failed_state: None,
            type_source: None,
            is_mutable: false,
        });
        ident
    }

    /// Makes a binding visible under its name in the source.
    pub(super) fn show(&mut self, name: &Ident, bound: &Ident) {
        self.insert(name, bound, false);
    }

    /// Makes a name another one for a variable: a mutable reference to it.
    pub(super) fn show_reference(&mut self, name: &Ident, variable: &Ident) {
        self.insert(name, variable, true);
    }

    fn insert(&mut self, name: &Ident, bound: &Ident, is_reference: bool) {
        if let (Some(number), Some((_, scope))) = (number_of(bound), self.scopes.last_mut()) {
            let entry = ScopeEntry {
                number,
                is_reference,
            };
            scope.insert(text(name), entry);
        }
    }

    fn entry(&self, name: &Ident) -> Option<ScopeEntry> {
        let wanted = text(name);
        let mut scopes = self.scopes.iter().rev();
        scopes.find_map(|(_, scope)| scope.get(&wanted)).copied()
    }

    /// Whether a name is a mutable reference to a variable.
    pub(super) fn is_reference(&self, name: &Ident) -> bool {
        self.entry(name).is_some_and(|entry| entry.is_reference)
    }

    /// Records the names that a pattern declares with `mut`.
    pub(super) fn mark_as_mutable(&mut self, bound: &Ident) {
        if let Some(binding) = number_of(bound).and_then(|number| self.bindings.get_mut(number)) {
            binding.is_mutable = true;
        }
    }

    /// Whether a name is a variable that is declared with `mut`.
    pub(super) fn is_mutable(&self, name: &Ident) -> bool {
        let entry = self.entry(name);
        entry.is_some_and(|entry| self.bindings[entry.number].is_mutable)
    }

    pub(super) fn declare(&mut self, name: &Ident, body: usize) -> Ident {
        let bound = self.bind(name, body);
        self.show(name, &bound);
        bound
    }

    pub(super) fn mark_as_caught(&mut self, bound: &Ident, failed_state: &str) {
        if let Some(binding) = number_of(bound).and_then(|number| self.bindings.get_mut(number)) {
            binding.failed_state = Some(failed_state.to_owned());
        }
    }

    /// The state that failed with an error, if the name is that of a caught error.
    pub(super) fn failed_state(&self, name: &Ident) -> Option<&str> {
        let found = self.find(name)?;
        self.bindings.get(found.number)?.failed_state.as_deref()
    }

    /// The variable that a name in the source refers to.
    pub(super) fn find(&self, name: &Ident) -> Option<Visible> {
        let number = self.entry(name)?.number;
        let base = &self.bindings.get(number)?.base;
        Some(Visible {
            ident: format_ident!("{}__{}", base, number, span = name.span()),
            number,
        })
    }

    /// The number of the body that declares a binding.
    pub(super) fn body_of(&self, number: usize) -> usize {
        self.bindings.get(number).map_or(0, |binding| binding.body)
    }

    pub(super) fn is_parameter(&self, name: &Ident) -> bool {
        self.find(name).is_none() && self.parameters.contains(name)
    }

    /// Whether two variables may be one: they have the same name in the source, and never exist at
    /// the same time.
    pub(super) fn may_share(&self, one: &Ident, other: &Ident) -> bool {
        let (Some(one), Some(other)) = (number_of(one), number_of(other)) else {
            return false;
        };
        self.are_disjoint(one, other)
    }

    fn are_disjoint(&self, one: usize, other: usize) -> bool {
        let (Some(a), Some(b)) = (self.bindings.get(one), self.bindings.get(other)) else {
            return false;
        };
        let contains = |outer: &Binding, inner: &Binding| inner.scopes.starts_with(&outer.scopes);
        a.base == b.base && a.body == b.body && !contains(a, b) && !contains(b, a)
    }

    /// Makes one variable of two bindings.
    pub(super) fn share(&mut self, one: &Ident, with: &Ident) {
        if let (Some(one), Some(with)) = (number_of(one), number_of(with)) {
            let (one, with) = (self.root(one), self.root(with));
            if one != with
                && let Some(binding) = self.bindings.get_mut(one.max(with))
            {
                binding.same_as = Some(one.min(with));
            }
        }
    }

    /// A text with one name for bindings that share a variable.
    pub(super) fn canonical(&self, text: &str) -> String {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let mut written = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find(is_part) {
            let (before, from) = rest.split_at(start);
            let end = from.find(|c| !is_part(c)).unwrap_or(from.len());
            let (word, after) = from.split_at(end);
            written.push_str(before);
            let known = word.rsplit_once("__").and_then(|(base, number)| {
                let number: usize = number.parse().ok()?;
                (self.bindings.get(number)?.base == base)
                    .then(|| format!("{base}__{}", self.root(number)))
            });
            written.push_str(known.as_deref().unwrap_or(word));
            rest = after;
        }
        written.push_str(rest);
        written
    }

    fn root(&self, mut number: usize) -> usize {
        while let Some(earlier) = self
            .bindings
            .get(number)
            .and_then(|binding| binding.same_as)
        {
            number = earlier;
        }
        number
    }

    /// Records what determines the type of a new binding.
    pub(super) fn has_type_of(&mut self, bound: &Ident, source: String) {
        if let Some(binding) = number_of(bound).and_then(|number| self.bindings.get_mut(number)) {
            binding.type_source.get_or_insert(source);
        }
    }

    /// Makes one variable of bindings that have one name and one type, and never exist at the same
    /// time.
    fn share_equal_types(&mut self) {
        let mut members: HashMap<usize, Vec<usize>> = HashMap::new();
        for number in 0..self.bindings.len() {
            members.entry(self.root(number)).or_default().push(number);
        }
        let mut roots: Vec<usize> = members.keys().copied().collect();
        roots.sort_unstable();
        // The variables so far, by name and type, each with its bindings.
        let mut variables: HashMap<(String, String), Vec<Vec<usize>>> = HashMap::new();
        for root in roots {
            let binding = &self.bindings[root];
            let (Some(source), Some(own)) = (binding.type_source.clone(), members.remove(&root))
            else {
                continue;
            };
            let known = variables.entry((binding.base.clone(), source)).or_default();
            let fits = |variable: &&mut Vec<usize>| {
                let mut pairs = variable
                    .iter()
                    .flat_map(|one| own.iter().map(move |other| (*one, *other)));
                pairs.all(|(one, other)| self.are_disjoint(one, other))
            };
            match known.iter_mut().find(fits) {
                Some(variable) => {
                    let first = variable[0];
                    variable.extend(own);
                    self.bindings[root].same_as = Some(first);
                }
                None => known.push(own),
            }
        }
    }

    /// The final names of all variables.
    pub(super) fn finish(mut self) -> FinalNames {
        self.share_equal_types();
        let mut taken: HashSet<String> = self.parameters.iter().map(text).collect();
        taken.extend(["task_token", "states"].map(str::to_owned));
        let mut names = HashMap::new();
        let mut of_roots: HashMap<usize, String> = HashMap::new();
        for (number, binding) in self.bindings.iter().enumerate() {
            let root = self.root(number);
            let name = match of_roots.get(&root) {
                Some(name) => name.clone(),
                None => {
                    let numbered = (2..).map(|count: usize| format!("{}_{count}", binding.base));
                    let mut all = std::iter::once(binding.base.clone()).chain(numbered);
                    let name = all.find(|name| !taken.contains(name)).unwrap_or_default();
                    taken.insert(name.clone());
                    of_roots.insert(root, name.clone());
                    name
                }
            };
            names.insert(format!("{}__{number}", binding.base), name);
        }
        FinalNames {
            names,
            with_underscore: true,
        }
    }

    /// An expression with the variables of the graph instead of the names in the source, and the
    /// mutable references in it that are used as values.
    pub(super) fn resolved(&self, value: &Expr) -> (Expr, Vec<Ident>) {
        let mut value = value.clone();
        let mut resolver = NameResolver {
            names: self,
            locals: Vec::new(),
            references: Vec::new(),
        };
        resolver.visit_expr_mut(&mut value);
        (value, resolver.references)
    }
}

/// The number in a variable's name during the translation.
pub(super) fn number_of(ident: &Ident) -> Option<usize> {
    ident.to_string().rsplit_once("__")?.1.parse().ok()
}

/// The final name of each variable.
pub(super) struct FinalNames {
    names: HashMap<String, String>,
    /// Whether a name with `_` before it is renamed as well.
    with_underscore: bool,
}

impl FinalNames {
    pub(super) fn ident(&self, ident: &mut Ident) {
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

    pub(super) fn expr(&self, value: &mut Expr) {
        FinalNamer(self).visit_expr_mut(value);
    }

    pub(super) fn pat(&self, pattern: &mut Pat) {
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
pub(super) fn rename(value: &mut Expr, from: &str, to: &str) {
    let names = HashMap::from([(from.to_owned(), to.to_owned())]);
    FinalNamer(&FinalNames {
        names,
        with_underscore: false,
    })
    .visit_expr_mut(value);
}

/// Calls `visit` with each identifier in the tokens.
pub(super) fn each_ident(tokens: TokenStream, visit: &mut impl FnMut(&Ident)) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => visit(&ident),
            TokenTree::Group(group) => each_ident(group.stream(), visit),
            _ => {}
        }
    }
}

/// The location of a name in the arguments of a macro, also in braces in a text: `format!("{e}")`.
pub(super) fn read_in_macro(mac: &Macro, name: &Ident) -> Option<Span> {
    fn find(tokens: TokenStream, name: &Ident, wanted: &str) -> Option<Span> {
        tokens.into_iter().find_map(|token| match token {
            TokenTree::Ident(ident) => (ident == *name).then(|| ident.span()),
            TokenTree::Group(group) => find(group.stream(), name, wanted),
            TokenTree::Literal(literal) => match Lit::new(literal) {
                Lit::Str(template) => captures(&template.value())
                    .iter()
                    .any(|captured| captured == wanted)
                    .then(|| template.span()),
                _ => None,
            },
            TokenTree::Punct(_) => None,
        })
    }
    find(mac.tokens.clone(), name, &text(name))
}

/// Replaces the names of an expression, except those that the expression itself binds.
struct NameResolver<'n> {
    names: &'n Names,
    locals: Vec<String>,
    /// The mutable references that are used as values.
    references: Vec<Ident>,
}

impl NameResolver<'_> {
    fn is_local(&self, name: &Ident) -> bool {
        self.locals.contains(&text(name))
    }

    fn found(&self, name: &Ident) -> Option<Ident> {
        if self.is_local(name) {
            return None;
        }
        self.names.find(name).map(|found| found.ident)
    }

    /// Visits a value that is dereferenced, or of which a part is read.
    fn dereferenced(&mut self, value: &mut Expr) {
        let before = self.references.len();
        self.visit_expr_mut(value);
        if let Expr::Path(_) = value {
            self.references.truncate(before);
        }
    }

    fn with(&mut self, patterns: &[&Pat], visit: impl FnOnce(&mut Self)) {
        let before = self.locals.len();
        for pattern in patterns {
            self.locals.extend(bound_names(pattern).iter().map(text));
        }
        visit(self);
        self.locals.truncate(before);
    }

    /// The values of a `format!`. A name in braces becomes a named argument if the variable has
    /// another name.
    fn template(&mut self, mac: &mut Macro) {
        let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
        let Ok(mut arguments) = mac.parse_body_with(parser) else {
            return;
        };
        let mut given = HashSet::new();
        let mut captured = Vec::new();
        let is_template = !mac.path.is_ident("vec");
        for (index, argument) in arguments.iter_mut().enumerate() {
            match argument {
                Expr::Assign(named) => {
                    if let Expr::Path(path) = &*named.left {
                        given.extend(path.path.get_ident().map(text));
                    }
                    self.visit_expr_mut(&mut named.right);
                }
                Expr::Lit(literal) if index == 0 && is_template => {
                    if let Lit::Str(template) = &literal.lit {
                        captured.extend(
                            captures(&template.value())
                                .into_iter()
                                .map(|name| (name, template.span())),
                        );
                    }
                }
                other if is_template => self.dereferenced(other),
                other => self.visit_expr_mut(other),
            }
        }
        for (name, span) in captured {
            let Some(source) = crate::name::identifier(&name, span) else {
                continue;
            };
            if given.insert(name)
                && let Some(variable) = self.found(&source)
            {
                arguments.push(syn::parse_quote!(#source = #variable));
            }
        }
        mac.tokens = arguments.into_token_stream();
    }
}

impl VisitMut for NameResolver<'_> {
    /// The translator has read the name in `#[state(Name)]`.
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<syn::Attribute>) {
        attributes.retain(|attribute| !attribute.path().is_ident("state"));
    }

    fn visit_expr_mut(&mut self, value: &mut Expr) {
        // A variable of a workflow is a value, so it has no reference to follow.
        if let Expr::Unary(unary) = value
            && matches!(unary.op, UnOp::Deref(_))
            && let Expr::Path(path) = &*unary.expr
            && let Some(name) = path.path.get_ident()
            && (self.found(name).is_some()
                || (!self.is_local(name) && self.names.is_parameter(name)))
        {
            *value = (*unary.expr).clone();
            self.dereferenced(value);
            return;
        }
        match value {
            Expr::MethodCall(call) => {
                self.dereferenced(&mut call.receiver);
                self.visit_attributes_mut(&mut call.attrs);
                call.args
                    .iter_mut()
                    .for_each(|one| self.visit_expr_mut(one));
            }
            Expr::Field(field) => {
                self.dereferenced(&mut field.base);
                self.visit_attributes_mut(&mut field.attrs);
            }
            Expr::Index(index) => {
                self.dereferenced(&mut index.expr);
                self.visit_attributes_mut(&mut index.attrs);
                self.visit_expr_mut(&mut index.index);
            }
            other => visit_mut::visit_expr_mut(self, other),
        }
    }

    fn visit_expr_path_mut(&mut self, path: &mut ExprPath) {
        self.visit_attributes_mut(&mut path.attrs);
        if path.qself.is_none()
            && let Some(name) = path.path.get_ident()
            && let Some(found) = self.found(name)
        {
            if self.names.is_reference(name) {
                self.references.push(name.clone());
            }
            path.path = found.into();
        }
    }

    fn visit_field_value_mut(&mut self, field: &mut FieldValue) {
        let before = field.expr.to_token_stream().to_string();
        self.visit_expr_mut(&mut field.expr);
        if field.colon_token.is_none() && field.expr.to_token_stream().to_string() != before {
            field.colon_token = Some(Token![:](Span::call_site()));
        }
    }

    fn visit_expr_closure_mut(&mut self, closure: &mut ExprClosure) {
        let inputs: Vec<Pat> = closure.inputs.iter().cloned().collect();
        let inputs: Vec<&Pat> = inputs.iter().collect();
        self.with(&inputs, |names| names.visit_expr_mut(&mut closure.body));
    }

    fn visit_expr_match_mut(&mut self, matched: &mut ExprMatch) {
        self.visit_attributes_mut(&mut matched.attrs);
        self.visit_expr_mut(&mut matched.expr);
        for arm in &mut matched.arms {
            let pattern = arm.pat.clone();
            self.with(&[&pattern], |names| visit_mut::visit_arm_mut(names, arm));
        }
    }

    fn visit_expr_if_mut(&mut self, one: &mut ExprIf) {
        self.visit_attributes_mut(&mut one.attrs);
        let mut patterns = Vec::new();
        conditions(&one.cond, &mut patterns);
        let patterns: Vec<&Pat> = patterns.iter().collect();
        self.with(&patterns, |names| {
            names.visit_expr_mut(&mut one.cond);
            names.visit_block_mut(&mut one.then_branch);
        });
        if let Some((_, other)) = &mut one.else_branch {
            self.visit_expr_mut(other);
        }
    }

    fn visit_expr_for_loop_mut(&mut self, one: &mut ExprForLoop) {
        self.visit_expr_mut(&mut one.expr);
        let pattern = (*one.pat).clone();
        self.with(&[&pattern], |names| names.visit_block_mut(&mut one.body));
    }

    fn visit_expr_block_mut(&mut self, block: &mut ExprBlock) {
        self.visit_attributes_mut(&mut block.attrs);
        let before = self.locals.len();
        for statement in &mut block.block.stmts {
            if let Stmt::Local(local) = statement {
                self.visit_attributes_mut(&mut local.attrs);
                if let Some(init) = &mut local.init {
                    self.visit_expr_mut(&mut init.expr);
                }
                self.locals.extend(bound_names(&local.pat).iter().map(text));
            } else {
                self.visit_stmt_mut(statement);
            }
        }
        self.locals.truncate(before);
    }

    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        let name = mac.path.segments.last().map(|last| last.ident.to_string());
        match name.as_deref() {
            Some("matches") => {
                let Ok(Matches {
                    mut subject,
                    pattern,
                    mut guard,
                }) = mac.parse_body::<Matches>()
                else {
                    return;
                };
                self.visit_expr_mut(&mut subject);
                if let Some(guard) = &mut guard {
                    self.with(&[&pattern], |names| names.visit_expr_mut(guard));
                }
                let guard = guard.iter();
                mac.tokens = quote!(#subject, #pattern #(if #guard)*);
            }
            Some("format" | "panic" | "unreachable" | "todo" | "vec") => self.template(mac),
            _ => {}
        }
    }
}

/// The patterns of `if let`, also in a chain.
fn conditions(condition: &Expr, into: &mut Vec<Pat>) {
    match condition {
        Expr::Let(one) => into.push((*one.pat).clone()),
        Expr::Binary(both) => {
            conditions(&both.left, into);
            conditions(&both.right, into);
        }
        Expr::Paren(inner) => conditions(&inner.expr, into),
        _ => {}
    }
}

/// The names that a pattern binds.
pub(super) fn bound_names(pattern: &Pat) -> Vec<Ident> {
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
pub(super) fn mutable_names(pattern: &Pat) -> HashSet<String> {
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
pub(super) fn with_variables(pattern: &Pat, variables: &HashMap<String, Ident>) -> Pat {
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

/// The names in the braces of a format template.
fn captures(template: &str) -> Vec<String> {
    let mut names = Vec::new();
    let text = template.replace("{{", "").replace("}}", "");
    for part in text.split('{').skip(1) {
        let inside = part.split('}').next().unwrap_or_default();
        let name = inside.split(':').next().unwrap_or_default().trim();
        if name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            names.push(name.to_owned());
        }
    }
    names
}
