//! The block of docs/engine.md about a store: it compiles. What it does is tried in `engine.rs`, on a file elsewhere.

use stepwright_runtime::store::SqliteStore;
use stepwright_runtime::{Engine, MachineType};

async fn engine(definition: &str) -> Result<Engine, Box<dyn std::error::Error>> {
    let store = SqliteStore::open("orders.db")?;
    // Goes on with what was open.
    Ok(Engine::builder()
        .definition_json("orders", definition, MachineType::Standard)
        .store(store)
        .build()?)
}

/// It is called by nobody, for it would leave its file behind.
const _: fn(&str) = |definition| drop(engine(definition));
