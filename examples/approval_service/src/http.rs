//! The HTTP routes of the service.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use serde::Deserialize;
use serde_json::json;
use stepwright::Workflow;
use stepwright_runtime::store::StoreError;
use stepwright_runtime::value::Value;
use stepwright_runtime::{Engine, ExecutionHandle, StartError, StartOptions, Status, TokenError};

use super::domain::{Decision, Order, Receipt};
use super::tasks::price;

/// The routes for the orders of this workflow.
pub fn routes<W: Workflow<Input = Order, Output = Receipt> + 'static>(engine: Engine) -> Router {
    Router::new()
        .route("/orders", post(start::<W>))
        .route("/orders/{id}", get(status::<W>))
        .route("/orders/{id}/approval/{token}", get(ask::<W>).post(decide))
        .with_state(engine)
}

/// Starts an order. The response is sent after the order is on the disk.
async fn start<W: Workflow<Input = Order, Output = Receipt>>(
    State(engine): State<Engine>,
    Json(order): Json<Order>,
) -> Result<Response, Refused> {
    let id = order.id.clone();
    let options = StartOptions::new().name(&id);
    let run = engine.start_workflow::<W>(order, options).await?;
    let place = format!("/orders/{id}");
    let told = Json(json!({"order": id, "status": run.status().as_str(), "place": place}));
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, place)], told).into_response())
}

/// Returns the status of an order.
async fn status<W: Workflow>(
    State(engine): State<Engine>,
    Path(id): Path<String>,
) -> Result<Response, Refused> {
    let run = find::<W>(&engine, &id).await?;
    let mut told = json!({"order": id, "status": run.status().as_str()});
    if run.status() != Status::Running {
        let report = run.report().await;
        if let Some(output) = &report.output {
            told["receipt"] = json!(output);
        }
        if let Some(error) = &report.error {
            told["error"] = json!(error);
            told["cause"] = json!(report.cause);
        }
    }
    Ok(Json(told).into_response())
}

/// The page of the approver's link. It only shows a form, so that programs that open links in mails
/// decide nothing.
async fn ask<W: Workflow>(
    State(engine): State<Engine>,
    Path((id, _token)): Path<(String, String)>,
) -> Result<Html<String>, Refused> {
    let run = find::<W>(&engine, &id).await?;
    let order: Order = run
        .execution()
        .input()
        .to_typed()
        .map_err(|error| Refused::broken(&error))?;
    let Order {
        customer,
        article,
        cents,
        ..
    } = order;
    let (customer, article) = (escape(&customer), escape(&article));
    let price = price(cents);
    Ok(Html(format!(
        r#"<!doctype html><html lang="en"><meta charset="utf-8"><title>An order waits for you</title>
<h1>{customer} orders {article} for {price}</h1>
<form method="post">
<label>Your name <input name="by" required></label>
<button name="verdict" value="approve">Approve</button>
<button name="verdict" value="refuse">Refuse</button>
</form></html>"#
    )))
}

#[derive(Deserialize)]
struct Answer {
    by: String,
    verdict: Verdict,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Approve,
    Refuse,
}

/// Sends the result for the token. The page is sent after the decision is on the disk.
async fn decide(
    State(engine): State<Engine>,
    Path((_id, token)): Path<(String, String)>,
    Form(answer): Form<Answer>,
) -> Result<Html<&'static str>, Refused> {
    let Answer { by, verdict } = answer;
    let decision = match verdict {
        Verdict::Approve => Decision::Approved { by },
        Verdict::Refuse => Decision::Refused {
            reason: format!("{by} refused it"),
        },
    };
    engine.send_task_success(&token, &decision).await?;
    Ok(Html(
        "<!doctype html><title>Thank you</title><h1>Thank you</h1>",
    ))
}

/// The execution of an order.
async fn find<W: Workflow>(engine: &Engine, id: &str) -> Result<ExecutionHandle<Value>, Refused> {
    let unknown = || Refused(StatusCode::NOT_FOUND, format!("there is no order `{id}`"));
    let machine = engine.machine(W::NAME).ok_or_else(unknown)?;
    let found = engine.execution(&machine.execution_arn(id)).await?;
    found.ok_or_else(unknown)
}

fn escape(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;");
    escaped.replace('>', "&gt;").replace('"', "&quot;")
}

/// The error of a request.
struct Refused(StatusCode, String);

impl Refused {
    fn broken(error: &dyn std::error::Error) -> Self {
        Self(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
    }
}

impl From<StartError> for Refused {
    fn from(error: StartError) -> Self {
        let status = match &error {
            StartError::ExecutionAlreadyExists(_) => StatusCode::CONFLICT,
            StartError::InvalidName(_) | StartError::InvalidInput(_) => StatusCode::BAD_REQUEST,
            _ => StatusCode::SERVICE_UNAVAILABLE,
        };
        Self(status, error.to_string())
    }
}

impl From<TokenError> for Refused {
    fn from(error: TokenError) -> Self {
        let status = match &error {
            TokenError::CommitFailed => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::GONE,
        };
        Self(status, error.to_string())
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::broken(&error)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self(status, why) = self;
        (status, Json(json!({"error": why}))).into_response()
    }
}
