//! The style sheets, the script and the icon, which are part of the binary.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use hmac_sha256::Hash as Sha256;

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Returns the first digits of a digest.
fn digits_of(content: &[u8]) -> String {
    let digest = Sha256::hash(content);
    let digits = digest[..8].iter().map(|byte| format!("{byte:02x}"));
    digits.collect()
}

/// Returns a script that imports a module by an address with the module's tag.
fn with_import(script: &str, module: &str, content: &str) -> String {
    let tag = digits_of(content.as_bytes());
    script.replace(
        &format!("\"./{module}\""),
        &format!("\"./{module}?v={tag}\""),
    )
}

/// A file of the console.
struct Asset {
    name: &'static str,
    media_type: &'static str,
    content: Bytes,
    /// The first digits of its digest, in quotes.
    tag: String,
}

/// The files of the console.
pub(super) struct Assets(Vec<Asset>);

impl Assets {
    /// Creates the files.
    pub(super) fn new() -> Self {
        // A browser caches a script by its address, so the imports have the tags of the modules.
        let morph = include_str!("assets/morph.js");
        let live = with_import(include_str!("assets/live.js"), "morph.js", morph);
        let console = with_import(include_str!("assets/console.js"), "live.js", &live);
        let report = Bytes::from(stepwright_history::report::stylesheet());
        let files = [
            (
                "console.css",
                "text/css; charset=utf-8",
                Bytes::from_static(include_bytes!("assets/console.css")),
            ),
            ("report.css", "text/css; charset=utf-8", report),
            ("morph.js", SCRIPT, Bytes::from_static(morph.as_bytes())),
            ("live.js", SCRIPT, Bytes::from(live)),
            ("console.js", SCRIPT, Bytes::from(console)),
            (
                "live-worker.js",
                SCRIPT,
                Bytes::from_static(include_bytes!("assets/live-worker.js")),
            ),
            (
                "viewer.js",
                "text/javascript; charset=utf-8",
                Bytes::from_static(stepwright_diagram::viewer_script().as_bytes()),
            ),
            (
                "code.js",
                "text/javascript; charset=utf-8",
                Bytes::from_static(include_bytes!("assets/code.js")),
            ),
            (
                "times.js",
                "text/javascript; charset=utf-8",
                Bytes::from_static(include_bytes!("assets/times.js")),
            ),
            (
                "icon.svg",
                "image/svg+xml",
                Bytes::from_static(include_bytes!("assets/icon.svg")),
            ),
        ];
        let files = files.into_iter().map(|(name, media_type, content)| {
            let tag = format!("\"{}\"", digits_of(&content));
            Asset {
                name,
                media_type,
                content,
                tag,
            }
        });
        Self(files.collect())
    }

    fn find(&self, name: &str) -> Option<&Asset> {
        self.0.iter().find(|asset| asset.name == name)
    }

    /// Responds with a file, or with 304 if the client has it; `None` if there is no file of this
    /// name.
    pub(super) fn respond(&self, name: &str, headers: &HeaderMap) -> Option<Response> {
        let asset = self.find(name)?;
        let known = headers.get(IF_NONE_MATCH);
        let is_known = known.is_some_and(|known| known.as_bytes() == asset.tag.as_bytes());
        let about = [
            (ETAG, asset.tag.as_str()),
            (CACHE_CONTROL, "private, max-age=31536000, immutable"),
            (CONTENT_TYPE, asset.media_type),
        ];
        Some(if is_known {
            (StatusCode::NOT_MODIFIED, about).into_response()
        } else {
            (about, asset.content.clone()).into_response()
        })
    }

    /// Returns the URL of a file. It contains the file's tag, so that a browser never uses the file
    /// of an earlier version.
    pub(super) fn url(&self, name: &str) -> String {
        let tag = self
            .find(name)
            .map_or("", |asset| asset.tag.trim_matches('"'));
        format!("/console/assets/{name}?v={tag}")
    }
}
