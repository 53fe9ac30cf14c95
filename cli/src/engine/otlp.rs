//! Sends the spans of executions to a collector of OpenTelemetry, with OTLP over HTTP.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response};
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::{Status, TracerProvider as _};
use opentelemetry::{Context, Key};
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{Protocol, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, SdkTracerProvider, SpanData, SpanExporter,
};
use stepwright_engine::spans::{TARGET, TracePropagator};
use stepwright_engine::{EngineBuilder, TraceContext};
use tokio::runtime::Handle;
use tracing::Span;
use tracing::level_filters::LevelFilter;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;

use crate::engine::log::BoxedLayer;
use crate::engine::otlp_arguments::OtlpArguments;
use crate::engine::tasks::{Client, url};
use crate::failure::Failure;
use crate::terminal::diagnostics;

/// The environment variable with the URL of a collector, if `--otlp` is absent.
const URL_VARIABLE: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
/// The environment variable with the most spans that wait for the collector.
const QUEUE_VARIABLE: &str = "OTEL_BSP_MAX_QUEUE_SIZE";
/// The most spans that may wait: about 25 MB.
const MOST_QUEUED: usize = 65_536;
/// The name of the service in traces, unless the environment has another one.
const SERVICE: &str = "stepwright";
/// How long the collector may take for one request.
const REQUEST_TIME: Duration = Duration::from_secs(10);
/// How long the end of the command waits for the last spans.
const FLUSH_TIME: Duration = Duration::from_secs(2);

/// The export of spans; it does nothing if no collector is configured.
#[derive(Debug)]
pub(crate) struct Otlp(Option<SdkTracerProvider>);

impl Otlp {
    /// Prepares the export of spans, if the option or the variable names a collector. Needs a tokio
    /// runtime.
    ///
    /// # Errors
    ///
    /// If the URL of the option is invalid.
    pub(crate) fn start(arguments: &OtlpArguments) -> Result<Self, Failure> {
        let variable = std::env::var(URL_VARIABLE).ok();
        let variable = variable.filter(|value| !value.is_empty());
        match (&arguments.url, variable) {
            (Some(collector), _) => {
                Self::to(collector).map_err(|reason| Failure::Usage(format!("--otlp: {reason}")))
            }
            // The variable may be meant for other programs. Its specification demands that a bad
            // value is only reported.
            (None, Some(collector)) => Ok(Self::to(&collector).unwrap_or_else(|reason| {
                diagnostics::note(&format!("{URL_VARIABLE}: {reason}; no spans are sent"));
                Self(None)
            })),
            (None, None) => Ok(Self(None)),
        }
    }

    /// Prepares the export to a collector. The error is a sentence.
    fn to(collector: &str) -> Result<Self, String> {
        url(collector)?;
        let collector = format!("{}/v1/traces", collector.trim_end_matches('/'));
        let client = CollectorClient {
            client: Client::default(),
            runtime: Handle::current(),
            failure: FailureNote::default(),
        };
        let failure = client.failure.clone();
        let sender = opentelemetry_otlp::SpanExporter::builder()
            .with_http()
            .with_http_client(client)
            .with_endpoint(&collector)
            .with_protocol(Protocol::HttpBinary)
            .build()
            .map_err(|error| error.to_string())?;
        let exporter = Exporter {
            sender,
            collector,
            is_failing: AtomicBool::new(false),
            failure,
        };
        let mut batches = BatchConfigBuilder::default();
        // The library allocates the whole queue, and takes any number from the variable.
        let queue = std::env::var(QUEUE_VARIABLE).ok();
        if queue.is_some_and(|queue| queue.parse().is_ok_and(|spans: usize| spans > MOST_QUEUED)) {
            batches = batches.with_max_queue_size(MOST_QUEUED);
        }
        let processor = BatchSpanProcessor::builder(exporter)
            .with_batch_config(batches.build())
            .build();
        let provider = SdkTracerProvider::builder()
            .with_span_processor(processor)
            .with_resource(resource())
            .build();
        Ok(Self(Some(provider)))
    }

    /// Returns the layers that collect the spans.
    pub(crate) fn layers(&self) -> Vec<BoxedLayer> {
        let layer = self.0.as_ref().map(|provider| -> BoxedLayer {
            let layer = tracing_opentelemetry::layer()
                .with_tracer(provider.tracer(SERVICE))
                .with_context_activation(false)
                .with_level(false)
                .with_location(false)
                .with_target(false)
                .with_threads(false)
                .with_tracked_inactivity(false);
            layer
                .with_filter(Targets::new().with_target(TARGET, LevelFilter::INFO))
                .boxed()
        });
        layer.into_iter().collect()
    }

