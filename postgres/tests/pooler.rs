//! The store through PgBouncer in transaction mode: each transaction may use another connection.

use std::env;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use stepwright_engine::store::{Store, StoreError, StoreReader};
use stepwright_postgres::{PostgresOptions, PostgresReader, PostgresStore};
use stepwright_testing::store::{self, TestedStore};

use crate::numbers::{keys, start};
use crate::server::{Server, as_user, until};

/// A pooler with its server.
struct Pooler {
    process: Child,
    port: u16,
    server: Server,
}

impl Pooler {
    /// Starts a pooler. `STEPWRIGHT_PGBOUNCER` is its program.
    fn start() -> Pooler {
        Pooler::start_with("")
    }

    /// Starts a pooler with a further line in its settings.
    fn start_with(setting: &str) -> Pooler {
        let program = env::var_os("STEPWRIGHT_PGBOUNCER");
        let program = program.expect("STEPWRIGHT_PGBOUNCER is set by `.ci/postgres`");
        let server = Server::start();
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a port")
            .port();
        let settings = server.folder().join("pgbouncer.ini");
        let database = server.port();
        fs::write(
            &settings,
            format!(
                "[databases]\n\
                 postgres = host=127.0.0.1 port={database} dbname=postgres user=stepwright\n\
                 [pgbouncer]\n\
                 listen_addr = 127.0.0.1\n\
                 listen_port = {port}\n\
                 unix_socket_dir =\n\
                 auth_type = any\n\
                 pool_mode = transaction\n\
                 {setting}\n"
            ),
        )
        .expect("it is written");
        let process = as_user(program.into())
            .arg("--quiet")
            .arg(settings)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it runs");
        until("the pooler answers", || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        Pooler {
            process,
            port,
            server,
        }
    }

    fn options(&self, schema: &str) -> PostgresOptions {
        Server::through(self.port, schema)
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        // It may have ended already.
        let _ended = self.process.kill();
        let _status = self.process.wait();
    }
}

impl TestedStore for Pooler {
    type Store = PostgresStore;

    fn open(&mut self, number: u32) -> Result<PostgresStore, StoreError> {
        PostgresStore::open_with(self.options(&format!("store_{number}")))
    }

    fn reader(&mut self, number: u32) -> Option<Result<Box<dyn StoreReader>, StoreError>> {
        let reader = PostgresReader::open(self.options(&format!("store_{number}")));
        Some(reader.map(|reader| Box::new(reader) as Box<dyn StoreReader>))
    }
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn the_store_behaves_like_a_memory_store_through_a_pooler() {
    store::random_changes(&mut Pooler::start(), 6);
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn map_runs_and_messages_are_those_of_a_memory_store_through_a_pooler() {
    store::map_runs(&mut Pooler::start());
    store::random_messages(&mut Pooler::start(), 6);
}

/// Two engines take the store from each other again and again, and commit as fast as they can.
fn fight(server: &Server, options: &PostgresOptions) {
    let acknowledged = Mutex::new(Vec::new());
    let next = AtomicU64::new(1);
    let end = Instant::now() + Duration::from_secs(4);
    let is_over = || Instant::now() > end;
    drop(PostgresStore::open_with(options.clone()).expect("it opens"));
    scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !is_over() {
                    let Ok(mut store) = PostgresStore::open_with(options.clone()) else {
                        continue;
                    };
                    while !is_over() {
                        let key = next.fetch_add(1, Ordering::SeqCst);
                        match store.commit(&[start(key)]) {
                            Ok(()) => acknowledged.lock().expect("a list").push(key),
                            Err(error) => {
                                assert!(matches!(error, StoreError::TakenOver { .. }), "{error:?}");
                                break;
                            }
                        }
                    }
                }
            });
        }
        while !is_over() {
            sleep(Duration::from_millis(100));
            server.sql("UPDATE orders.lease SET expires = '-infinity'");
        }
    });
    let mut acknowledged = acknowledged.into_inner().expect("a list");
    acknowledged.sort_unstable();
    let store = server.store("orders");
    assert_eq!(keys(&store), acknowledged);
    let epochs = server.sql("SELECT max(epoch) FROM orders.commits");
    assert!(epochs.parse::<u32>().expect("a number") > 5, "{epochs}");
    let back = "SELECT count(*) FROM (SELECT epoch < lag(epoch) OVER (ORDER BY n) AS is_back FROM orders.commits) AS rows WHERE is_back";
    assert_eq!(server.sql(back), "0");
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn two_engines_that_fight_for_a_store_lose_no_commit() {
    let server = Server::start();
    fight(&server, &server.options("orders"));
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn two_engines_that_fight_for_a_store_through_a_pooler_lose_no_commit() {
    let pooler = Pooler::start();
    fight(&pooler.server, &pooler.options("orders"));
}

/// A store that takes such a pooler for a server would use a name that another connection gave.
#[test]
#[ignore = "needs a PostgreSQL server"]
fn two_engines_that_fight_through_a_pooler_that_ignores_options_lose_no_commit() {
    let pooler = Pooler::start_with("ignore_startup_parameters = options");
    fight(&pooler.server, &pooler.options("orders"));
}
