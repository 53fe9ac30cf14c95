//! The files of a project, and the settings with which they are checked.

mod files;
mod settings_source;
mod validators;

pub(crate) use self::files::{File, FileOrigin, SkippedFiles, files_of, no_definition};
pub(crate) use self::settings_source::SettingsSource;
pub(crate) use self::validators::Validators;
pub(crate) use stepwright_tools::settings::{RuleSeverities, may_hold_definition};
