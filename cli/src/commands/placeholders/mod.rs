//! `stepwright placeholders`: the values that a deployment must supply, and whether a template
//! supplies them.

mod check;
mod checked_machine;
mod checked_scope;
mod list;
mod machine;
mod show;
mod terraform;

use crate::args::{PlaceholdersArguments, PlaceholdersFormat};
use crate::failure::Failure;

/// Prints the placeholders, or the problems of a template.
pub(crate) fn placeholders(arguments: &PlaceholdersArguments) -> Result<(), Failure> {
    match (&arguments.file, &arguments.check) {
        (file, Some(template)) => {
            let is_json = match arguments.format {
                PlaceholdersFormat::Text => false,
                PlaceholdersFormat::Json => true,
                _ => {
                    return Err(Failure::Usage(
                        "--check prints `--format text` or `--format json`".to_owned(),
                    ));
                }
            };
            check::check(file.as_deref(), template, is_json)
        }
        (Some(file), None) => list::list(file, arguments.format),
        (None, None) => Err(Failure::Usage(
            "a FILE or --check TEMPLATE is missing".to_owned(),
        )),
    }
}
