//! The `tracing` layer that finds the task attempt in which an event was logged.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::line_visitor::line_of;
use super::store::LogStore;
use crate::spans::TARGET;

/// Records the events inside attempts at tasks. Several of these layers in one subscriber share the
/// data that they attach to spans.
pub(super) struct AttemptLayer {
    pub(super) store: Arc<LogStore>,
}

/// Attached to a span `execution` or `state`.
struct EngineSpan {
    arn: Arc<str>,
    /// The name of the state; empty in a span `execution`.
    state: Arc<str>,
}

/// Attached to a span `task`.
#[derive(Clone)]
struct AttemptSpan {
    arn: Arc<str>,
    state: Arc<str>,
    attempt: u32,
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for AttemptLayer {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let metadata = attributes.metadata();
        if metadata.target() != TARGET {
            return;
        }
        let Some(span) = context.span(id) else {
            return;
        };
        if metadata.name() == "execution" {
            let (arn, state) = (text_field("arn", attributes).into(), "".into());
            span.extensions_mut().replace(EngineSpan { arn, state });
            return;
        }
        let Some(parent) = span.parent() else {
            return;
        };
        let parent = parent.extensions();
        let Some(EngineSpan { arn, state }) = parent.get() else {
            return;
        };
        let arn = arn.clone();
        match metadata.name() {
            "state" => {
                let state = text_field("state", attributes).into();
                span.extensions_mut().replace(EngineSpan { arn, state });
            }
            "task" => {
                let attempt = text_field("attempt", attributes).parse();
                span.extensions_mut().replace(AttemptSpan {
                    arn,
                    state: state.clone(),
                    attempt: attempt.unwrap_or_default(),
                });
            }
            _ => {}
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        // The lock on the span's data is released before the event is formatted: values of the
        // event may log something themselves.
        if let Some(AttemptSpan {
            arn,
            state,
            attempt,
        }) = attempt_of(event, &context)
        {
            self.store.add(&arn, line_of(event, state, attempt));
        }
    }
}

/// Returns the attempt that an event is in; `None` if its innermost span of the engine is no
/// attempt.
fn attempt_of<S>(event: &Event<'_>, context: &Context<'_, S>) -> Option<AttemptSpan>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    for span in context.event_scope(event)? {
        let data = span.extensions();
        if let Some(attempt) = data.get::<AttemptSpan>() {
            return Some(attempt.clone());
        }
        if data.get::<EngineSpan>().is_some() {
            return None;
        }
    }
    None
}

/// Returns the text of a field; empty if the span does not have it.
fn text_field(name: &str, attributes: &Attributes<'_>) -> String {
    let mut visitor = TextField {
        name,
        text: String::new(),
    };
    attributes.record(&mut visitor);
    visitor.text
}

struct TextField<'a> {
    name: &'a str,
    text: String,
}

impl Visit for TextField<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == self.name {
            // Writing to a string does not fail; if a value fails, the text is what it wrote.
            let _ = write!(self.text, "{value:?}");
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == self.name {
            value.clone_into(&mut self.text);
        }
    }
}
