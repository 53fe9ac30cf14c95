//! The files of a project, and the settings with which they are checked.

mod files;
mod settings;
mod validators;

pub(crate) use self::files::{
    File, FileOrigin, SkippedFiles, files_of, may_hold_definition, no_definition,
};
pub(crate) use self::settings::{FILE_NAME, RuleSeverities, SettingsSource};
pub(crate) use self::validators::Validators;
