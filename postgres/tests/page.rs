//! The code blocks of docs/guides/postgres.md: they compile. `engine.rs` and `standby.rs` test
//! their behaviour.

use stepwright_engine::{Engine, MachineType};
use stepwright_postgres::{PostgresOptions, PostgresStandby, PostgresStore};

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

async fn standby() -> Result<PostgresStore, Box<dyn std::error::Error>> {
    let options: PostgresOptions = "postgres://stepwright@db.internal/orders".parse()?;
    let store = PostgresStandby::open(options.environment())?
        .take_over()
        .await?;
    Ok(store)
}

/// Never called, because there is no such database.
const _: fn(&str) = |definition| drop((engine(definition), standby()));
