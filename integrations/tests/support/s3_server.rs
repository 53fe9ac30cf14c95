use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use super::{ReceivedRequest, Reply, TestServer};

/// The objects of buckets, over the part of the S3 API that an object store needs.
pub(crate) struct S3Server {
    pub(crate) http: TestServer,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    buckets: BTreeMap<String, BTreeMap<String, Vec<u8>>>,
    uploads: HashMap<String, BTreeMap<u32, Vec<u8>>>,
    begun: usize,
    /// Replies instead of those of the next requests with this method.
    faults: HashMap<String, VecDeque<Reply>>,
    /// The replies to the next requests with this method, after their effect.
    lost: HashMap<String, VecDeque<Reply>>,
    /// The keys in a page of a list.
    page: usize,
    /// The least size of a part that is not the last.
    least_part: usize,
}

impl S3Server {
    pub(crate) async fn start() -> Self {
        let state = Arc::new(Mutex::new(State {
            page: 2,
            ..State::default()
        }));
        let shared = state.clone();
        let http =
            TestServer::start(move |request| shared.lock().expect("no panic").reply(request)).await;
        Self { http, state }
    }

    pub(crate) fn put(&self, bucket: &str, key: &str, body: impl Into<Vec<u8>>) {
        let mut state = self.lock();
        let bucket = state.buckets.entry(bucket.to_owned()).or_default();
        bucket.insert(key.to_owned(), body.into());
    }

    pub(crate) fn bucket(&self, bucket: &str) {
        self.lock().buckets.entry(bucket.to_owned()).or_default();
    }

    pub(crate) fn get(&self, bucket: &str, key: &str) -> Option<Vec<u8>> {
        self.lock().buckets.get(bucket)?.get(key).cloned()
    }

    pub(crate) fn least_part(&self, bytes: usize) {
        self.lock().least_part = bytes;
    }

    pub(crate) fn page(&self, keys: usize) {
        self.lock().page = keys;
    }

    /// Answers the next request with this method so, without performing it.
    pub(crate) fn fail(&self, method: &str, reply: Reply) {
        let mut state = self.lock();
        let faults = state.faults.entry(method.to_owned()).or_default();
        faults.push_back(reply);
    }

    /// Performs the next request with this method, and answers it so.
    pub(crate) fn lose_response(&self, method: &str, reply: Reply) {
        let mut state = self.lock();
        let lost = state.lost.entry(method.to_owned()).or_default();
        lost.push_back(reply);
    }

    /// Returns the methods and targets of the requests until now.
    pub(crate) fn calls(&self) -> Vec<String> {
        let requests = self.http.requests();
        let calls = requests.iter().map(|request| {
            let mut names: Vec<_> = request.query.keys().map(String::as_str).collect();
            names.sort_unstable();
            format!("{} {}?{}", request.method, request.path, names.join("&"))
        });
        calls.collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic")
    }
}

impl State {
    fn reply(&mut self, request: &ReceivedRequest) -> Reply {
        if let Some(fault) = next(&mut self.faults, &request.method) {
            return fault;
        }
        let reply = self.perform(request).unwrap_or_else(|error| error);
        next(&mut self.lost, &request.method).unwrap_or(reply)
    }

    fn perform(&mut self, request: &ReceivedRequest) -> Result<Reply, Reply> {
        let path = request.path.trim_start_matches('/');
        let (name, key) = path.split_once('/').unwrap_or((path, ""));
        let upload = request.query.get("uploadId").cloned();
        let bucket = self
            .buckets
            .get_mut(name)
            .ok_or_else(|| Reply::s3_error(404, "NoSuchBucket"))?;
        match (request.method.as_str(), upload) {
            ("GET", None) if key.is_empty() => Ok(list(bucket, self.page, request)),
            ("GET", None) => match bucket.get(key) {
                Some(body) => Ok(Reply::new(200, &[], body)),
                None => Err(Reply::s3_error(404, "NoSuchKey")),
            },
            ("HEAD", None) => match bucket.get(key) {
                Some(body) => Ok(Reply::with_length(200, &[], body.len())),
                None => Err(Reply::with_length(404, &[], 0)),
            },
            ("PUT", None) => {
                bucket.insert(key.to_owned(), request.body.clone());
                Ok(Reply::new(200, &[("ETag", "\"whole\"")], ""))
            }
            ("POST", None) => {
                self.begun += 1;
                let id = format!("upload&{}", self.begun);
                self.uploads.insert(id.clone(), BTreeMap::new());
                let id = id.replace('&', "&amp;");
                Ok(Reply::new(
                    200,
                    &[],
                    format!("<R><UploadId>{id}</UploadId></R>"),
                ))
            }
            (method, Some(id)) => {
                let parts = self
                    .uploads
                    .get_mut(&id)
                    .ok_or_else(|| Reply::s3_error(404, "NoSuchUpload"))?;
                if method == "PUT" {
                    let number = request.query["partNumber"].parse().expect("a number");
                    parts.insert(number, request.body.clone());
                    let tag = format!("\"part{number}\"");
                    return Ok(Reply::new(200, &[("ETag", &tag)], ""));
                }
                let text = std::str::from_utf8(&request.body).expect("UTF-8");
                for number in parts.keys() {
                    let listed = format!("<PartNumber>{number}</PartNumber>");
                    assert!(text.contains(&listed), "{text}");
                    assert!(text.contains(&format!("part{number}")), "{text}");
                }
                let all: Vec<_> = parts.values().collect();
                if let Some((_, before)) = all.split_last()
                    && before.iter().any(|part| part.len() < self.least_part)
                {
                    return Err(Reply::s3_error(400, "EntityTooSmall"));
                }
                let body = all.into_iter().flatten().copied().collect();
                bucket.insert(key.to_owned(), body);
                self.uploads.remove(&id);
                Ok(Reply::new(200, &[], "<R><ETag>\"all-2\"</ETag></R>"))
            }
            (method, None) => panic!("{method} {}", request.path),
        }
    }
}

fn next(replies: &mut HashMap<String, VecDeque<Reply>>, method: &str) -> Option<Reply> {
    replies.get_mut(method)?.pop_front()
}

fn list(bucket: &BTreeMap<String, Vec<u8>>, page: usize, request: &ReceivedRequest) -> Reply {
    assert_eq!(request.query["list-type"], "2");
    let prefix = request.query.get("prefix").cloned().unwrap_or_default();
    let after: usize = request
        .query
        .get("continuation-token")
        .map_or(0, |token| token.parse().expect("a token"));
    let keys: Vec<_> = bucket
        .keys()
        .filter(|key| key.starts_with(&prefix))
        .collect();
    let mut text = "<?xml version=\"1.0\"?><ListBucketResult>".to_owned();
    for key in keys.iter().skip(after).take(page) {
        let encoded =
            percent_encoding::utf8_percent_encode(key, percent_encoding::NON_ALPHANUMERIC);
        text.push_str(&format!(
            "<Contents><Key>{encoded}</Key><LastModified>2026-11-25T12:00:00.000Z</LastModified><ETag>&quot;e&quot;</ETag><Size>{}</Size><StorageClass>STANDARD</StorageClass></Contents>",
            bucket[*key].len()
        ));
    }
    let end = after + page;
    let is_truncated = end < keys.len();
    text.push_str(&format!(
        "<EncodingType>url</EncodingType><IsTruncated>{is_truncated}</IsTruncated>"
    ));
    if is_truncated {
        text.push_str(&format!(
            "<NextContinuationToken>{end}</NextContinuationToken>"
        ));
    }
    text.push_str("</ListBucketResult>");
    Reply::new(200, &[], text)
}
