//! The limits and the masking with which a store is read without an engine.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;
use smol_str::SmolStr;
use stepwright_asl::redaction::Redaction;
use stepwright_interpreter::Limits;

use crate::dispatch::handlers::Handlers;
use crate::durable::version_cache::ReadContext;
use crate::machines::CompileSettings;

/// The settings with which executions of a store are read without an engine. A stored definition
/// has the values of its placeholders.
pub(super) struct ReadSettings {
    compile: CompileSettings,
    limits: Arc<Limits>,
}

impl Default for ReadSettings {
    fn default() -> Self {
        Self {
            compile: CompileSettings {
                role: SmolStr::default(),
                region: String::new(),
                account: String::new(),
                substitutions: HashMap::new(),
                families: IndexMap::new(),
                handlers: Handlers::default(),
                redaction: Arc::new(Redaction::new().task_tokens()),
                meter: None,
            },
            limits: Arc::new(Limits::default()),
        }
    }
}

impl ReadSettings {
    /// Masks fields in histories, in addition to task tokens.
    pub(super) fn redact(&mut self, redaction: &Redaction) {
        let all = (*self.compile.redaction).clone().and(redaction);
        self.compile.redaction = Arc::new(all);
    }

    /// Whether everything is masked that `redaction` masks.
    pub(super) fn masks(&self, redaction: &Redaction) -> bool {
        self.compile.redaction.includes(redaction)
    }

    pub(super) fn reading(&self) -> ReadContext<'_> {
        ReadContext {
            setting: &self.compile,
            limits: &self.limits,
            machines: None,
        }
    }
}
