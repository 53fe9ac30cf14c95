//! Checks that the licence of every dependency is permissive:
//! `cargo run -p stepwright-tests --bin licences`.
//!
//! Reads `cargo metadata` of this workspace. Each crate must offer a permissive licence. Otherwise
//! the crate is printed, and the exit status is 1.

use std::process::{Command, ExitCode};

use serde_json::Value;
use spdx::{Expression, LicenseReq, ParseMode};

/// Licences that allow any use if their text is included.
const PERMISSIVE: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-1-Clause",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Unlicense",
    "Zlib",
];

fn main() -> ExitCode {
    let packages = match packages() {
        Ok(packages) => packages,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(2);
        }
    };
    let refused: Vec<String> = packages
        .iter()
        .filter_map(|package| {
            refusal(package).map(|reason| format!("{}: {reason}", shown(package)))
        })
        .collect();
    for line in &refused {
        println!("{line}");
    }
    println!("{} crates, {} refused", packages.len(), refused.len());
    ExitCode::from(u8::from(!refused.is_empty()))
}

/// All crates that the workspace is compiled from, for every feature and platform.
fn packages() -> Result<Vec<Value>, Box<dyn std::error::Error>> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--all-features",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let mut metadata: Value = serde_json::from_slice(&output.stdout)?;
    match metadata["packages"].take() {
        Value::Array(packages) if !packages.is_empty() => Ok(packages),
        _ => Err("`cargo metadata` lists no package".into()),
    }
}

fn shown(package: &Value) -> String {
    let word = |key: &str| package[key].as_str().unwrap_or_default();
    format!("{} {}", word("name"), word("version"))
}

/// Why a crate may not be used; `None` if it may.
fn refusal(package: &Value) -> Option<String> {
    let Some(licence) = package["license"].as_str() else {
        return Some("its manifest names no licence".to_owned());
    };
    // Old manifests have `MIT/Apache-2.0`.
    match Expression::parse_mode(licence, ParseMode::LAX) {
        Ok(expression) if expression.evaluate(is_permissive) => None,
        Ok(_) => Some(format!("`{licence}` is not permissive")),
        Err(error) => Some(format!("`{licence}` is no licence: {}", error.reason)),
    }
}

fn is_permissive(licence: &LicenseReq) -> bool {
    licence
        .license
        .id()
        .is_some_and(|id| PERMISSIVE.contains(&id.name))
}

#[cfg(test)]
mod tests {
    use super::refusal;
    use serde_json::json;

    #[test]
    fn a_crate_must_offer_a_permissive_licence() {
        let said = |licence: &str| refusal(&json!({"license": licence}));
        for fine in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0-only OR MIT",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception",
        ] {
            assert_eq!(said(fine), None, "{fine}");
        }
        for refused in [
            "GPL-3.0-only",
            "MIT AND LGPL-2.1-only",
            "MPL-2.0",
            "no licence",
        ] {
            assert!(said(refused).is_some(), "{refused}");
        }
        assert!(refusal(&json!({"license": null})).is_some());
    }
}
