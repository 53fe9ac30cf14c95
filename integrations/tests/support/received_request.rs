use std::collections::HashMap;

/// A request that a test server got.
#[derive(Clone, Debug)]
pub(crate) struct ReceivedRequest {
    pub(crate) method: String,
    /// The decoded path.
    pub(crate) path: String,
    /// The decoded query.
    pub(crate) query: HashMap<String, String>,
    /// The headers by their names in lower case.
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl ReceivedRequest {
    /// Parses the head of a request.
    pub(crate) fn parse(head: &str) -> Self {
        let mut lines = head.split("\r\n");
        let mut first = lines.next().expect("a request line").split(' ');
        let method = first.next().expect("a method").to_owned();
        let target = first.next().expect("a target");
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let fields = query.split('&').filter(|field| !field.is_empty());
        let query = fields.map(|field| {
            let (name, value) = field.split_once('=').unwrap_or((field, ""));
            (decoded(name), decoded(value))
        });
        let headers = lines.filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_ascii_lowercase(), value.trim().to_owned()))
        });
        Self {
            method,
            path: decoded(path),
            query: query.collect(),
            headers: headers.collect(),
            body: Vec::new(),
        }
    }

    /// Returns the length of the body.
    pub(crate) fn length(&self) -> usize {
        let length = self.headers.get("content-length");
        length.map_or(0, |length| length.parse().expect("a length"))
    }
}

fn decoded(text: &str) -> String {
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8();
    decoded.expect("UTF-8").into_owned()
}
