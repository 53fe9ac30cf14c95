//! The code block of docs/guides/postgres.md: it compiles. `engine.rs` tests its behaviour.

use stepwright_engine::{Engine, MachineType};
use stepwright_postgres::{PostgresOptions, PostgresStore};

fn engine(definition: &str) -> Result<Engine, Box<dyn std::error::Error>> {
    let options: PostgresOptions = "postgres://stepwright@db.internal/orders".parse()?;
    let store = PostgresStore::open_with(options.environment().schema("orders"))?;
    // Continues the executions of an engine that ended or died.
    let engine = Engine::builder()
        .register_json("orders", definition, MachineType::Standard)
        .store(store)
        .build()?;
    Ok(engine)
}

/// Never called, because there is no such database.
const _: fn(&str) = |definition| drop(engine(definition));
