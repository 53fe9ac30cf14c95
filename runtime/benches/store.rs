//! How many commits the journal makes durable: `cargo bench -p stepwright-runtime --features sqlite --bench store`

fn main() {
    divan::main();
}