    /// Makes executions and their tasks parts of the exported traces.
    pub(crate) fn connect(&self, builder: EngineBuilder) -> EngineBuilder {
        match &self.0 {
            Some(_) => builder.trace_propagator(Propagator(TraceContextPropagator::new())),
            None => builder,
        }
    }

    /// Sends the last spans, for at most two seconds.
    pub(crate) async fn finish(self) {
        let Some(provider) = self.0 else {
            return;
        };
        let finish = move || provider.shutdown_with_timeout(FLUSH_TIME);
        let reason = match tokio::task::spawn_blocking(finish).await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error.to_string(),
            Err(error) => error.to_string(),
        };
        tracing::warn!("the last spans may not have reached the collector: {reason}");
    }
}

/// Returns the attributes of the service, with those of the environment.
fn resource() -> Resource {
    let found = Resource::builder().build();
    let name = found.get_ref(&Key::from_static_str("service.name"));
    // Without a name in the environment, the library makes one up.
    let is_named = name.is_some_and(|name| !name.as_str().starts_with("unknown_service"));
    if is_named {
        found
    } else {
        Resource::builder().with_service_name(SERVICE).build()
    }
}

/// Converts between the spans of the subscriber and W3C Trace Context.
#[derive(Debug)]
struct Propagator(TraceContextPropagator);

impl TracePropagator for Propagator {
    fn set_parent(&self, span: &Span, parent: &TraceContext) {
        let state = parent.tracestate().map(|state| ("tracestate", state));
        let values = [("traceparent", parent.traceparent())];
        let headers = values.into_iter().chain(state);
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let headers: HashMap<String, String> = headers.collect();
        let context = self.0.extract_with_context(&Context::new(), &headers);
        if let Err(error) = span.set_parent(context) {
            tracing::warn!("the trace {parent:?} does not continue in the exported spans: {error}");
        }
    }

    fn context_of(&self, span: &Span) -> Option<TraceContext> {
        let mut headers = HashMap::new();
        self.0.inject_context(&span.context(), &mut headers);
        let state = headers.get("tracestate").map(String::as_str);
        TraceContext::new(headers.get("traceparent")?, state)
    }
}

/// Sends batches of spans, on the thread of the library. The log has one line when this begins to
/// fail, and one when it works again.
#[derive(Debug)]
struct Exporter {
    sender: opentelemetry_otlp::SpanExporter,
    collector: String,
    is_failing: AtomicBool,
    failure: FailureNote,
}

impl SpanExporter for Exporter {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        batch.iter_mut().for_each(set_status);
        let result = self.sender.export(batch).await;
        let was_failing = self.is_failing.swap(result.is_err(), Ordering::Relaxed);
        let collector = self.collector.as_str();
        let failure = self.failure.take();
        match &result {
            Err(error) if !was_failing => {
                let reason = failure.unwrap_or_else(|| error.to_string());
                tracing::warn!(
                    collector,
                    "spans cannot be sent and are lost until the collector accepts them: {reason}"
                );
            }
            Ok(()) if was_failing => {
                tracing::warn!(collector, "the collector accepts spans again");
            }
            _ => {}
        }
        result
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.sender.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.sender.set_resource(resource);
    }
}

/// Sets the status of a span with the field `error`, because tools look for failures there.
fn set_status(span: &mut SpanData) {
    let mut attributes = span.attributes.iter();
    if let Some(error) = attributes.find(|attribute| attribute.key.as_str() == "error") {
        span.status = Status::error(error.value.as_str().into_owned());
    }
}

/// Why there was no response to the last request. The library's own error does not say this.
#[derive(Clone, Debug, Default)]
struct FailureNote(Arc<Mutex<Option<String>>>);

impl FailureNote {
    fn set(&self, reason: Option<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = reason;
    }

    fn take(&self) -> Option<String> {
        let mut reason = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        reason.take()
    }
}

/// Sends requests with the HTTP client of the command.
#[derive(Debug)]
struct CollectorClient {
    client: Client,
    runtime: Handle,
    failure: FailureNote,
}

impl HttpClient for CollectorClient {
    fn send_bytes<'a, 'b>(
        &'a self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'b>>
    where
        'a: 'b,
        Self: 'b,
    {
        let client = self.client.clone();
        // The thread of the exporter has no runtime.
        let sending = self.runtime.spawn(async move {
            let sending = client.send(request.map(Full::from));
            tokio::time::timeout(REQUEST_TIME, sending).await
        });
        let failure = self.failure.clone();
        Box::pin(async move {
            let response = match sending.await? {
                Ok(response) => response.map_err(|error| error.to_string()),
                Err(_) => {
                    let seconds = REQUEST_TIME.as_secs();
                    Err(format!("there is no response after {seconds} seconds"))
                }
            };
            failure.set(response.as_ref().err().cloned());
            response.map_err(HttpError::from)
        })
    }
}
