use std::io::Read;
use std::sync::Arc;

use flate2::read::MultiGzDecoder;

use crate::objects::Object;

/// An object's content without its compression, which its name tells; `most` bytes at most.
pub(super) fn expand(key: &str, object: Object, most: u64) -> Result<Arc<[u8]>, String> {
    let length = |bytes: &[u8]| u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let body = match key.rsplit_once('.').map(|(_, extension)| extension) {
        Some("gz" | "gzip") => {
            let mut content = Vec::new();
            MultiGzDecoder::new(&*object.body)
                .take(most.saturating_add(1))
                .read_to_end(&mut content)
                .map_err(|error| format!("The file {key} is not valid GZIP: {error}"))?;
            content.into()
        }
        Some("zst" | "zstd") => {
            return Err(format!(
                "The file {key} is compressed with ZSTD, which this runtime does not read; use GZIP"
            ));
        }
        _ => object.body,
    };
    if length(&body) > most {
        return Err(format!("The file {key} has more than {most} bytes"));
    }
    Ok(body)
}
