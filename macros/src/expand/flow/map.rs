//! Maps, inline and distributed.

use super::FlowWriter;
use crate::check::field;
use crate::expand::literal::json;
use crate::expand::witness_types::known;
use crate::machine::{Access, Batch, BatchInput, Distributed, Map, MapLoop, Setting, SettingValue};
use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};
use stepwright_asl::model::MachineType;

impl FlowWriter<'_> {
    pub(super) fn map(
        &mut self,
        name: &str,
        map: &Map,
        run: &MapLoop,
        scope: usize,
    ) -> TokenStream {
        let item = crate::name::text(&run.item);
        let mut over = match &run.list {
            Some(list) => {
                let list = self.expression(list);
                quote!(__s::Map::over(#list, #item))
            }
            None => quote!(__s::Map::read(#item)),
        };
        let item = known(self.numbers.item(scope));
        quote!(.item(#item.shape())).to_tokens(&mut over);
        if let Some((_, limit)) = &map.max_concurrency {
            let limit = self.expression(limit);
            quote!(.max_concurrency(#limit)).to_tokens(&mut over);
        }
        if map.iterator {
            quote!(.iterator()).to_tokens(&mut over);
        }
        if let Some(children) = map.children() {
            let distributed = self.distributed(&map.distributed, children);
            quote!(.distributed(#distributed)).to_tokens(&mut over);
        }
        let body = self.body(scope);
        self.terms.task = None;
        quote!(__s::State::map(#name, #over.body(#body)))
    }

    fn distributed(&mut self, options: &Distributed, children: MachineType) -> TokenStream {
        let children = match children {
            MachineType::Standard => quote!(Standard),
            MachineType::Express => quote!(Express),
        };
        let mut tokens = quote!(__s::Distributed::new(__s::MachineType::#children));
        if let Some((_, label)) = &options.label {
            quote!(.label(#label)).to_tokens(&mut tokens);
        }
        if let Some((_, count)) = &options.tolerated_count {
            let count = self.expression(count);
            quote!(.tolerated_count(#count)).to_tokens(&mut tokens);
        }
        if let Some((_, number)) = &options.tolerated_percentage {
            let number = self.expression(number);
            quote!(.tolerated_percentage(#number)).to_tokens(&mut tokens);
        }
        if let Some(reader) = &options.reader {
            let reader = self.access(reader);
            quote!(.reader(#reader)).to_tokens(&mut tokens);
        }
        if let Some(writer) = &options.writer {
            let writer = self.access(writer);
            quote!(.writer(#writer)).to_tokens(&mut tokens);
        }
        if let Some(batch) = &options.batch {
            let batch = self.batch(batch);
            quote!(.batch(#batch)).to_tokens(&mut tokens);
        }
        tokens
    }

    fn access(&mut self, access: &Access) -> TokenStream {
        let resource = &access.resource;
        let mut tokens = quote!(__s::Access::new(#resource));
        for setting in &access.settings {
            if let Some(name) = field(&access.keyword, &setting.name) {
                let value = value(setting);
                quote!(.setting(#name, #value)).to_tokens(&mut tokens);
            }
        }
        let arguments = self.fields(&access.arguments);
        quote!(#tokens.arguments(#arguments))
    }

    fn batch(&mut self, batch: &Batch) -> TokenStream {
        let mut tokens = quote!(__s::Batching::new());
        for setting in &batch.settings {
            let name = &setting.name;
            let value = value(setting);
            quote!(.#name(#value)).to_tokens(&mut tokens);
        }
        match &batch.input {
            Some(BatchInput::Object(object)) => {
                let fields = self.fields(object);
                quote!(.input(__s::Expr::object(#fields))).to_tokens(&mut tokens);
            }
            Some(BatchInput::Value(value)) => {
                let value = self.expression(value);
                quote!(.input(#value)).to_tokens(&mut tokens);
            }
            None => {}
        }
        tokens
    }
}

/// The value of a setting, as JSON.
fn value(setting: &Setting) -> TokenStream {
    match &setting.value {
        SettingValue::Whole(whole, _) => {
            let whole = Literal::u64_suffixed(*whole);
            quote!(__s::Expr::literal(#whole))
        }
        SettingValue::Literal(literal) => {
            let literal = json(literal);
            quote!(__s::Expr::literal(#literal))
        }
        SettingValue::Word(word) => {
            let word = word.to_string();
            quote!(__s::Expr::literal(#word))
        }
        SettingValue::List(items, _) => {
            quote!(__s::Expr::array(
                ::std::vec![#(__s::Expr::literal(#items)),*]
            ))
        }
    }
}
