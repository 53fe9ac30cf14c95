//! A studio of files, and its pages.

use std::fmt;
use std::sync::Arc;

use axum::Router;

use crate::file::StudioFile;
use crate::page_key::{PageKey, StudioRun};
use crate::router;
use crate::studio_state::{PATH, StudioState};

/// A visual editor of files. It changes no other file, and creates a file only for states that a
/// user extracts, next to the file with them.
///
/// ```
/// use stepwright_asl::MachineType;
/// use stepwright_asl::validate::Validator;
/// use stepwright_studio::{Studio, StudioFile};
///
/// let file = StudioFile {
///     path: "order.asl.json".into(),
///     name: "order.asl.json".to_owned(),
///     validator: Validator::new(MachineType::Standard),
/// };
/// let studio = Studio::new(vec![file]);
/// assert!(studio.address().starts_with("/studio/"));
/// let _pages = studio.router();
/// ```
pub struct Studio {
    shared: Arc<StudioState>,
}

/// Ends the streams of changes of a studio, so that its server can shut down.
#[derive(Clone)]
pub struct StudioCloser(Arc<StudioState>);

impl Studio {
    /// Creates a studio for files. Its secret is random.
    pub fn new(files: Vec<StudioFile>) -> Studio {
        Studio {
            shared: Arc::new(StudioState::of(files, None, None)),
        }
    }

    /// Creates a studio whose open pages find the next one with this key at this port.
    pub fn with_key(files: Vec<StudioFile>, key: PageKey, port: u16) -> Studio {
        let run = StudioRun::new(key, port);
        Studio {
            shared: Arc::new(StudioState::of(files, None, Some(run))),
        }
    }

    /// The path of the page. It contains a secret: a program or a page that does not know it gets
    /// no answer.
    pub fn address(&self) -> String {
        self.shared.address()
    }

    /// Ends the streams of changes.
    pub fn closer(&self) -> StudioCloser {
        StudioCloser(self.shared.clone())
    }

    /// The pages, for a server that checks the hosts and the origins of requests.
    pub fn router(&self) -> Router {
        router::of(self.shared.clone(), PATH)
    }
}

impl StudioCloser {
    /// Ends the streams of changes.
    pub fn close(&self) {
        self.0.is_closed.send_replace(true);
    }
}

impl fmt::Debug for Studio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Studio")
            .field("files", &self.shared.files.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for StudioCloser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StudioCloser").finish_non_exhaustive()
    }
}
