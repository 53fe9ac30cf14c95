//! `pub workflow Refund(request: Request) -> Receipt = "refund.asl.json" { Charge => charge_card; }`

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, LitStr, Path, Result, Token, Type, Visibility};

/// The input of the macro.
pub(super) enum BoundTaskCall {
    /// `"file.asl.json"`
    Definition(LitStr),
    Workflow(Box<Workflow>),
}

/// A workflow whose definition is in a file.
pub(super) struct Workflow {
    pub(super) attributes: Vec<Attribute>,
    pub(super) visibility: Visibility,
    pub(super) name: Ident,
    pub(super) input: Option<Type>,
    pub(super) output: Option<Type>,
    pub(super) file: LitStr,
    pub(super) express: bool,
    pub(super) bindings: Vec<StateBinding>,
}

/// `Charge => charge_card;`, `"Ship it" => workflow Shipping;`
pub(super) struct StateBinding {
    pub(super) state: StateName,
    pub(super) to: BoundTarget,
}

/// A state, by its name in ASL.
pub(super) enum StateName {
    Ident(Ident),
    Text(LitStr),
}

/// The target of a Task state's call.
pub(super) enum BoundTarget {
    Task(Path),
    Workflow(Path),
}

impl StateName {
    pub(super) fn text(&self) -> String {
        match self {
            StateName::Ident(ident) => ident.unraw().to_string(),
            StateName::Text(text) => text.value(),
        }
    }

    pub(super) fn span(&self) -> proc_macro2::Span {
        match self {
            StateName::Ident(ident) => ident.span(),
            StateName::Text(text) => text.span(),
        }
    }
}

impl BoundTaskCall {
    pub(super) fn parse(input: ParseStream<'_>) -> Result<BoundTaskCall> {
        if input.peek(LitStr) {
            let file = input.parse()?;
            input.parse::<Option<Token![,]>>()?;
            if !input.is_empty() {
                return Err(input.error(
                    "expected nothing more: tasks are bound by a workflow, `pub workflow Name(input: Type) -> Type = \"file\" { State => task; }`",
                ));
            }
            return Ok(BoundTaskCall::Definition(file));
        }
        Workflow::parse(input)
            .map(Box::new)
            .map(BoundTaskCall::Workflow)
    }
}

impl Workflow {
    fn parse(input: ParseStream<'_>) -> Result<Workflow> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let keyword = input.call(Ident::parse_any).ok();
        if keyword.is_none_or(|keyword| keyword != "workflow") {
            return Err(input.error(
                "expected `workflow Name(input: Type) -> Type = \"file.asl.json\" { State => task; }`, or the name of a file in quotes",
            ));
        }
        let name = input.parse()?;
        let parameter;
        syn::parenthesized!(parameter in input);
        let ty = if parameter.is_empty() {
            None
        } else {
            parameter.parse::<Ident>()?;
            parameter.parse::<Token![:]>()?;
            let ty = parameter.parse()?;
            parameter.parse::<Option<Token![,]>>()?;
            Some(ty)
        };
        let output = match input.parse::<Option<Token![->]>>()? {
            Some(_) => Some(input.parse()?),
            None => None,
        };
        input.parse::<Token![=]>()?;
        let mut workflow = Workflow {
            attributes,
            visibility,
            name,
            input: ty,
            output,
            file: input.parse()?,
            express: false,
            bindings: Vec::new(),
        };
        if input.peek(syn::token::Brace) {
            let content;
            syn::braced!(content in input);
            workflow.body(&content)?;
        } else {
            input.parse::<Token![;]>()?;
        }
        if !input.is_empty() {
            return Err(input.error("expected nothing more: one `asl_file!` is one workflow"));
        }
        Ok(workflow)
    }

    fn body(&mut self, content: ParseStream<'_>) -> Result<()> {
        while !content.is_empty() {
            if content.peek(LitStr) {
                let state = StateName::Text(content.parse()?);
                self.bindings.push(StateBinding::parse(state, content)?);
                continue;
            }
            let word = content.call(Ident::parse_any)?;
            if word == "express" && content.peek(Token![;]) {
                content.parse::<Token![;]>()?;
                self.express = true;
                continue;
            }
            let binding = StateBinding::parse(StateName::Ident(word), content)?;
            self.bindings.push(binding);
        }
        Ok(())
    }
}

impl StateBinding {
    fn parse(state: StateName, input: ParseStream<'_>) -> Result<StateBinding> {
        input.parse::<Token![=>]>()?;
        let is_workflow = input
            .cursor()
            .ident()
            .is_some_and(|(word, rest)| word == "workflow" && rest.ident().is_some());
        let to = if is_workflow {
            input.call(Ident::parse_any)?;
            BoundTarget::Workflow(input.call(Path::parse_mod_style)?)
        } else {
            BoundTarget::Task(input.call(Path::parse_mod_style)?)
        };
        if !input.is_empty() && input.parse::<Option<Token![,]>>()?.is_none() {
            input.parse::<Token![;]>()?;
        }
        Ok(StateBinding { state, to })
    }
}
