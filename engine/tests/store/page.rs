//! The code block of docs/reference/engine.md about a store: it compiles. `engine.rs` tests its
//! behaviour on another file.

use stepwright_engine::store::SqliteStore;
use stepwright_engine::{Engine, MachineType};

async fn engine(definition: &str) -> Result<Engine, Box<dyn std::error::Error>> {
    let store = SqliteStore::open("orders.db")?;
    // Continues open executions.
    Ok(Engine::builder()
        .register_json("orders", definition, MachineType::Standard)
        .store(store)
        .build()?)
}

/// Never called, because it would create a file.
const _: fn(&str) = |definition| drop(engine(definition));
