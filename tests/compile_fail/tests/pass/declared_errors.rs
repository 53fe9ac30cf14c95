//! The errors of a task that somebody else implements are made nowhere, and are not dead for that.

#![deny(warnings)]
#![allow(missing_docs)]

use stepwright::prelude::*;

#[derive(Debug, thiserror::Error, TaskError)]
pub enum ShipError {
    #[error("no way to {place}")]
    NoWay { place: String },
    #[error("late")]
    Late(#[source] std::fmt::Error),
    #[error("lost")]
    Lost,
}

/// Ships somewhere.
#[task]
pub async fn ship(place: String) -> Result<String, ShipError>;

workflow! {
    workflow Shipping(place: String) -> String {
        task Ship { let parcel = ship(place); catch ShipError::Lost => Gone; end parcel; }
        fail Gone;
    }
}

fn main() {
    println!("{}", Shipping::definition().to_json());
}
