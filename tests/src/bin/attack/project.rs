//! A project of another person: links, large values of an agent, and the processes and pages around
//! it.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use serde_json::{Value as Json, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use crate::Setup;

/// A word of the files and variables that nothing may print.
const SECRET: &str = "hunter2secret";
const DEFINITION: &str = r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:a", "End": true}}}"#;
/// How long one command may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Attacks with links, then the environment of tasks, an agent, and the studio.
pub(crate) async fn attack(setup: &Setup) -> Result<String, String> {
    let links = links(setup).await?;
    environment(setup).await?;
    let bytes = large_values(setup).await?;
    let paths = studio(setup).await?;
    Ok(format!(
        "{links} links led to nothing, no secret reached a task, a mock of {bytes} bytes was used, {paths} requests without the secret of the studio were refused"
    ))
}

fn io(error: std::io::Error) -> String {
    error.to_string()
}

/// Writes the project `name`.
fn project(setup: &Setup, name: &str) -> Result<std::path::PathBuf, String> {
    let folder = setup.folder.path().join(name);
    std::fs::create_dir_all(folder.join("histories")).map_err(io)?;
    std::fs::write(folder.join("orders.asl.json"), DEFINITION).map_err(io)?;
    let terraform =
        "resource \"aws_sfn_state_machine\" \"m\" {\n  definition = jsonencode(local.m)\n}\n";
    std::fs::write(folder.join("main.tf"), terraform).map_err(io)?;
    Ok(folder)
}

/// Runs the command in a folder. Returns what it printed.
async fn run(setup: &Setup, folder: &Path, arguments: &[&str]) -> Result<String, String> {
    let mut command = setup.command()?;
    command
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null());
    let output = tokio::time::timeout(PATIENCE, command.output()).await;
    let output = output.map_err(|_| format!("{arguments:?} does not end"))?;
    Ok(printed(&output.map_err(io)?))
}

/// Everything that a command printed.
fn printed(output: &Output) -> String {
    let all = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8_lossy(&all).into_owned()
}

/// Makes one name after the other a link to a secret, directly and through other links.
async fn links(setup: &Setup) -> Result<usize, String> {
    let folder = project(setup, "links")?;
    let secrets = setup.folder.path().join("home");
    std::fs::create_dir_all(&secrets).map_err(io)?;
    let texts = [
        format!("machine api.example.com login me password {SECRET}\n"),
        format!("[default]\naws_secret_access_key = {SECRET}\n"),
        format!("[validate]\nallow = [\"{SECRET}\"]\n"),
        format!("{{\"token\": \"{SECRET}\", \"StartAt\": \"{SECRET}\", \"States\": {{}}}}\n"),
        format!("{SECRET} = {{\n"),
    ];
    // `check` is a tool for agents, the others are commands.
    let cases: [(&str, &[&str]); 8] = [
        ("stepwright.toml", &["validate", "."]),
        (
            "stepwright.toml",
            &["convert", "--to", "jsonata", "orders.asl.json"],
        ),
        ("linked.asl.json", &["validate", "."]),
        ("linked.tf", &["validate", "main.tf"]),
        (
            "orders.schemas.json",
            &["types", "orders.asl.json", "--lang", "ts"],
        ),
        (
            "histories/one.json",
            &["rehearse", "orders.asl.json", "--histories", "histories"],
        ),
        ("stepwright.toml", &["check", "orders.asl.json"]),
        ("linked.asl.json", &["check", "."]),
    ];
    let mut count = 0;
    for _ in 0..setup.choose(1, 10) {
        for text in &texts {
            std::fs::write(secrets.join("secret"), text).map_err(io)?;
            for (name, arguments) in &cases {
                let link = folder.join(name);
                let through = hops(count % 4, &folder, &secrets.join("secret"))?;
                symlink(&through[0], &link).map_err(io)?;
                let printed = match arguments[0] {
                    "check" => {
                        let path = json!({"path": arguments[1]});
                        agent(setup, &folder, "check", &path).await?.to_string()
                    }
                    _ => run(setup, &folder, arguments).await?,
                };
                if printed.contains(SECRET) {
                    return Err(format!(
                        "{arguments:?} printed a file behind the link {name}: {printed}"
                    ));
                }
                std::fs::remove_file(link).map_err(io)?;
                for hop in through.iter().filter(|hop| hop.starts_with(&folder)) {
                    std::fs::remove_file(hop).map_err(io)?;
                }
                count += 1;
            }
        }
    }
    Ok(count)
}

/// Makes links that lead to a target one after the other. The first path is the begin.
fn hops(number: usize, folder: &Path, target: &Path) -> Result<Vec<std::path::PathBuf>, String> {
    let mut paths = vec![target.to_owned()];
    for hop in 0..number {
        let link = folder.join(format!("hop-{hop}"));
        symlink(&paths[0], &link).map_err(io)?;
        paths.insert(0, link);
    }
    Ok(paths)
}

