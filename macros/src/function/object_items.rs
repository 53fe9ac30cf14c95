//! Items in S3: `csv_items(bucket, key)`, the first argument of `map_distributed`.

use super::call_options::{literal, whole};
use super::source::scan::{bare, by_value, called};
use super::translator::{Exits, Translator};
use crate::machine::{Access, ObjectLiteral, ObjectValue, Setting, SettingValue, own_name};
use crate::name::text;
use proc_macro2::{Ident, Span};
use syn::punctuated::Punctuated;
use syn::{Expr, ExprCall, Lit, LitStr, Token, Type};

/// A function that returns items in S3.
struct ObjectFunction {
    name: &'static str,
    /// The type of `stepwright::function::plain` that stands for the format.
    format: &'static str,
    input_type: Option<&'static str>,
    resource: &'static str,
    key: &'static str,
}

const GET_OBJECT: &str = "arn:aws:states:::s3:getObject";
const PUT_OBJECT: &str = "arn:aws:states:::s3:putObject";

const FUNCTIONS: [ObjectFunction; 4] = [
    ObjectFunction {
        name: "csv_items",
        format: "Csv",
        input_type: Some("CSV"),
        resource: GET_OBJECT,
        key: "Key",
    },
    ObjectFunction {
        name: "json_items",
        format: "JsonArray",
        input_type: Some("JSON"),
        resource: GET_OBJECT,
        key: "Key",
    },
    ObjectFunction {
        name: "json_lines_items",
        format: "JsonLines",
        input_type: Some("JSONL"),
        resource: GET_OBJECT,
        key: "Key",
    },
    ObjectFunction {
        name: "object_items",
        format: "ObjectList",
        input_type: None,
        resource: "arn:aws:states:::s3:listObjectsV2",
        key: "Prefix",
    },
];

/// A source in the code of a function: `csv_items(bucket, key).max_items(10)`.
pub(super) struct ObjectSource<'a> {
    function: &'static ObjectFunction,
    call: &'a ExprCall,
    options: Vec<(&'a Ident, &'a Punctuated<Expr, Token![,]>)>,
}

impl<'a> ObjectSource<'a> {
    /// The source that an expression is; `None` if it is a list.
    pub(super) fn of(value: &'a Expr) -> Option<ObjectSource<'a>> {
        let mut options = Vec::new();
        let mut value = bare(value);
        while let Expr::MethodCall(call) = value {
            options.push((&call.method, &call.args));
            value = bare(&call.receiver);
        }
        options.reverse();
        let Expr::Call(call) = value else {
            return None;
        };
        let name = own_name(called(call)?)?;
        let function = FUNCTIONS.iter().find(|one| name == one.name)?;
        Some(ObjectSource {
            function,
            call,
            options,
        })
    }

    /// The name of the type that stands for the format.
    pub(super) fn format(&self) -> Ident {
        Ident::new(self.function.format, self.span())
    }

    /// The function's name.
    pub(super) fn name(&self) -> &'static str {
        self.function.name
    }

    fn span(&self) -> Span {
        let name = called(self.call).and_then(own_name);
        name.map_or_else(Span::call_site, Ident::span)
    }
}

impl Translator<'_> {
    /// The type of the items of a source, which the closure declares, and their reader.
    pub(super) fn object_items(
        &mut self,
        source: &ObjectSource<'_>,
        ty: Option<Type>,
        exits: Exits,
    ) -> Option<(Type, Access, Exits)> {
        let span = source.span();
        let name = source.name();
        let [bucket, key] = source.call.args.iter().collect::<Vec<_>>()[..] else {
            let of = source.function.key.to_lowercase();
            self.errors.at(
                span,
                format!("`{name}` takes a bucket and a {of}: write `{name}(bucket, {of})`"),
            );
            return None;
        };
        let Some(ty) = ty else {
            self.errors.at(
                span,
                format!("the items of `{name}` need a type, because they are not values of the workflow: write `async |item: Item| ..`"),
            );
            return None;
        };
        let (bucket, exits) = self.hoisted(bucket, exits);
        let (key, exits) = self.hoisted(key, exits);
        let word = |name: &str| SettingValue::Word(Ident::new(name, span));
        let setting = |name: &str, value| Setting {
            name: Ident::new(name, span),
            value,
        };
        let mut settings = Vec::new();
        if let Some(input_type) = source.function.input_type {
            settings.push(setting("input_type", word(input_type)));
        }
        let has_headers = source
            .options
            .iter()
            .any(|(option, _)| *option == "headers");
        if name == "csv_items" {
            let location = if has_headers { "GIVEN" } else { "FIRST_ROW" };
            settings.push(setting("csv_header_location", word(location)));
        }
        for (option, arguments) in &source.options {
            let (field, value) = match (text(option).as_str(), arguments.first()) {
                ("max_items", Some(count)) => ("max_items", whole(count)),
                ("headers", Some(names)) => ("csv_headers", texts(names)),
                ("delimiter", Some(character)) => ("csv_delimiter", variant(character)),
                ("pointer", Some(pointer)) => ("items_pointer", literal(pointer)),
                _ => {
                    self.refuse(
                        option,
                        format!("`{option}` is not an option of `{name}`: the options are `max_items`, and `headers`, `delimiter` of a CSV, `pointer` of JSON"),
                    );
                    continue;
                }
            };
            match value {
                Some(value) => settings.push(Setting {
                    name: Ident::new(field, option.span()),
                    value,
                }),
                None => self.refuse(
                    option,
                    format!("`{option}` is constant in ASL: write a literal, such as `.max_items(100)`, `.headers([\"id\"])`, `.delimiter(CsvDelimiter::Tab)`"),
                ),
            }
        }
        let bucket = self.resolved(by_value(&bucket));
        let key = self.resolved(by_value(&key));
        let reader = Access {
            keyword: Ident::new("reader", span),
            resource: LitStr::new(source.function.resource, span),
            settings,
            arguments: object([("Bucket", bucket), (source.function.key, key)], span),
        };
        Some((ty, reader, exits))
    }
}

/// `.write_results(bucket, prefix)`
pub(super) fn results_writer(option: &Ident, bucket: Expr, prefix: Expr) -> Access {
    let span = option.span();
    Access {
        keyword: Ident::new("writer", span),
        resource: LitStr::new(PUT_OBJECT, span),
        settings: Vec::new(),
        arguments: object([("Bucket", bucket), ("Prefix", prefix)], span),
    }
}

fn object(fields: [(&str, Expr); 2], span: Span) -> ObjectLiteral {
    let entries = fields.map(|(name, value)| {
        let value = ObjectValue::Expression(value.into());
        (name.to_owned(), span, value)
    });
    ObjectLiteral {
        entries: entries.into(),
    }
}

/// `["id", "name"]`
fn texts(value: &Expr) -> Option<SettingValue> {
    let Expr::Array(array) = bare(value) else {
        return None;
    };
    let texts: Option<Vec<LitStr>> = array
        .elems
        .iter()
        .map(|one| match bare(one) {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.clone()),
                _ => None,
            },
            _ => None,
        })
        .collect();
    Some(SettingValue::List(texts?, array.bracket_token.span.open()))
}

/// `CsvDelimiter::Tab` as `TAB`.
fn variant(value: &Expr) -> Option<SettingValue> {
    match bare(value) {
        Expr::Path(path) => {
            let name = own_name(&path.path)?;
            Some(SettingValue::Word(Ident::new(
                &text(name).to_uppercase(),
                name.span(),
            )))
        }
        _ => None,
    }
}
