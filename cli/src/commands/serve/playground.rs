//! The files of the playground, which a browser runs without the server.

use std::path::Path;

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use tower_http::services::ServeDir;

use crate::failure::Failure;

/// The address of the page, which loads its files by relative addresses.
const PAGE: &str = "/playground/";

/// Returns the pages that send the files of a folder.
pub(super) fn pages(folder: &Path) -> Result<Router, Failure> {
    for file in ["index.html", "stepwright_web_bg.wasm"] {
        if !folder.join(file).is_file() {
            return Err(Failure::Usage(format!(
                "--playground: `{}` has no file `{file}`; unpack `stepwright-playground-{}.tar.gz` of the release, and name its folder",
                folder.display(),
                env!("CARGO_PKG_VERSION")
            )));
        }
    }
    let redirect = get(|| async { Redirect::permanent(PAGE) });
    Ok(Router::new()
        .route(PAGE.trim_end_matches('/'), redirect)
        .nest_service(PAGE, ServeDir::new(folder)))
}
