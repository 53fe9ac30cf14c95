//! `stepwright studio`: the visual editor of definitions.

mod editor_host;
mod page_key;

use std::io::{IsTerminal, stdout};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use stepwright_asl::MachineType;
use stepwright_asl::template;
use stepwright_engine::Engine;
use stepwright_server::Server;
use stepwright_studio::{Studio, StudioFile, child_command};

use crate::args::StudioArguments;
use crate::definitions::project::{
    RuleSeverities, SettingsSource, SkippedFiles, Validators, files_of,
};
use crate::engine::listener::listen;
use crate::engine::log::{self, DefaultLog};
use crate::engine::signals::Signals;
use crate::failure::Failure;
use crate::terminal::diagnostics;
use crate::terminal::output;

/// Serves the page until the user or the system ends the process.
pub(crate) async fn studio(arguments: StudioArguments) -> Result<(), Failure> {
    log::start(&arguments.log, DefaultLog::Warnings)?;
    if arguments.stdio {
        return editor_host::serve(&arguments.files, arguments.machine_type.into()).await;
    }
    let signals = Signals::listen(false);
    let files = files(&arguments.files, arguments.machine_type.into())?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port));
    let (listener, address) = listen(address).await?;
    let studio = studio_of(files, address.port());
    // The engine has no state machines: the page runs each definition in an engine for it.
    let engine = Engine::builder().build();
    let engine = engine.map_err(|error| Failure::Failed(error.to_string()))?;
    let closer = studio.closer();
    let ending = signals.wait(1);
    let server = Server::builder()
        .engine(engine)
        // Only the studio's own pages check its secret.
        .api(false)
        .pages(studio.router())
        .shutdown(async move {
            ending.await;
            closer.close();
        })
        .build()
        .map_err(|error| Failure::Failed(error.to_string()))?;
    let page = format!("http://{address}{}", studio.address());
    diagnostics::note("the studio is at this address until Ctrl-C");
    output::line(&page);
    if !arguments.no_open && stdout().is_terminal() {
        open_browser(&page);
    }
    let served = tokio::select! {
        served = server.serve(listener) => served,
        () = signals.wait(2) => Ok(()),
    };
    served.map_err(|error| Failure::Failed(error.to_string()))
}

/// A studio of files. Its open pages survive a restart at the same port, unless that is 0.
pub(crate) fn studio_of(files: Vec<StudioFile>, port: u16) -> Studio {
    let key = if port == 0 {
        None
    } else {
        page_key::page_key()
    };
    match key {
        Some(key) => Studio::with_key(files, key, port),
        None => Studio::new(files),
    }
}

/// Reads what the command line names. A folder contains files with definitions.
pub(crate) fn files(
    paths: &[PathBuf],
    machine_type: MachineType,
) -> Result<Vec<StudioFile>, Failure> {
    let mut validators = validators_of(machine_type)?;
    let mut failures = Vec::new();
    let found = files_of(paths, validators.settings(), &mut failures)?;
    if let Some(failure) = failures.into_iter().next() {
        return Err(failure);
    }
    let mut files = Vec::new();
    let mut skipped = SkippedFiles::default();
    for file in found {
        if !file.path.exists() {
            check_new(&file.path)?
        } else if file.is_found() {
            // A folder also has files without definitions.
            let text = file.read();
            if !text.is_ok_and(|text| has_definition(&file.path, &text)) {
                continue;
            }
        } else {
            let text = file.read()?;
            let document = template::read(&file.path, &text).ok();
            if !file.is_wanted(document.as_ref(), &text) {
                skipped.add(&file, document.as_ref());
                continue;
            }
        }
        files.push(studio_file(file.path, &mut validators)?);
    }
    for note in skipped.notes() {
        diagnostics::note(&note);
    }
    if files.is_empty() {
        return Err(Failure::Usage(
            "the folder has no file with a definition; name a new file, as in `stepwright studio orders.asl.json`".to_owned(),
        ));
    }
    Ok(files)
}

/// The validators with the settings of the nearest `stepwright.toml`.
fn validators_of(machine_type: MachineType) -> Result<Validators, Failure> {
    let settings = SettingsSource::of(None, false)?;
    Validators::of(machine_type, RuleSeverities::default(), settings)
}

fn studio_file(path: PathBuf, validators: &mut Validators) -> Result<StudioFile, Failure> {
    Ok(StudioFile {
        name: path.display().to_string(),
        validator: validators.of_file(&path)?,
        path,
    })
}

/// Whether a file of a folder is worth opening: a definition, or a template with state machines.
fn has_definition(path: &Path, text: &str) -> bool {
    let words = ["StateMachine", "stepFunctions", "sfn_state_machine"];
    template::is_definition(path, None, text) || words.iter().any(|word| text.contains(word))
}

/// Refuses a new file whose name does not say that it is a definition, or without a folder.
fn check_new(path: &Path) -> Result<(), Failure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let endings = [
        ".asl.json",
        ".asl.yaml",
        ".asl.yml",
        ".asl.jsonc",
        ".asl.json5",
    ];
    if !endings.iter().any(|ending| name.ends_with(ending)) {
        return Err(Failure::Usage(format!(
            "{} does not exist; the name of a new file ends with `.asl.json` or `.asl.yaml`",
            path.display()
        )));
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    if folder.is_none_or(Path::is_dir) {
        Ok(())
    } else {
        Err(Failure::Usage(format!(
            "the folder of {} does not exist; create it first",
            path.display()
        )))
    }
}

/// Opens a page in the browser of the user. Without one, the printed address is enough.
fn open_browser(page: &str) {
    let program = match std::env::consts::OS {
        "macos" => "open",
        "windows" => "explorer",
        _ => "xdg-open",
    };
    let mut command = child_command(program);
    command
        .arg(page)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if let Err(error) = command.spawn() {
        tracing::debug!(%error, "no browser was opened");
    }
}
