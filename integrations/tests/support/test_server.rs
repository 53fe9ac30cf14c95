use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use super::{ReceivedRequest, Reply};

type Handler = dyn Fn(&ReceivedRequest) -> Reply + Send + Sync;

/// An HTTP server on loopback that sends any bytes. It ends with its runtime.
pub(crate) struct TestServer {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<ReceivedRequest>>>,
    /// Notified when a client closes a connection before it has the whole response.
    pub(crate) left: Arc<Notify>,
}

impl TestServer {
    pub(crate) async fn start(
        handler: impl Fn(&ReceivedRequest) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let left = Arc::new(Notify::new());
        let connection = Connection {
            handler: Arc::new(handler),
            requests: requests.clone(),
            left: left.clone(),
        };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(connection.clone().serve(stream));
            }
        });
        Self {
            url: format!("http://{address}"),
            requests,
            left,
        }
    }

    /// Returns the requests until now.
    pub(crate) fn requests(&self) -> Vec<ReceivedRequest> {
        self.requests.lock().expect("no panic").clone()
    }
}

#[derive(Clone)]
struct Connection {
    handler: Arc<Handler>,
    requests: Arc<Mutex<Vec<ReceivedRequest>>>,
    left: Arc<Notify>,
}

impl Connection {
    async fn serve(self, mut stream: TcpStream) {
        while let Some(request) = read(&mut stream).await {
            self.requests
                .lock()
                .expect("no panic")
                .push(request.clone());
            let reply = (self.handler)(&request);
            if stream.write_all(&reply.bytes).await.is_err() {
                return;
            }
            if let Some((notify, rest)) = reply.later {
                tokio::select! {
                    () = notify.notified() => {}
                    // A client sends nothing before it has the response: it has closed the
                    // connection.
                    _ = stream.read_u8() => {
                        self.left.notify_one();
                        return;
                    }
                }
                if stream.write_all(&rest).await.is_err() {
                    return;
                }
            }
            if reply.closes {
                return;
            }
        }
    }
}

/// Reads a request, or returns none at the end of the connection.
async fn read(stream: &mut TcpStream) -> Option<ReceivedRequest> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let mut request = ReceivedRequest::parse(std::str::from_utf8(&head).expect("UTF-8"));
    request.body = vec![0; request.length()];
    stream.read_exact(&mut request.body).await.ok()?;
    Some(request)
}
