//! `stepwright.toml`: the settings of a project for `stepwright validate` and editors.
//!
//! ```
//! use std::path::Path;
//! use stepwright_asl::MachineType;
//! use stepwright_tools::settings::{RuleSeverities, Settings};
//!
//! let text = "[validate]\ndeny = ['warnings']\nexclude = ['drafts/']";
//! let file = Path::new("/orders/stepwright.toml");
//! let settings = Settings::parse(file, Path::new("/orders"), text.to_owned())?;
//! assert!(settings.excludes(Path::new("/orders/drafts/a.asl.json"), false));
//! let definition = Path::new("/orders/order.asl.json");
//! let validator = settings.validator(MachineType::Standard, definition)?;
//! # let _ = validator;
//! # Ok::<(), stepwright_tools::settings::SettingsError>(())
//! ```

mod project_settings;
mod rule_severities;

use std::path::Path;

pub use project_settings::{Settings, SettingsError};
pub use rule_severities::RuleSeverities;

/// The name of the file, in the folder of a definition or in a folder above it.
pub const FILE_NAME: &str = "stepwright.toml";

/// The endings of files that may have definitions.
pub const DEFINITION_ENDINGS: [&str; 8] = [
    "json", "jsonc", "json5", "asl", "yaml", "yml", "template", "tf",
];

/// Whether a file may have definitions, by its name.
pub fn may_hold_definition(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.unwrap_or_default().to_ascii_lowercase();
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|ending| DEFINITION_ENDINGS.contains(&ending))
}
