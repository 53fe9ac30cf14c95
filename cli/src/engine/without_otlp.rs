//! The command without the feature `otlp`: no spans are exported.

use stepwright_engine::EngineBuilder;

use crate::engine::log::BoxedLayer;
use crate::engine::otlp_arguments::OtlpArguments;
use crate::failure::Failure;

#[derive(Debug)]
pub(crate) struct Otlp;

impl Otlp {
    pub(crate) fn start(_: &OtlpArguments) -> Result<Self, Failure> {
        Ok(Self)
    }

    pub(crate) fn layers(&self) -> Vec<BoxedLayer> {
        Vec::new()
    }

    pub(crate) fn connect(&self, builder: EngineBuilder) -> EngineBuilder {
        builder
    }

    pub(crate) async fn finish(self) {}
}
