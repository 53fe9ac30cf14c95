//! `map`, `map_distributed` and `try_join!`: states with bodies.

use super::graph::{Graph, Node};
use super::naming::pattern_names::bound_names;
use super::naming::state_name::{StateName, callee, subject, word};
use super::object_items::{ObjectSource, results_writer};
use super::source::call_chain::CallChain;
use super::source::scan::{bare, by_value, called, iterator_method, list_of};
use super::translator::{Dest, Exits, Translator};
use crate::machine::{Access, Distributed, LetBinding, Map, MapLoop, StateWork, own_name};
use crate::name::{pascal, text};
use proc_macro2::{Ident, Span};
use quote::format_ident;
use stepwright_asl::model::MachineType;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Expr, ExprCall, ExprClosure, ExprMacro, Lit, Pat, Token, Type, parse_quote_spanned};

impl Translator<'_> {
    /// `map(list, async |item| ..)`
    pub(super) fn map(
        &mut self,
        distributed: bool,
        call: &ExprCall,
        chain: &CallChain<'_>,
        exits: Exits,
    ) -> Option<usize> {
        let keyword = Ident::new("map", call.func.span());
        if let Some(path) = called(call) {
            self.proofs.map(path, distributed);
        }
        let closure: ExprClosure = match bare(&call.args[1]) {
            Expr::Closure(closure) if closure.asyncness.is_some() && closure.inputs.len() == 1 => {
                closure.clone()
            }
            Expr::Path(path) => parse_quote_spanned!(path.span()=> async |item| #path(item).await),
            other => {
                self.refuse(other, "`map` takes an async closure with one parameter: write `map(list, async |item| task(item).await)`; a task needs another name than `map`");
                return None;
            }
        };
        let (item_pattern, item_type) = match &closure.inputs[0] {
            Pat::Type(typed) => (&*typed.pat, Some((*typed.ty).clone())),
            other => (other, None),
        };
        let (mut run, reader, derived, exits) =
            self.map_items(distributed, &call.args[0], item_type, exits)?;
        let name = self.state_name(StateName::of_call(derived, call.func.span()));
        let item_source = match item_pattern {
            Pat::Ident(one) if one.subpat.is_none() && one.by_ref.is_none() => one.ident.clone(),
            Pat::Wild(wild) => format_ident!("item", span = wild.span()),
            other => {
                self.refuse(
                    other,
                    "the parameter of `map` is a name: take its fields in the body",
                );
                bound_names(other)
                    .first()
                    .cloned()
                    .unwrap_or_else(|| format_ident!("item"))
            }
        };
        let span = closure.body.span();
        let subject = pascal(&text(&item_source));
        let mut body = self.inside(subject.clone(), |this| {
            this.body_graph(&subject, span, |this, mut exits| {
                run.item = this.names.declare(&item_source, this.body);
                // The body assigns a variable with the item's value: the item itself is fixed.
                if !super::naming::pattern_names::mutable_names(item_pattern).is_empty() {
                    let (item, variable) = (&run.item, this.names.bind(&item_source, this.body));
                    let value: Expr = parse_quote_spanned!(item.span()=> #item);
                    exits = this.assign(LetBinding::one(variable.clone()), value, exits);
                    this.names.show(&item_source, &variable);
                    this.names.mark_as_mutable(&variable);
                }
                this.expr(&closure.body, exits, &Dest::Return);
            })
        });
        body.begin_with_pass();
        let children = distributed.then_some((keyword, MachineType::Standard));
        let mut map = Map {
            run: Some(run),
            max_concurrency: None,
            iterator: false,
            distributed: Distributed {
                children,
                reader,
                ..Distributed::default()
            },
        };
        self.map_options(&mut map, chain);
        let state = Node {
            bodies: vec![body],
            ..Node::new(StateWork::Map(Box::new(map)), name)
        };
        Some(self.graph.add(state, &exits))
    }

    fn map_options(&mut self, map: &mut Map, chain: &CallChain<'_>) {
        let of = &mut map.distributed;
        for (option, arguments) in &chain.options {
            let keyword = (*option).clone();
            let mut arguments = arguments.iter();
            let mut argument = || {
                let value = arguments.next()?;
                Some(self.resolved(by_value(value)))
            };
            match (option.to_string().as_str(), argument()) {
                ("concurrency", Some(limit)) => map.max_concurrency = Some((keyword, limit.into())),
                ("express", _) => of.children = Some((keyword, MachineType::Express)),
                ("tolerate", Some(count)) => of.tolerated_count = Some((keyword, count.into())),
                ("tolerate_percent", Some(part)) => {
                    of.tolerated_percentage = Some((keyword, part.into()));
                }
                (
                    "label",
                    Some(Expr::Lit(syn::ExprLit {
                        lit: Lit::Str(label),
                        ..
                    })),
                ) => of.label = Some((keyword, label)),
                ("write_results", Some(bucket)) => {
                    of.writer = argument().map(|prefix| results_writer(option, bucket, prefix));
                }
                ("label", _) => self.refuse(option, "a label is a text: `.label(\"Orders\")`"),
                _ => {}
            }
        }
    }

    /// The items of a Map, a reader of them if they are not in a list, and the name of its state.
    fn map_items(
        &mut self,
        distributed: bool,
        value: &Expr,
        ty: Option<Type>,
        exits: Exits,
    ) -> Option<(MapLoop, Option<Access>, String, Exits)> {
        let item = format_ident!("item");
        if let Some(source) = ObjectSource::of(value) {
            let name = source.name();
            if !distributed {
                self.refuse(
                    value,
                    format!("a Map reads a list of the workflow: write `map_distributed({name}(..), ..)` for items in S3"),
                );
                return None;
            }
            let (ty, reader, exits) = self.object_items(&source, ty, exits)?;
            let run = MapLoop {
                item,
                ty: Some(ty),
                list: None,
            };
            let derived = format!("MapDistributed{}", pascal(name));
            return Some((run, Some(reader), derived, exits));
        }
        let list = list_of(value);
        if let Some(method) = iterator_method(list) {
            self.refuse(
                list,
                format!("`map` takes a list, and `{method}` returns an iterator: bind a list with `let` first, `let list: Vec<_> = ...collect();`"),
            );
            return None;
        }
        let (list, exits) = self.hoisted(list, exits);
        let prefix = if distributed { "MapDistributed" } else { "Map" };
        let derived = format!("{prefix}{}", subject(&list));
        let run = MapLoop {
            item,
            ty: None,
            list: Some(self.resolved(&list).into()),
        };
        Some((run, None, derived, exits))
    }

    /// `try_join!(a, b)`
    pub(super) fn try_join(&mut self, one: &ExprMacro, exits: Exits) -> Option<usize> {
        let span = own_name(&one.mac.path).map_or_else(Span::call_site, Ident::span);
        let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
        let branches = match one.mac.parse_body_with(parser) {
            Ok(branches) if !branches.is_empty() => branches,
            Ok(_) => {
                self.refuse(&one.mac, "`try_join!` needs at least one branch: `try_join!(first(..), second(..)).await`");
                return None;
            }
            Err(error) => {
                self.errors.syn(&error);
                return None;
            }
        };
        let called = branches.iter().map(callee);
        let called = called.chain(branches.iter().map(word));
        let name = self.state_name(StateName::of_call("TryJoin", span).with_details(called));
        let graphs: Vec<Graph> = branches.iter().map(|branch| self.branch(branch)).collect();
        let state = Node {
            bodies: graphs,
            ..Node::new(StateWork::Parallel, name)
        };
        Some(self.graph.add(state, &exits))
    }

    pub(super) fn branch(&mut self, branch: &Expr) -> Graph {
        let bare_branch = match bare(branch) {
            Expr::Try(one) => bare(&one.expr),
            other => other,
        };
        if let Expr::Await(one) = bare_branch {
            self.errors.at(
                one.await_token.span,
                "`try_join!` awaits its branches: remove this `.await`, or write `async { .. }` around the branch",
            );
            return Graph::default();
        }
        let of = callee(branch);
        self.inside(of, |this| this.branch_graph(branch))
    }

    fn branch_graph(&mut self, branch: &Expr) -> Graph {
        self.body_graph("Branch", branch.span(), |this, exits| match bare(branch) {
            Expr::Async(block) => {
                this.block(&block.block, exits, &Dest::Return);
            }
            call => {
                if let Some(node) = this.call(call, None, exits) {
                    this.graph.nodes[node].end();
                }
            }
        })
    }
}
