//! docs/serve.md: the server in a process of one's own.

use std::time::Duration;

use stepwright_runtime::Engine;
use stepwright_runtime::serve::Server;

async fn serve() -> Result<(), Box<dyn std::error::Error>> {
    let engine = Engine::builder().build()?;
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
