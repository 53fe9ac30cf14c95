//! `stepwright health`: checks a running server, for images without other programs.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Uri};
use tokio::time::timeout;

use crate::args::HealthArguments;
use crate::engine::tasks::Client;
use crate::failure::Failure;
use crate::terminal::output;

/// Requests `/health` or `/ready` and prints the response.
pub(crate) async fn health(arguments: HealthArguments) -> Result<(), Failure> {
    let path = if arguments.ready { "/ready" } else { "/health" };
    let url = at_path(&arguments.endpoint, path)?;
    let request = Request::get(url.clone()).body(Full::<Bytes>::default());
    let request =
        request.map_err(|error| Failure::Usage(format!("cannot request {url}: {error}")))?;
    let client = Client::default();
    let response = timeout(arguments.timeout, client.send(request)).await;
    let response = response.map_err(|_| {
        let seconds = arguments.timeout.as_secs_f64();
        Failure::Failed(format!(
            "{url} does not respond within {seconds} seconds; `--timeout` sets another limit"
        ))
    })?;
    let response = response.map_err(|error| Failure::Failed(error.to_string()))?;
    let body = String::from_utf8_lossy(response.body()).into_owned();
    if response.status().is_success() {
        output::line(body.trim());
        Ok(())
    } else {
        Err(Failure::Failed(format!(
            "{url} responds with {}: {}",
            response.status(),
            body.trim()
        )))
    }
}

/// The URL of a path at an endpoint.
fn at_path(endpoint: &Uri, path: &str) -> Result<Uri, Failure> {
    let authority = endpoint
        .authority()
        .map_or("", |authority| authority.as_str());
    let url = format!("http://{authority}{path}");
    url.parse()
        .map_err(|error| Failure::Usage(format!("`{url}` is not a URL: {error}")))
}
