//! The objects that Distributed Maps read and write: those of a directory, or of S3.

use std::path::Path;

use stepwright_engine::EngineBuilder;
use stepwright_engine::objects::Folder;
use stepwright_integrations::ServiceCalls;

use crate::failure::Failure;

/// Sets the object store of an engine: the directory of `--objects`, or else S3 if it has an
/// endpoint.
pub(crate) fn connect(
    builder: EngineBuilder,
    folder: Option<&Path>,
    calls: Option<&ServiceCalls>,
) -> Result<EngineBuilder, Failure> {
    let Some(folder) = folder else {
        let objects = calls.and_then(ServiceCalls::objects);
        return Ok(match objects {
            Some(objects) => builder.objects(objects),
            None => builder,
        });
    };
    if !folder.is_dir() {
        return Err(Failure::Usage(format!(
            "--objects {}: there is no such directory; it needs a subdirectory for each bucket",
            folder.display()
        )));
    }
    Ok(builder.objects(Folder::new(folder)))
}