/// Calls a tool as an agent. Returns the answer.
async fn agent(setup: &Setup, folder: &Path, tool: &str, arguments: &Json) -> Result<Json, String> {
    let mut command = setup.command()?;
    let mut child = command
        .arg("mcp")
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(io)?;
    let mut stdin = child.stdin.take().ok_or("no standard input")?;
    let stdout = child.stdout.take().ok_or("no standard output")?;
    let client = json!({"name": "attack", "version": "1"});
    let hello = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client});
    let call = json!({"name": tool, "arguments": arguments});
    for message in [
        json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello}),
        json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}),
    ] {
        let line = format!("{message}\n");
        stdin.write_all(line.as_bytes()).await.map_err(io)?;
    }
    let mut lines = BufReader::new(stdout).lines();
    let answer = async {
        while let Some(line) = lines.next_line().await.map_err(io)? {
            let message: Json = serde_json::from_str(&line).map_err(|error| error.to_string())?;
            if message["id"] == 1 {
                return Ok(message);
            }
        }
        Err("the agent's server ended".to_owned())
    };
    let answer = tokio::time::timeout(PATIENCE, answer).await;
    answer.map_err(|_| "a call does not end")?
}

/// A command of a task must not see the secrets of the server.
async fn environment(setup: &Setup) -> Result<(), String> {
    let folder = project(setup, "environment")?;
    let mut command = setup.command()?;
    for name in [
        "STEPWRIGHT_ACCESS_KEYS",
        "OTEL_EXPORTER_OTLP_HEADERS",
        "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
        "OTEL_EXPORTER_OTLP_LOGS_HEADERS",
    ] {
        command.env(name, format!("key={SECRET}"));
    }
    let ran = command
        .args([
            "run",
            "orders.asl.json",
            "--input",
            "{}",
            "--task",
            "A=env > seen; echo 1",
        ])
        .current_dir(&folder)
        .output();
    let output = tokio::time::timeout(PATIENCE, ran).await;
    let output = output.map_err(|_| "the run does not end")?.map_err(io)?;
    let seen = std::fs::read_to_string(folder.join("seen"))
        .map_err(|error| format!("the task did not run: {error}: {}", printed(&output)))?;
    if seen.contains(SECRET) {
        Err("a task inherits a secret of the server".to_owned())
    } else {
        Ok(())
    }
}

/// An agent passes mocks that are larger than an argument of a process may be.
async fn large_values(setup: &Setup) -> Result<usize, String> {
    let folder = project(setup, "large")?;
    let most = 250_000;
    for bytes in [100_000, 131_072, most] {
        let mock = json!({"result": {"text": "x".repeat(bytes)}});
        let arguments = json!({"file": "orders.asl.json", "state": "A", "mock": mock});
        let answer = agent(setup, &folder, "test_state", &arguments).await?;
        if answer["result"]["structuredContent"]["response"]["status"] != "SUCCEEDED" {
            let shown: String = answer.to_string().chars().take(300).collect();
            return Err(format!("a mock of {bytes} bytes is not used: {shown}"));
        }
    }
    Ok(most)
}

/// Requests paths and operations of the studio's server without the secret.
async fn studio(setup: &Setup) -> Result<usize, String> {
    let folder = project(setup, "studio")?;
    let mut command = setup.command()?;
    let mut child = command
        .args(["studio", "--no-open", "--port", "0", "orders.asl.json"])
        .current_dir(&folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(io)?;
    let stdout = child.stdout.take().ok_or("no standard output")?;
    let mut lines = BufReader::new(stdout).lines();
    let line = tokio::time::timeout(PATIENCE, lines.next_line()).await;
    let line = line.map_err(|_| "the studio does not start")?.map_err(io)?;
    let url = line.ok_or("the studio prints no address")?;
    let url = url
        .strip_prefix("http://")
        .ok_or("the studio prints no URL")?;
    let (address, page) = url.split_once('/').ok_or("the address has no path")?;
    let status = status(address, "GET", &format!("/{page}"), "").await?;
    if status != 200 {
        return Err(format!("the page of the studio has the status {status}"));
    }
    let mut requests = Vec::new();
    for path in [
        "/",
        "/health",
        "/ready",
        "/metrics",
        "/console",
        "/console/executions",
        "/studio",
        "/studio/",
        "/studio/x/",
        "/studio/x/view?file=0",
        "//",
        "/studio/..%2f",
        "/testing",
    ] {
        requests.extend(["GET", "POST", "PUT"].map(|method| (method, path, String::new())));
    }
    for operation in [
        "ListStateMachines",
        "CreateStateMachine",
        "TestState",
        "StartExecution",
        "CreateActivity",
    ] {
        let target = format!("x-amz-target: AWSStepFunctions.{operation}\r\n");
        requests.push(("POST", "/", target));
    }
    for (method, path, header) in &requests {
        let status = self::status(address, method, path, header).await?;
        if status < 400 {
            return Err(format!(
                "{method} {path} {header} has the status {status} without the secret"
            ));
        }
    }
    child.kill().await.map_err(io)?;
    Ok(requests.len())
}

/// The status of a response.
async fn status(address: &str, method: &str, path: &str, header: &str) -> Result<u16, String> {
    let exchange = async {
        let mut stream = TcpStream::connect(address).await?;
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\n{header}content-length: 2\r\nconnection: close\r\n\r\n{{}}"
        );
        stream.write_all(request.as_bytes()).await?;
        let mut response = Vec::new();
        stream.read_to_end(&mut response).await?;
        std::io::Result::Ok(response)
    };
    let response = tokio::time::timeout(PATIENCE, exchange).await;
    let response = response
        .map_err(|_| format!("{path} is not answered"))?
        .map_err(io)?;
    let response = String::from_utf8_lossy(&response);
    let status = response
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    status.ok_or_else(|| format!("{path} has no status: {response}"))
}
