//! A connection that loses answers.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
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
    let server = TcpStream::connect(("127.0.0.1", server)).expect("the server answers");
    let (requests, to_server) = (client.try_clone(), server.try_clone());
    let (mut requests, mut to_server) = (requests.expect("a copy"), to_server.expect("a copy"));
    let shared = state.clone();
    thread::spawn(move || {
        let mut buffer = [0; 64 * 1024];
        while let Ok(count @ 1..) = requests.read(&mut buffer) {
            let is_commit = buffer[..count].windows(7).any(|part| part == b"COMMIT\0");
            if is_commit && shared.loses_commit.swap(false, Ordering::SeqCst) {
                break;
            }
            if to_server.write_all(&buffer[..count]).is_err() {
                break;
            }
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
            let is_commit = buffer[..count].windows(7).any(|part| part == b"COMMIT\0");
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
