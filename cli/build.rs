//! Compresses the pages of the documentation that `stepwright mcp` offers to agents: the command
//! grows by a quarter of their size.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use flate2::Compression;
use flate2::write::ZlibEncoder;

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=pages");
    let to = std::env::var("OUT_DIR").map_err(io::Error::other)?;
    for page in fs::read_dir("pages")? {
        let path = page?.path();
        println!("cargo::rerun-if-changed={}", path.display());
        let Some(name) = path.file_stem() else {
            continue;
        };
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&fs::read(&path)?)?;
        let file = Path::new(&to).join(name).with_extension("zz");
        fs::write(file, encoder.finish()?)?;
    }
    Ok(())
}
