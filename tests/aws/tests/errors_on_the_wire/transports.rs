//! The transports of a task's result. Each test runs the real definition, transport and client.

use std::time::Duration;

use serde::Serialize;
use serde_json::value::to_raw_value;
use serde_json::{Value, json};
use stepwright::task::Runs;
use stepwright::{Handler, Task, TaskContext, Workflow};
use stepwright_aws::lambda::lambda_runtime::{Context, Diagnostic, LambdaEvent, Service};
use stepwright_aws::lambda::{TaskService, Tasks};
use stepwright_aws::sfn::{ActivityWorker, CallbackSender};
use stepwright_aws_tests::step_functions::StepFunctions;
use stepwright_runtime::task::TaskFailure;
use stepwright_runtime::{Engine, ExecutionFailed, MachineType, StartOptions};

const ACTIVITY: &str = "arn:aws:states:us-east-1:123456789012:activity:task";
const INVOKE: &str = "arn:aws:states:::lambda:invoke";

/// The end of an execution.
pub(crate) type Ended = Result<Value, String>;

/// Runs a definition to its end. The error is its name.
pub(crate) async fn execute(engine: &Engine, name: &str, input: &impl Serialize) -> Ended {
    let input = serde_json::to_value(input).expect("JSON");
    let run = engine.start_machine(name, input, StartOptions::new()).await;
    let output = run.expect("it starts").await;
    let output = output.map_err(|failed: ExecutionFailed| failed.error.unwrap_or_default());
    Ok(serde_json::from_str(&output?.to_text()).expect("JSON"))
}

/// In process.
pub(crate) async fn in_process<W: Workflow>(input: &impl Serialize) -> Ended {
    let engine = Engine::builder().register::<W>().virtual_time().build();
    execute(&engine.expect("an engine"), W::NAME, input).await
}

/// The definition of a workflow, without its functions.
fn definition<W: Workflow>() -> String {
    W::definition().to_json()
}

/// An engine whose Lambda functions return the result of `invoke` for the payload.
pub(crate) fn with_lambda<W, F, Fut>(invoke: F) -> Engine
where
    W: Workflow,
    F: Fn(Value) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Value, Value>> + Send + 'static,
{
    let invoke = std::sync::Arc::new(invoke);
    Engine::builder()
        .register_json(W::NAME, &definition::<W>(), MachineType::Standard)
        .resource(INVOKE, move |request: Value| {
            let invoke = invoke.clone();
            async move {
                match invoke(request["Payload"].clone()).await {
                    Ok(payload) => Ok(json!({"StatusCode": 200, "Payload": payload})),
                    // As Step Functions reports Lambda's response for a failed function.
                    Err(error) => {
                        let name = error["errorType"].as_str().unwrap_or("Lambda.Unknown");
                        Err(TaskFailure::new(name, error.to_string()))
                    }
                }
            }
        })
        .build()
        .expect("an engine")
}

/// Calls a function like lambda_runtime, and returns the response to Lambda.
pub(crate) async fn invoke(mut service: TaskService, payload: Value) -> Result<Value, Value> {
    let event = to_raw_value(&payload).expect("JSON");
    let called = service
        .call(LambdaEvent::new(event, Context::default()))
        .await;
    match called {
        Ok(output) => Ok(serde_json::from_str(output.get()).expect("JSON")),
        Err(failure) => Err(serde_json::to_value(Diagnostic::from(failure)).expect("JSON")),
    }
}

/// As a Lambda function.
pub(crate) async fn lambda<W: Workflow, T: Handler>(input: &impl Serialize) -> Ended {
    let service = Tasks::new().task::<T>().service(None).expect("a service");
    let engine = with_lambda::<W, _, _>(move |payload| invoke(service.clone(), payload));
    execute(&engine, W::NAME, input).await
}

/// By a worker of an activity.
pub(crate) async fn activity<W: Workflow, T: Handler>(input: &impl Serialize) -> Ended {
    let placeholder = format!("${{{}Arn}}", T::NAME);
    let definition = definition::<W>().replace(&placeholder, ACTIVITY);
    let engine = Engine::builder()
        .register_json(W::NAME, &definition, MachineType::Standard)
        .activity(ACTIVITY)
        .build()
        .expect("an engine");
    let server = StepFunctions::start(&engine, Duration::from_secs(2)).await;
    let worker = ActivityWorker::new(&server.client()).activity::<T>(ACTIVITY);
    tokio::select! {
        ended = worker.run_until(std::future::pending()) => panic!("the worker ended: {ended:?}"),
        ended = execute(&engine, W::NAME, input) => ended,
    }
}

/// With a token that is completed with the result of the task `T`.
pub(crate) async fn token<W: Workflow, T: Handler>(input: &impl Serialize) -> Ended {
    assert_eq!(T::RUNS, Runs::InPlace);
    let (asked, mut questions) = tokio::sync::mpsc::unbounded_channel::<Value>();
    let engine = with_lambda::<W, _, _>(move |payload| {
        let sent = asked.send(payload);
        async move { sent.map(|()| Value::Null).map_err(|_| Value::Null) }
    });
    let server = StepFunctions::start(&engine, Duration::from_secs(2)).await;
    let sender = CallbackSender::new(&server.client());
    let somebody = async {
        while let Some(question) = questions.recv().await {
            let token = question["task_token"].as_str().expect("a token").to_owned();
            let (input, _) = question
                .as_object()
                .and_then(|all| all.iter().next())
                .map_or((Value::Null, ""), |(name, value)| {
                    (value.clone(), name.as_str())
                });
            let input: <T as Task>::Input = serde_json::from_value(input).expect("an input");
            let sent = match T::call(TaskContext::detached(), input).await {
                Ok(output) => sender.send_task_success(&token, &output).await,
                Err(error) => sender.send_task_failure(&token, error).await,
            };
            sent.expect("the answer is accepted");
        }
    };
    tokio::select! {
        () = somebody => panic!("the API caller ended first"),
        ended = execute(&engine, W::NAME, input) => ended,
    }
}
