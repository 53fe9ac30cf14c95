//! docs/guides/serve.md: the server in a program of yours.

use std::time::Duration;

use stepwright_runtime::Engine;
use stepwright_server::Server;

async fn serve() -> Result<(), Box<dyn std::error::Error>> {
    // With a store: executions continue when the server has deployed the state machines that
    // clients created.
    let engine = Engine::builder().resume_later().build()?;
    // Port 0: one that is free.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    Server::builder().engine(engine).serve(listener).await?;
    Ok(())
}

#[tokio::test]
async fn the_server_of_the_page_serves_until_it_is_dropped() {
    let ended = tokio::time::timeout(Duration::from_millis(50), serve()).await;
    assert!(ended.is_err(), "it ended: {ended:?}");
}
