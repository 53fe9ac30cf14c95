//! A PostgreSQL server of this program, which holds the store of the servers.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use crate::verdict::Broken;

/// A PostgreSQL server. It ends with the value.
pub(crate) struct Database {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
}

impl Database {
    /// Creates a database, and starts its server. `programs` is the folder with `initdb`.
    pub(crate) async fn start(programs: &Path, folder: &Path) -> Result<Self, Broken> {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let database = Self {
            programs: programs.to_owned(),
            folder: folder.join("database"),
            port: port.map_err(|error| error.to_string())?.port(),
        };
        std::fs::create_dir_all(&database.folder).map_err(|error| error.to_string())?;
        // PostgreSQL refuses to run as root, and must reach its folder.
        let rights = "chmod o+x \"$1\" && { test \"$(id -u)\" != 0 || chown postgres \"$2\"; }";
        let mut prepare = Command::new("sh");
        prepare.args(["-c", rights, "sh"]);
        run(prepare.arg(folder).arg(&database.folder)).await?;
        let mut initdb = database.program("initdb");
        initdb.args(["--no-sync", "--auth=trust", "--username=stepwright", "-D"]);
        run(initdb.arg(database.data())).await?;
        database.begin().await?;
        Ok(database)
    }

    /// The address of the store.
    pub(crate) fn address(&self) -> String {
        format!("postgres://stepwright@127.0.0.1:{}/postgres", self.port)
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn program(&self, name: &str) -> Command {
        let as_postgres = "if [ \"$(id -u)\" = 0 ]; then exec runuser -u postgres -- \"$@\"; else exec \"$@\"; fi";
        let mut command = Command::new("sh");
        command.args(["-c", as_postgres, "sh"]);
        command.arg(self.programs.join(name)).current_dir("/");
        command
    }

    async fn begin(&self) -> Result<(), Broken> {
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=300",
            self.port
        );
        let mut start = self.program("pg_ctl");
        start.args(["start", "-w", "-o", &options, "-l"]);
        run(start
            .arg(self.folder.join("data/log"))
            .arg("-D")
            .arg(self.data()))
        .await
    }

    /// Ends the server without a warning, as a loss of power does, and starts it after a time.
    pub(crate) async fn restart(&self, after: Duration) -> Result<(), Broken> {
        let mut stop = self.program("pg_ctl");
        stop.args(["stop", "-m", "immediate", "-D"]);
        run(stop.arg(self.data())).await?;
        tokio::time::sleep(after).await;
        self.begin().await
    }

    /// Ends the connections of all engines.
    pub(crate) async fn end_connections(&self) -> Result<(), Broken> {
        self.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'stepwright'")
            .await
    }

    /// Prevents that a lease is renewed, taken or ended.
    pub(crate) async fn hold_lease(&self, lasts: Duration) -> Result<(), Broken> {
        let seconds = lasts.as_secs_f64();
        self.sql(&format!(
            "BEGIN; SELECT 1 FROM stepwright.lease FOR UPDATE; SELECT pg_sleep({seconds}); ROLLBACK"
        ))
        .await
    }

    async fn sql(&self, text: &str) -> Result<(), Broken> {
        let port = self.port.to_string();
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args([
            "-h",
            "127.0.0.1",
            "-p",
            &port,
            "-U",
            "stepwright",
            "-d",
            "postgres",
        ]);
        run(psql.args(["-Atqc", text])).await
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let mut stop = self.program("pg_ctl").into_std();
        stop.args(["stop", "-m", "immediate", "-D"])
            .arg(self.data());
        // Its folder may be deleted already.
        let _ended = stop.stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}

async fn run(command: &mut Command) -> Result<(), Broken> {
    // A server inherits the output, so it must not be a pipe.
    let status = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .await;
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{command:?} ended with {status}")),
        Err(error) => Err(format!("{command:?} cannot be started: {error}")),
    }
}
