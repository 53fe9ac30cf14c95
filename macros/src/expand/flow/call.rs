//! The calls of task states.

use super::FlowWriter;
use crate::checked_type::DeclaredType;
use crate::machine::{Application, Call, Callee, ObjectLiteral, ObjectValue, request_argument};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

impl FlowWriter<'_> {
    pub(super) fn call(&mut self, call: &Call, ty: Option<&DeclaredType>) -> TokenStream {
        let shape = |ty: &DeclaredType| quote!(<#ty as __s::Payload>::shape);
        match &call.callee {
            Callee::Task(Application {
                path, arguments, ..
            }) => {
                let arguments = self.expressions(arguments);
                // In parentheses a path is a type. Without them, a function at this position would
                // cause a second error.
                match (&call.wait, ty) {
                    (None, _) => quote!(__s::Call::task::<(#path)>(#arguments)),
                    (Some(_), ty) => {
                        let answer = answer_or_json(ty);
                        quote!(__s::Call::wait_for_task_token::<(#path)>(#arguments, #answer))
                    }
                }
            }
            Callee::Request { request, arguments } => {
                let mut values = TokenStream::new();
                for (number, argument) in arguments.iter().enumerate() {
                    let (name, value) = (request_argument(number), self.expression(argument));
                    quote!(let #name = __s::plain::LoweredArgument(#value);).to_tokens(&mut values);
                }
                quote!({ #values __s::plain::request_call(#request) })
            }
            Callee::Workflow { start, call } => {
                let path = &call.path;
                let input = match call.arguments.first() {
                    Some(input) => self.expression(input),
                    None => quote!(__s::Expr::object(::std::vec![])),
                };
                let how = match start {
                    Some(_) => quote!(start_workflow),
                    None => quote!(workflow),
                };
                quote!(__s::Call::#how::<(#path)>(#input))
            }
            Callee::Service {
                resource,
                arguments,
                ..
            } => {
                let resource = resource.value();
                let (how, output) = match call.wait {
                    Some(_) => (quote!(service_with_task_token), ty.map(answer)),
                    None => (quote!(service), ty.map(shape)),
                };
                let fields = match arguments {
                    Some(arguments) => {
                        let fields = self.fields(arguments);
                        quote!(::core::option::Option::Some(#fields))
                    }
                    None => quote!(::core::option::Option::None),
                };
                let output = match output {
                    Some(output) => quote!(::core::option::Option::Some(#output)),
                    None => quote!(::core::option::Option::None),
                };
                quote!(__s::Call::#how(#resource, #fields, #output))
            }
        }
    }

    /// The state of a call in a function. The type of the callee decides what it calls.
    pub(super) fn callable_state(
        &mut self,
        name: &str,
        Application {
            path, arguments, ..
        }: &Application,
        waits: bool,
        ty: Option<&DeclaredType>,
    ) -> TokenStream {
        let arguments = self.expressions(arguments);
        let callable = quote!(<(#path) as __s::plain::Callable>);
        if !waits {
            return quote!(#callable::state(#name, #arguments));
        }
        let answer = answer_or_json(ty);
        quote!(#callable::waiting_state(#name, #arguments, #answer))
    }

    pub(super) fn fields(&mut self, object: &ObjectLiteral) -> TokenStream {
        let mut fields = TokenStream::new();
        for (name, _, value) in &object.entries {
            let value = self.object_value(value);
            quote!((__s::Text::Borrowed(#name), #value),).to_tokens(&mut fields);
        }
        quote!(::std::vec![#fields])
    }

    pub(super) fn object_value(&mut self, value: &ObjectValue) -> TokenStream {
        match value {
            ObjectValue::Object(object) => {
                let fields = self.fields(object);
                quote!(__s::Expr::object(#fields))
            }
            ObjectValue::Array(items) => {
                let mut list = TokenStream::new();
                for item in items {
                    let item = self.object_value(item);
                    quote!(#item,).to_tokens(&mut list);
                }
                quote!(__s::Expr::array(::std::vec![#list]))
            }
            ObjectValue::Expression(expression) => self.expression(expression),
        }
    }
}

/// The type of the answer to a token.
fn answer(ty: &DeclaredType) -> TokenStream {
    quote!(__s::AnswerType::of::<#ty>())
}

fn answer_or_json(ty: Option<&DeclaredType>) -> TokenStream {
    let json = || quote!(__s::AnswerType::of::<__s::serde_json::Value>());
    ty.map_or_else(json, answer)
}
