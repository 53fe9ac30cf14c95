//! The studio for a page.

use std::path::PathBuf;

use stepwright_asl::MachineType;
use stepwright_asl::validate::Validator;
use stepwright_studio::{EditorConnection, StudioFile};
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::spin;

/// The studio of a page that owns the texts. It answers the messages of
/// `stepwright studio --stdio`.
#[wasm_bindgen]
pub struct Studio {
    connection: EditorConnection<fn(PathBuf) -> Result<StudioFile, String>>,
}

#[wasm_bindgen]
impl Studio {
    /// Creates a studio without texts.
    #[wasm_bindgen(constructor)]
    #[expect(clippy::new_without_default, reason = "JavaScript creates it")]
    pub fn new() -> Studio {
        Studio {
            connection: EditorConnection::new(file),
        }
    }

    /// Answers a message, which is a line of JSON.
    ///
    /// # Errors
    ///
    /// If the answer takes more than 20 seconds.
    pub fn receive(&self, message: &str) -> Result<String, JsError> {
        spin::complete(self.connection.receive(message).line)
    }
}

fn file(path: PathBuf) -> Result<StudioFile, String> {
    Ok(StudioFile {
        name: path.display().to_string(),
        validator: Validator::new(MachineType::Standard),
        path,
    })
}
