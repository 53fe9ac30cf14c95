//! Many accounts, a damaged one, and a store that was emptied.

use std::path::Path;

use serde_json::{Value as Json, json};
use stepwright_tests::client::Client;
use stepwright_tests::process::ServerProcess;

use crate::Setup;

/// A client makes up account after account. The server answers for each, starts again, and a
/// damaged account concerns no other.
pub(crate) async fn accounts(setup: &Setup) -> Result<String, String> {
    let folder = setup.folder.path().join("accounts");
    let arguments = || {
        let folder = folder.clone().into_os_string();
        ["--accounts".into(), "any".into(), "--store".into(), folder]
    };
    let path = setup.stepwright.as_deref();
    let mut server = ServerProcess::stepwright(path, arguments()).await?;
    let mut client = Client::connect(&server.address).await?;
    let count: u64 = setup.choose(60, 1_000);
    for account in 1..=count {
        list(&mut client, account).await?;
    }
    let memory = server.peak_megabytes();
    server.kill().await;
    let damaged = folder.join(format!("{:012}.db", 1));
    damage(&damaged, "no database\n")?;
    let mut server = ServerProcess::stepwright(path, arguments()).await?;
    let started = server.started;
    let mut client = Client::connect(&server.address).await?;
    let refused = list(&mut client, 1).await;
    if !refused.as_ref().is_err_and(|error| error.contains("503")) {
        return Err(format!("the damaged account answers with {refused:?}"));
    }
    list(&mut client, count).await?;
    server.kill().await;
    if memory > setup.memory_bound() {
        return Err(format!("{count} accounts needed {memory:.0} MB"));
    }
    Ok(format!(
        "{count} accounts, {memory:.0} MB, the next start took {:.2} s",
        started.as_secs_f64()
    ))
}

/// Lists the state machines of an account.
async fn list(client: &mut Client, account: u64) -> Result<Json, String> {
    let request = client.request("ListStateMachines", &json!({}));
    let request = String::from_utf8_lossy(&request);
    let request = request.replace("Credential=local", &format!("Credential={account:012}"));
    match client.send(request.as_bytes()).await? {
        (200, listed) => Ok(listed),
        (status, error) => Err(format!(
            "account {account} was answered with {status}: {error}"
        )),
    }
}

/// A store whose file was emptied after a clean end must not be opened as a new one.
pub(crate) async fn emptied(setup: &Setup) -> Result<String, String> {
    let store = setup.folder.path().join("emptied.db");
    let arguments = || ["--store".into(), store.clone().into_os_string()];
    let path = setup.stepwright.as_deref();
    let mut server = ServerProcess::stepwright(path, arguments()).await?;
    server.end().await?;
    damage(&store, "")?;
    match ServerProcess::stepwright(path, arguments()).await {
        Ok(_) => Err("the server started with an empty store".to_owned()),
        Err(_) => Ok("the server refuses it".to_owned()),
    }
}

fn damage(store: &Path, with: &str) -> Result<(), String> {
    std::fs::write(store, with.repeat(1_000)).map_err(|error| error.to_string())
}
