//! A PostgreSQL server of the tests, with an empty database for each of them.

use std::env;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use stepwright_engine::store::{StoreError, StoreReader};
use stepwright_postgres::{PostgresOptions, PostgresReader, PostgresStore};
use tempfile::TempDir;

/// A server, which ends with the test.
pub(crate) struct Server {
    folder: TempDir,
    programs: PathBuf,
    port: u16,
}

impl Server {
    /// Starts a server. `STEPWRIGHT_POSTGRES` is the folder with its programs.
    pub(crate) fn start() -> Server {
        let programs = env::var_os("STEPWRIGHT_POSTGRES").expect(
            "STEPWRIGHT_POSTGRES is the folder with `initdb` and `pg_ctl`; `.ci/postgres` sets it",
        );
        let folder = tempfile::Builder::new()
            .prefix("stepwright-postgres")
            .tempdir()
            .expect("a folder");
        // PostgreSQL refuses to run as root.
        if is_root() {
            let mut chown = Command::new("chown");
            chown.arg("postgres").arg(folder.path());
            run("chown", chown);
        }
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a port")
            .port();
        let server = Server {
            folder,
            programs: programs.into(),
            port,
        };
        let data = server.data();
        let mut initdb = server.program("initdb");
        initdb
            .args(["--no-sync", "--auth=trust", "--username=stepwright", "-D"])
            .arg(&data);
        run("initdb", initdb);
        server.begin();
        server
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn program(&self, name: &str) -> Command {
        as_user(self.path(name))
    }

    /// A program of the server, or of the system: some packages have no client.
    fn path(&self, name: &str) -> PathBuf {
        let path = self.programs.join(name);
        if path.exists() { path } else { name.into() }
    }

    /// A folder of the user of the server.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts the server again.
    pub(crate) fn begin(&self) {
        self.begin_with("");
    }

    /// Starts the server as a replica. It refuses connections as a server that is starting, until
    /// it is promoted.
    pub(crate) fn begin_closed(&self) {
        fs::write(self.data().join("standby.signal"), "").expect("it is written");
        self.begin_with("-c hot_standby=off");
    }

    /// Lets a replica accept connections.
    pub(crate) fn promote(&self) {
        let mut promote = self.program("pg_ctl");
        promote.args(["promote", "-w", "-D"]).arg(self.data());
        run("pg_ctl", promote);
    }

    fn begin_with(&self, more: &str) {
        let mut start = self.program("pg_ctl");
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=200 -c fsync=off {more}",
            self.port
        );
        start
            .args(["start", "-w", "-o", &options, "-l"])
            .arg(self.folder.path().join("data/log"))
            .arg("-D")
            .arg(self.data());
        let started = start.stdout(Stdio::null()).status().expect("it runs");
        let log = || fs::read_to_string(self.data().join("log")).unwrap_or_default();
        assert!(started.success(), "the server does not start: {}", log());
    }

    /// Ends the server without a warning, as a loss of power does.
    pub(crate) fn kill(&self) {
        let mut stop = self.program("pg_ctl");
        stop.args(["stop", "-m", "immediate", "-D"])
            .arg(self.data());
        run("pg_ctl", stop);
    }

    /// The address of the database, with a schema.
    pub(crate) fn options(&self, schema: &str) -> PostgresOptions {
        Self::through(self.port, schema)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The options for a connection through another port.
    pub(crate) fn through(port: u16, schema: &str) -> PostgresOptions {
        let address = format!("postgres://stepwright@127.0.0.1:{port}/postgres");
        let options: PostgresOptions = address.parse().expect("an address");
        options.schema(schema).lease(Duration::from_millis(600))
    }

    pub(crate) fn store(&self, schema: &str) -> PostgresStore {
        PostgresStore::open_with(self.options(schema)).expect("it opens")
    }

    pub(crate) fn reader(&self, schema: &str) -> Result<Box<dyn StoreReader>, StoreError> {
        Ok(Box::new(PostgresReader::open(self.options(schema))?))
    }

    /// Runs a statement with `psql`, and returns what it prints.
    pub(crate) fn sql(&self, text: &str) -> String {
        let output = self.psql(text).output().expect("psql runs");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Runs a statement with `psql`, and does not wait for it.
    pub(crate) fn spawn_sql(&self, text: &str) -> Child {
        let mut psql = self.psql(text);
        psql.stdout(Stdio::null()).stderr(Stdio::null());
        psql.spawn().expect("psql runs")
    }

    fn psql(&self, text: &str) -> Command {
        let mut psql = Command::new(self.path("psql"));
        let port = self.port.to_string();
        psql.args([
            "-h",
            "127.0.0.1",
            "-U",
            "stepwright",
            "-d",
            "postgres",
            "-Atq",
            "-p",
            &port,
            "-c",
            text,
        ]);
        psql
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut stop = self.program("pg_ctl");
        stop.args(["stop", "-m", "immediate", "-D"])
            .arg(self.data());
        // It may be stopped already.
        let _ended = stop.stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}

/// Runs a program that refuses to run as root.
pub(crate) fn as_user(program: PathBuf) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    // It has no process between, so that the program can be killed.
    let mut command = Command::new("setpriv");
    let user = ["--reuid=postgres", "--regid=postgres", "--clear-groups"];
    command.args(user).arg(program).env("HOME", "/");
    command
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| {
        use std::os::unix::fs::MetadataExt;
        process.uid() == 0
    })
}

fn run(name: &str, mut command: Command) {
    // The server inherits the output, so it must not be a pipe that a test reads.
    let status = command.stdout(Stdio::null()).status().expect("it runs");
    assert!(status.success(), "{name}: {status}");
}

/// Waits until something is true.
pub(crate) fn until(what: &str, mut is_true: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_true() {
        assert!(began.elapsed() < Duration::from_secs(30), "{what}");
        sleep(Duration::from_millis(20));
    }
}
