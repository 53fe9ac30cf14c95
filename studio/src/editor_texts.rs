//! The texts that an editor has open, and the files of its workspace.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use crate::file::{OpenFile, StudioFile};

/// The open texts, by their numbers. A number is never used again.
#[derive(Debug, Default)]
pub(crate) struct EditorTexts {
    texts: Mutex<(usize, HashMap<usize, Arc<OpenFile>>)>,
    workspace: Mutex<Arc<[StudioFile]>>,
}

impl EditorTexts {
    /// Adds a text. Returns its number.
    pub(crate) fn add(&self, text: OpenFile) -> usize {
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        let number = texts.0;
        texts.0 += 1;
        texts.1.insert(number, Arc::new(text));
        number
    }

    /// Forgets a text.
    pub(crate) fn remove(&self, number: usize) {
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        texts.1.remove(&number);
    }

    /// The text with a number.
    ///
    /// # Errors
    ///
    /// `NotFound` for a text that the editor has closed.
    pub(crate) fn text(&self, number: usize) -> io::Result<Arc<OpenFile>> {
        let texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        let text = texts.1.get(&number).cloned();
        text.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "the editor has closed it"))
    }

    pub(crate) fn workspace(&self) -> Arc<[StudioFile]> {
        let workspace = self.workspace.lock();
        workspace.unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_workspace(&self, files: Vec<StudioFile>) {
        let mut workspace = self
            .workspace
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *workspace = files.into();
    }
}
