//! Checks open documents and files, and publishes their diagnostics.

use std::path::Path;

use gen_lsp_types::{
    DidChangeWatchedFilesParams, PublishDiagnosticsNotification, PublishDiagnosticsParams, Uri,
};
use serde_json::json;
use stepwright_asl::MachineType;
use stepwright_asl::validate::Validator;
use stepwright_tools::settings::{DEFINITION_ENDINGS, FILE_NAME, may_hold_definition};

use crate::answers::diagnostics;
use crate::document_uri::{name_of, path_of};
use crate::open_document::OpenDocument;
use crate::session::Session;

impl Session {
    /// Asks the client to report changes of files that may have definitions, and of settings.
    pub(crate) fn watch_files(&mut self) {
        if !self.client.watches_files {
            return;
        }
        let files = DEFINITION_ENDINGS.iter();
        let files = files.map(|ending| format!("**/*.{ending}"));
        let patterns = files.chain([format!("**/{FILE_NAME}")]);
        let watchers: Vec<_> = patterns
            .map(|pattern| json!({"globPattern": pattern}))
            .collect();
        let registration = json!({"registrations": [{
            "id": "files",
            "method": "workspace/didChangeWatchedFiles",
            "registerOptions": {"watchers": watchers},
        }]});
        self.request("client/registerCapability", registration);
    }

    /// Files were created, changed or deleted outside of the editor.
    pub(crate) fn files_changed(&mut self, parameters: DidChangeWatchedFilesParams) {
        for change in parameters.changes {
            let is_settings = path_of(&change.uri.0).is_some_and(|path| path.ends_with(FILE_NAME));
            if is_settings {
                self.workspace.settings_changed();
                let open: Vec<Uri> = self.documents.keys().cloned().collect();
                open.into_iter()
                    .for_each(|uri| self.workspace.check_again(uri));
            } else if !self.documents.contains_key(&change.uri) {
                self.workspace.check_again(change.uri);
            }
        }
    }

    /// Checks one file whose diagnostics may have changed. Returns whether there was one.
    pub(crate) fn check_next_file(&mut self) -> bool {
        if let Some(uri) = self.workspace.unchecked.pop_front() {
            self.check(&uri);
            return true;
        }
        if !std::mem::take(&mut self.workspace.is_unread) {
            return false;
        }
        for problem in self.workspace.read_folders() {
            self.tell(&problem);
        }
        true
    }

    /// Checks an open document now if its text was not checked since its last change.
    pub(crate) fn check_open(&mut self, uri: &Uri) {
        if self
            .documents
            .get(uri)
            .is_some_and(|open| !open.is_checked())
        {
            self.check(uri);
        }
    }

    /// Reads the state machines of an open document if its text was not checked since its last
    /// change.
    pub(crate) fn read_machines(&mut self, uri: &Uri) {
        let open = self.documents.get(uri);
        if let Some(open) = open.filter(|open| !open.is_checked()) {
            self.machines.update(open.document());
        }
    }

    /// The validator of a file. The user sees a message about wrong settings, which have no effect.
    pub(crate) fn validator_of(&mut self, uri: &Uri) -> Validator {
        let validator = match path_of(&uri.0) {
            Some(path) => self.workspace.files.validator(&path),
            None => Ok(Validator::new(MachineType::Standard)),
        };
        validator.unwrap_or_else(|problem| {
            self.tell(&problem);
            Validator::new(MachineType::Standard)
        })
    }

    fn check(&mut self, uri: &Uri) {
        let path = path_of(&uri.0);
        let validator = self.validator_of(uri);
        let (version, found) = match self.documents.get(uri) {
            Some(open) => {
                open.check(&validator);
                self.machines.update(open.document());
                (Some(open.version()), converted(open))
            }
            None => (None, self.of_file(uri, path.as_deref(), &validator)),
        };
        // Editors wait for the result of an open document, also for an empty one.
        if found.is_empty() && !self.workspace.reported.remove(uri) && version.is_none() {
            return;
        }
        if !found.is_empty() {
            self.workspace.reported.insert(uri.clone());
        }
        self.notify::<PublishDiagnosticsNotification>(PublishDiagnosticsParams {
            uri: uri.clone(),
            version,
            diagnostics: found,
        });
    }

    /// The diagnostics of a file on the disk. A file that is gone has none.
    fn of_file(
        &mut self,
        uri: &Uri,
        path: Option<&Path>,
        validator: &Validator,
    ) -> Vec<gen_lsp_types::Diagnostic> {
        let Some(path) = path.filter(|path| may_hold_definition(path)) else {
            return Vec::new();
        };
        let Some(text) = self.workspace.read(path) else {
            self.machines.remove(&name_of(uri));
            return Vec::new();
        };
        let document = self.read_document(uri.clone(), text, 0);
        document.check(validator);
        self.machines.update(document.document());
        converted(&document)
    }

    /// Shows a problem that concerns no position of a document, such as wrong settings.
    fn tell(&mut self, message: &str) {
        self.log(message);
        let warning = 2;
        self.send(lsp_server::Notification::new(
            "window/showMessage".to_owned(),
            json!({"type": warning, "message": message}),
        ));
    }
}

fn converted(document: &OpenDocument) -> Vec<gen_lsp_types::Diagnostic> {
    let found = document.diagnostics();
    found
        .iter()
        .map(|found| diagnostics::converted(document, found))
        .collect()
}
