//! The definitions that a review compares, with their files and diagnostics.

use stepwright_asl::json::{Document, Json as Asl};
use stepwright_asl::{Diagnostics, MachineType};

/// A definition for a [`Review`](super::Review): one side of a change.
#[derive(Clone, Debug)]
#[must_use]
pub struct ReviewedDefinition {
    pub(super) name: String,
    pub(super) file: String,
    pub(super) json: Asl,
    pub(super) machine_type: MachineType,
    pub(super) diagnostics: Diagnostics,
    pub(super) document: Option<Document>,
}

impl ReviewedDefinition {
    /// Creates a definition: the name of the state machine, the path of its file, and its JSON.
    pub fn new(name: impl Into<String>, file: impl Into<String>, json: Asl) -> Self {
        Self {
            name: name.into(),
            file: file.into(),
            json,
            machine_type: MachineType::Standard,
            diagnostics: Diagnostics::default(),
            document: None,
        }
    }

    /// Sets the type of the state machine; Standard unless set.
    pub fn machine_type(mut self, machine_type: MachineType) -> Self {
        self.machine_type = machine_type;
        self
    }

    /// Sets what the validator reports about it.
    pub fn diagnostics(mut self, diagnostics: Diagnostics) -> Self {
        self.diagnostics = diagnostics;
        self
    }

    /// Sets the document of its file, from which the lines of risks are taken.
    pub fn document(mut self, document: Document) -> Self {
        self.document = Some(document);
        self
    }

    /// Returns the line of a pointer, if the document is known.
    pub(super) fn line(&self, pointer: &str) -> Option<usize> {
        let document = self.document.as_ref()?;
        let mut pointer = pointer;
        loop {
            let position = document
                .key_position(pointer)
                .or_else(|| document.position(pointer));
            if let Some(position) = position {
                return Some(position.line);
            }
            // A removed field is inside of an existing object.
            pointer = &pointer[..pointer.rfind('/')?];
        }
    }
}
