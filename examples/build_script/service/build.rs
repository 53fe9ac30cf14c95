//! Writes the ASL of every workflow that this service deploys, for CDK, SAM, CloudFormation or Terraform to pick up.
//!
//! `orders` is a build-dependency, so Cargo builds it first and runs this script again whenever the workflow changes.

use std::path::PathBuf;

use orders::Checkout;
use stepwright::Workflow;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::var("OUT_DIR")?);
    let file = folder.join("checkout.asl.json");
    Checkout::build()?.write(&file)?;
    println!("cargo::rustc-env=CHECKOUT_ASL={}", file.display());
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}
