//! A connection that loses answers, and refuses transactions.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// Passes the bytes of clients to a server, and its answers back.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// Whether the next answer is lost, with its connection.
    loses_answer: AtomicBool,
    /// Whether the next COMMIT does not reach the server.
    loses_commit: AtomicBool,
    /// Whether new connections are closed.
    is_closed: AtomicBool,
    /// The SQLSTATE of the answer to a transaction, after this many others.
    refusal: Mutex<Option<(u32, &'static str)>>,
    /// How many connections were accepted.
    connections: AtomicU32,
}

impl State {
    /// Whether these bytes are the first part of a transaction that may be refused.
    fn needs_more(&self, requests: &[u8]) -> bool {
        let refusal = self.refusal.lock().expect("no test has panicked");
        refusal.is_some() && has(requests, b"BEGIN\0") && !has(requests, b"COMMIT\0")
    }

    /// The refusal of a request with COMMIT.
    fn refuses(&self, is_commit: bool) -> Option<&'static str> {
        if !is_commit {
            return None;
        }
        let mut refusal = self.refusal.lock().expect("no test has panicked");
        match refusal.as_mut() {
            Some((0, _)) => refusal.take().map(|(_, code)| code),
            Some((others, _)) => {
                *others -= 1;
                None
            }
            None => None,
        }
    }
}

impl Proxy {
    pub(crate) fn start(server: u16) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new(State::default());
        let shared = state.clone();
        thread::spawn(move || {
            for client in listener.incoming() {
                let client = client.expect("a connection");
                if !shared.is_closed.load(Ordering::SeqCst) {
                    connect(client, server, &shared);
                }
            }
        });
        Proxy { port, state }
    }

    /// Loses the next answer, and the connection. The server has executed the request.
    pub(crate) fn lose_answer(&self) {
        self.state.loses_answer.store(true, Ordering::SeqCst);
    }

    /// Loses the next COMMIT, and its connection. The server rolls the transaction back.
    pub(crate) fn lose_commit(&self) {
        self.state.loses_commit.store(true, Ordering::SeqCst);
    }

    /// Answers a transaction with an error, after this many others. The server does not get it.
    pub(crate) fn refuse(&self, others: u32, code: &'static str) {
        let mut refusal = self.state.refusal.lock().expect("no test has panicked");
        *refusal = Some((others, code));
    }

    pub(crate) fn connections(&self) -> u32 {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// Whether the answer is lost already.
    pub(crate) fn has_lost(&self) -> bool {
        !self.state.loses_answer.load(Ordering::SeqCst)
    }

    /// Sets whether new connections are closed.
    pub(crate) fn close(&self, is_closed: bool) {
        self.state.is_closed.store(is_closed, Ordering::SeqCst);
    }
}

fn connect(client: TcpStream, server: u16, state: &Arc<State>) {
    state.connections.fetch_add(1, Ordering::SeqCst);
    let server = TcpStream::connect(("127.0.0.1", server)).expect("the server answers");
    let copy = |stream: &TcpStream| stream.try_clone().expect("a copy");
    let (mut requests, mut to_server) = (copy(&client), copy(&server));
    let mut to_client = copy(&client);
    let shared = state.clone();
    thread::spawn(move || {
        let mut buffer = [0; 64 * 1024];
        let mut sent = Vec::new();
        while let Ok(count @ 1..) = requests.read(&mut buffer) {
            sent.extend(&buffer[..count]);
            if shared.needs_more(&sent) {
                continue;
            }
            let is_commit = has(&sent, b"COMMIT\0");
            if is_commit && shared.loses_commit.swap(false, Ordering::SeqCst) {
                break;
            }
            let passed = match shared.refuses(is_commit) {
                Some(code) => to_client.write_all(&refusals(&sent, code)),
                None => to_server.write_all(&sent),
            };
            if passed.is_err() {
                break;
            }
            sent.clear();
        }
        let _ended = requests.shutdown(Shutdown::Both);
        let _ended = to_server.shutdown(Shutdown::Both);
    });
    let state = state.clone();
    thread::spawn(move || {
        let (mut client, mut server) = (client, server);
        let mut buffer = [0; 64 * 1024];
        while let Ok(count @ 1..) = server.read(&mut buffer) {
            // The answer to a COMMIT ends with these messages; earlier parts of it do not say that
            // it is done.
            let is_commit = has(&buffer[..count], b"COMMIT\0");
            if is_commit && state.loses_answer.swap(false, Ordering::SeqCst) {
                break;
            }
            if client.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        let _ended = client.shutdown(Shutdown::Both);
        let _ended = server.shutdown(Shutdown::Both);
    });
}

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// An error as the answer to each request of a transaction.
fn refusals(mut requests: &[u8], code: &str) -> Vec<u8> {
    let fields = format!("SERROR\0VERROR\0C{code}\0Mrefused by the proxy\0\0");
    let mut answers = Vec::new();
    while let [kind, length @ ..] = requests
        && let Some(length) = length.first_chunk()
    {
        // A simple query, or the end of a statement with values.
        if matches!(kind, b'Q' | b'S') {
            answers.push(b'E');
            answers.extend((fields.len() as u32 + 4).to_be_bytes());
            answers.extend(fields.as_bytes());
            // It is ready for the next one, outside of a transaction.
            answers.extend([b'Z', 0, 0, 0, 5, b'I']);
        }
        let next = u32::from_be_bytes(*length) as usize + 1;
        requests = requests.get(next..).unwrap_or_default();
    }
    answers
}
