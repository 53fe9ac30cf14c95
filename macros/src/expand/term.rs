//! Terms as calls that create a `stepwright::expr::Expr`.

use super::literal::json;
use super::witness_types::known;
use crate::functions::value_function;
use crate::machine::{Align, FormatPiece, MatchPattern, Record, Spec, Term, UPDATE};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Pat, Path};

/// Writes terms, and collects the types of their records.
#[derive(Default)]
pub(crate) struct TermWriter {
    witnesses: Vec<(String, TokenStream)>,
    /// Whether the terms are those of a `#[workflow]` function.
    in_a_function: bool,
    /// The task whose `catch` is being written.
    pub(super) task: Option<Path>,
}

impl TermWriter {
    pub(crate) fn new(in_a_function: bool) -> TermWriter {
        TermWriter {
            in_a_function,
            ..TermWriter::default()
        }
    }

    pub(crate) fn value(&mut self, value: &Term) -> TokenStream {
        match value {
            Term::Parameter => quote!(__s::Expr::parameter()),
            Term::Item(name) => quote!(__s::Expr::item(#name)),
            Term::Variable(name) => quote!(__s::Expr::variable(#name)),
            Term::Result => quote!(__s::Expr::result()),
            Term::TaskToken => quote!(__s::Expr::task_token()),
            Term::ErrorOutput => quote!(__s::Expr::error_output()),
            Term::ErrorField(path, field) => self.error_field(path, field),
            Term::Local(name) => quote!(__s::Expr::local(#name)),
            Term::Inline(earlier) => self.value(&earlier.value),
            Term::Literal(literal) => {
                let literal = json(literal);
                quote!(__s::Expr::literal(#literal))
            }
            Term::Unit => quote!(__s::Expr::literal(__s::serde_json::Value::Null)),
            Term::Constant(path, beside) if beside.is_empty() => {
                quote!(__s::Expr::constant(&#path))
            }
            Term::Constant(path, beside) => {
                // rustc suggests similar names in scope. The same names are in scope in the type
                // block, so that a misspelled name causes one error instead of two.
                let names = beside.iter().map(|name| {
                    let mut name = name.clone();
                    name.set_span(Span::call_site());
                    name
                });
                quote!({ #(let #names = ();)* __s::Expr::constant(&#path) })
            }
            Term::Field(base, name) => {
                let base = self.value(base);
                quote!(#base.field(#name))
            }
            Term::TupleField(base, index) => {
                let base = self.value(base);
                let index = Literal::usize_unsuffixed(*index as usize);
                quote!(#base.tuple_field(#index))
            }
            Term::Index(base, index) => {
                let base = self.value(base);
                let index = self.value(index);
                quote!(#base.index(#index))
            }
            Term::Method(receiver, name, arguments) => {
                let receiver = self.value(receiver);
                let arguments = self.list(arguments);
                quote!(#receiver.method(#name, #arguments))
            }
            Term::Not(value) => {
                let value = self.value(value);
                quote!(__s::Expr::unary(__s::Unary::Not, #value))
            }
            Term::Negative(value) => {
                let value = self.value(value);
                quote!(__s::Expr::unary(__s::Unary::Neg, #value))
            }
            Term::Binary(operator, left, right) => {
                let operator = Ident::new(operator, Span::call_site());
                let left = self.value(left);
                let right = self.value(right);
                quote!(#left.binary(__s::Binary::#operator, #right))
            }
            Term::If(condition, then, otherwise) => {
                let condition = self.value(condition);
                let then = self.value(then);
                let otherwise = self.value(otherwise);
                quote!(__s::Expr::if_else(#condition, #then, #otherwise))
            }
            Term::Match(subject, cases) => self.match_on(subject, cases),
            Term::Record(record) => self.record(record),
            Term::Tuple(items) => {
                let items = self.list(items);
                quote!(__s::Expr::tuple(#items))
            }
            Term::Array(items) => {
                let items = self.list(items);
                quote!(__s::Expr::array(#items))
            }
            Term::Object(entries) => {
                let keys = entries.iter().map(|(key, _)| key);
                let values = entries.iter().map(|(_, value)| self.value(value));
                quote!(__s::Expr::object(
                    ::std::vec![#((__s::Text::Borrowed(#keys), #values)),*]
                ))
            }
            Term::Format(pieces) => self.format(pieces),
            Term::Closure(parameters, body) => self.closure(parameters, body),
            Term::Typed(number, value) => self.typed(*number, value),
            Term::Checked(number, value) => {
                let (known, value) = (known(*number), self.value(value));
                quote!(#known.checked(#value))
            }
            Term::Default(number) => {
                let known = known(*number);
                quote!(#known.default_value())
            }
            Term::Let(bindings, body) => self.let_in(bindings, body),
            Term::Some(value) => {
                let value = self.value(value);
                quote!(__s::Expr::some(#value))
            }
            Term::None => quote!(__s::Expr::none()),
            Term::Function(path, arguments) => {
                let arguments = self.list(arguments);
                quote!(__s::Expr::function(#path, #arguments))
            }
            Term::Library(path, arguments) => {
                let arguments = self.list(arguments);
                quote!(__s::library::<(#path)>(#arguments))
            }
            Term::Inlined(path, arguments) => {
                let arguments = self.list(arguments);
                let inlined = value_function(path, self.in_a_function, "inlined");
                quote!(#inlined(#arguments))
            }
            Term::Raw(kind, text, ty) => {
                let kind = Ident::new(kind, Span::call_site());
                let shape = match ty {
                    Some(ty) => quote!(<#ty as __s::Payload>::shape),
                    None => quote!(<__s::serde_json::Value as __s::Payload>::shape),
                };
                quote!(__s::Expr::#kind(#text, #shape))
            }
            Term::Placeholder(name) => quote!(__s::Expr::placeholder(#name)),
            // A flow with errors is not written.
            Term::Faulty => quote!(__s::Expr::none()),
        }
    }

    fn match_on(&mut self, subject: &Term, cases: &[(Pat, Option<Term>, Term)]) -> TokenStream {
        let subject = self.value(subject);
        let mut list = TokenStream::new();
        for (pattern, guard, value) in cases {
            let pattern = MatchPattern::of(pattern).unwrap_or(MatchPattern::Wildcard);
            let pattern = super::pattern::pattern(&pattern);
            let guard = match guard {
                Some(guard) => {
                    let guard = self.value(guard);
                    quote!(::core::option::Option::Some(#guard))
                }
                None => quote!(::core::option::Option::None),
            };
            let value = self.value(value);
            quote!(__s::Case::new(#pattern, #guard, #value),).to_tokens(&mut list);
        }
        quote!(__s::Expr::match_on(#subject, ::std::vec![#list]))
    }

    fn record(&mut self, record: &Record) -> TokenStream {
        let mut witness = self.witness(&record.path, record.called.then_some(record.fields.len()));
        // rustc reports a type that is no payload there.
        witness.set_span(Span::call_site().located_at(record.path.span()));
        let variant = option(record.variant.as_deref());
        let mut fields = TokenStream::new();
        for (name, value) in &record.fields {
            let value = self.value(value);
            quote!((#name, #value),).to_tokens(&mut fields);
        }
        match &record.base {
            Some(base) => {
                let base = self.value(base);
                quote!(__s::record_from(#witness, ::std::vec![#fields], #base))
            }
            None => quote!(__s::record_of(#witness, #variant, ::std::vec![#fields])),
        }
    }

    fn format(&mut self, pieces: &[FormatPiece]) -> TokenStream {
        let mut list = TokenStream::new();
        for piece in pieces {
            match piece {
                FormatPiece::Text(text) => {
                    quote!(__s::Piece::Text(__s::Text::Borrowed(#text)),).to_tokens(&mut list);
                }
                FormatPiece::Value(value, spec) => {
                    let value = self.value(value);
                    match spec {
                        Some(spec) => {
                            let spec = format_spec(spec);
                            quote!(__s::Piece::Formatted(#value, #spec),)
                        }
                        None => quote!(__s::Piece::Value(#value),),
                    }
                    .to_tokens(&mut list);
                }
            }
        }
        quote!(__s::Expr::format(::std::vec![#list]))
    }

    /// Returns a value with the type that rustc knows by a number.
    fn typed(&mut self, number: usize, value: &Term) -> TokenStream {
        let known = known(number);
        match value {
            Term::Method(option, name, _) if name == "unwrap_or_default" => {
                let option = self.value(option);
                quote!(#known.unwrap_or_default(#option))
            }
            Term::Constant(..) => {
                let value = self.value(value);
                quote!(#known.constant(#value))
            }
            Term::Record(Record {
                path,
                fields,
                base: Some(base),
                ..
            }) if path.is_ident(UPDATE) => {
                let base = self.value(base);
                let names = fields.iter().map(|(name, _)| name);
                let values = fields.iter().map(|(_, value)| self.value(value));
                let fields = quote!(::std::vec![#((#names, #values)),*]);
                quote!(#known.updated(#fields, #base))
            }
            value => {
                let value = self.value(value);
                quote!(#known.typed(#value))
            }
        }
    }

    fn closure(&mut self, parameters: &[(String, Option<usize>)], body: &Term) -> TokenStream {
        let body = self.value(body);
        let parameters = parameters.iter().map(|(name, seen)| match seen {
            Some(number) => {
                let known = known(*number);
                quote!((#name, #known.shape()))
            }
            None => quote!((#name, ::core::option::Option::None)),
        });
        quote!(__s::Expr::typed_closure(::std::vec![#(#parameters),*], #body))
    }

    fn let_in(&mut self, bindings: &[(String, Term)], body: &Term) -> TokenStream {
        let mut list = TokenStream::new();
        for (name, value) in bindings {
            let value = self.value(value);
            quote!((#name, #value),).to_tokens(&mut list);
        }
        let body = self.value(body);
        quote!(__s::Expr::let_in::<&'static str>(::std::vec![#list], #body))
    }

    pub(super) fn list(&mut self, values: &[Term]) -> TokenStream {
        let mut items = TokenStream::new();
        for value in values {
            let value = self.value(value);
            quote!(#value,).to_tokens(&mut items);
        }
        quote!(::std::vec![#items])
    }

    /// The field of a caught error: of the task's error, else of the type in the path.
    fn error_field(&mut self, path: &Path, field: &str) -> TokenStream {
        let variant = last(path);
        if let Some(task) = &self.task {
            return quote!(__s::called_error_field::<(#task)>(#variant, #field));
        }
        let witness = self.witness(path, None);
        quote!(__s::error_field_of(#witness, #variant, #field))
    }

    /// The ASL names of an error's variant, as `ErrorNames`.
    pub(super) fn error_names(&mut self, path: &Path) -> TokenStream {
        let variant = last(path);
        if let Some(task) = &self.task {
            return quote!(__s::called_error_names_of_variant::<(#task)>(#variant));
        }
        let witness = self.witness(path, None);
        quote!(__s::error_names_of_witness(#witness, #variant))
    }

    /// The error of a variant and its fields, for a Fail state.
    pub(super) fn raised(&mut self, path: &Path, fields: &[(String, TokenStream)]) -> TokenStream {
        let variant = last(path);
        let witness = self.witness(path, None);
        let fields = fields.iter().map(|(name, value)| quote!((#name, #value)));
        quote!({
            use __s::NoRaisedError as _;
            __s::RaisedType(#witness).value(#variant, ::std::vec![#(#fields),*])
        })
    }

    /// A variable that holds a witness of the type of a struct or variant, given by the user's
    /// path. `called` is the number of arguments if it is called.
    ///
    /// The type is inferred from a pattern or a call, for which rustc reports a misspelled path
    /// with the same message as the type block, so that the user sees it once.
    fn witness(&mut self, path: &Path, called: Option<usize>) -> Ident {
        let key = format!(
            "{}{}",
            path.to_token_stream(),
            if called.is_some() { "(" } else { "" }
        );
        let known = self.witnesses.iter().position(|(other, _)| *other == key);
        let index = known.unwrap_or_else(|| {
            let name = format_ident!("__t{}", self.witnesses.len());
            let fixed = match called {
                Some(count) => {
                    let arguments = (0..count).map(|_| quote!(__s::any()));
                    quote!(#name.see(#path(#(#arguments),*));)
                }
                None => quote!(match #name.get() { #path { .. } => {} _ => {} }),
            };
            self.witnesses.push((key, fixed));
            self.witnesses.len() - 1
        });
        format_ident!("__t{}", index)
    }

    /// The statements that create the witnesses.
    pub(crate) fn witnesses(&self) -> TokenStream {
        if self.witnesses.is_empty() {
            return TokenStream::new();
        }
        let names = (0..self.witnesses.len()).map(|index| format_ident!("__t{}", index));
        let fixed = self.witnesses.iter().map(|(_, fixed)| fixed);
        quote! {
            #(let #names = __s::Witness::new();)*
            if false {
                loop {}
                #(#fixed)*
            }
        }
    }
}

/// The format after the colon of `{:>8}`.
fn format_spec(spec: &Spec) -> TokenStream {
    let mut tokens = quote!(__s::Spec::new());
    if let Some(fill) = spec.fill {
        quote!(.fill(#fill)).to_tokens(&mut tokens);
    }
    if let Some(align) = spec.align {
        let align = match align {
            Align::Left => quote!(Left),
            Align::Center => quote!(Center),
            Align::Right => quote!(Right),
        };
        quote!(.align(__s::Align::#align)).to_tokens(&mut tokens);
    }
    if spec.sign {
        quote!(.sign()).to_tokens(&mut tokens);
    }
    if spec.zero {
        quote!(.zero()).to_tokens(&mut tokens);
    }
    if let Some(width) = spec.width {
        quote!(.width(#width)).to_tokens(&mut tokens);
    }
    if let Some(precision) = spec.precision {
        quote!(.precision(#precision)).to_tokens(&mut tokens);
    }
    tokens
}

/// `Option<&'static str>`
fn option(text: Option<&str>) -> TokenStream {
    match text {
        Some(text) => quote!(::core::option::Option::Some(#text)),
        None => quote!(::core::option::Option::None),
    }
}

fn last(path: &Path) -> String {
    path.segments
        .last()
        .map(|last| last.ident.unraw().to_string())
        .unwrap_or_default()
}
