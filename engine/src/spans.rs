//! The `tracing` spans of an engine.
//!
//! Each execution is a span `execution`, each visit of a state a span `state` inside it, and each
//! attempt at a task a span `task` inside that. A handler runs inside the span of its attempt, so
//! that its own events and spans are there, too. All spans have the level info and the target
//! `stepwright_engine`. Without a subscriber for that level, no span is created.

use std::fmt::Debug;

use stepwright_interpreter::task::TraceContext;
use tracing::Span;

/// The target of all spans.
pub const TARGET: &str = "stepwright_engine";

/// Connects the spans of this process with the distributed traces of other processes. The
/// subscriber knows the ids of spans in a trace, the engine does not; an exporter for a tracing
/// system implements this.
///
/// With [`EngineBuilder::trace_propagator`](crate::EngineBuilder::trace_propagator), the span of an
/// execution continues the trace of its start, and a task continues the trace of its attempt's
/// span.
pub trait TracePropagator: Debug + Send + Sync {
    /// Makes a new span a part of a trace, below the span that the context names.
    fn set_parent(&self, span: &Span, parent: &TraceContext);

    /// Returns the context for the calls that are made inside this span; `None` if the span is in
    /// no trace.
    fn context_of(&self, span: &Span) -> Option<TraceContext>;
}

/// A span of the engine, and its fields.
#[derive(Clone, Copy, Debug)]
pub struct SpanDescription {
    /// Its name.
    pub name: &'static str,
    /// The part of an execution that it covers.
    pub meaning: &'static str,
    /// The names and the meanings of its fields.
    pub fields: &'static [(&'static str, &'static str)],
}

/// The spans of the engine. Their names and fields never change their meaning.
pub const SPANS: &[SpanDescription] = &[
    SpanDescription {
        name: "execution",
        meaning: "An execution, from its start, or its resumption by this engine, to its end or suspension",
        fields: &[
            ("machine", "The name of the state machine"),
            ("name", "The name of the execution"),
            ("arn", "The ARN of the execution"),
            (
                "status",
                "Its status when the span ends; `RUNNING` if the engine suspended it",
            ),
            ("error", "The error of an execution that failed"),
        ],
    },
    SpanDescription {
        name: "state",
        meaning: "One visit of a state. It ends however the execution leaves the state",
        fields: &[
            ("state", "The name of the state"),
            ("type", "`Type` of the state"),
        ],
    },
    SpanDescription {
        name: "task",
        meaning: "One attempt at the task of a Task state. Handlers run inside it",
        fields: &[
            ("resource", "`Resource` of the state"),
            ("attempt", "The number of retries before this attempt"),
            ("error", "The error of an attempt that failed"),
        ],
    },
];
