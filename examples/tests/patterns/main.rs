//! The patterns of `examples/patterns`: their ASL, their executions and their failures.

mod api_orchestration;
mod dynamodb_without_lambda;
mod ecs_job;
mod emitted;
mod etl_distributed_map;
mod fan_out;
mod functions;
mod human_approval;
mod ml_pipeline;
mod nested_workflows;
mod parallel_microservices;
mod polling_loop;
mod saga;
mod try_catch_finally;

use std::sync::Arc;

use stepwright::Workflow;
use stepwright::asl::placeholder::SubstitutedValue;
use stepwright_runtime::testing::Mocks;
use stepwright_runtime::{Engine, EngineBuilder, ExecutionReport};

/// A builder of an engine on virtual time with the workflow, these mocks, and a value for each
/// placeholder: the value of `TopicArn` is `the TopicArn`.
fn engine<W: Workflow>(mocks: &Mocks) -> EngineBuilder {
    let definition = W::build().expect("it can be built");
    let placeholders = definition.placeholders();
    let values = placeholders
        .iter()
        .filter(|placeholder| placeholder.stands_for() == SubstitutedValue::Value)
        .map(|placeholder| placeholder.name());
    let engine = Engine::builder()
        .register::<W>()
        .tasks(mocks.clone())
        .virtual_time();
    values.fold(engine, |engine, name| {
        engine.substitute(name, format!("the {name}"))
    })
}

/// The report of one run with these mocks.
async fn run<W: Workflow>(mocks: Mocks, input: W::Input) -> Arc<ExecutionReport> {
    let engine = engine::<W>(&mocks)
        .build()
        .expect("the engine can be built");
    let run = engine.start::<W>(input).await.expect("it starts");
    run.report().await
}
