//! Objects of stores that return their content in pieces.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::stream::{self, StreamExt};
use serde_json::{Value as Json, json};
use stepwright_engine::objects::{
    ListedObject, Memory, ObjectBody, ObjectError, ObjectFuture, ObjectStore,
};
use stepwright_engine::task::Answer;
use stepwright_engine::{Engine, ExecutionReport, Limits, Status};
use stepwright_testing::{Mock, Mocks};

use crate::distributed::support::{builder, echo, output, reader, run_in, task};

type Chunks = Vec<Result<Bytes, ObjectError>>;

/// One object in these chunks; if it is endless, the last chunk is repeated.
#[derive(Clone)]
struct Pieces {
    chunks: Chunks,
    is_endless: bool,
    size: Option<u64>,
    read: Arc<AtomicUsize>,
}

impl Pieces {
    fn of(chunks: Chunks) -> Self {
        Self {
            chunks,
            is_endless: false,
            size: None,
            read: Arc::default(),
        }
    }
}

impl ObjectStore for Pieces {
    fn get<'a>(&'a self, _: &'a str, _: &'a str) -> ObjectFuture<'a, ObjectBody> {
        let last = self.chunks.last().cloned().filter(|_| self.is_endless);
        let rest = stream::iter(std::iter::repeat_n(last, usize::MAX).map_while(|last| last));
        let read = self.read.clone();
        let chunks = stream::iter(self.chunks.clone()).chain(rest);
        let chunks = chunks.inspect(move |_| {
            read.fetch_add(1, Ordering::Relaxed);
        });
        let body = ObjectBody::new(chunks);
        let body = match self.size {
            Some(size) => body.with_size(size),
            None => body,
        };
        Box::pin(async move { Ok(body) })
    }

    fn list<'a>(&'a self, _: &'a str, _: &'a str) -> ObjectFuture<'a, Vec<ListedObject>> {
        Box::pin(async { Err(ObjectError::AccessDenied) })
    }

    fn put<'a>(&'a self, _: &'a str, _: &'a str, _: Vec<u8>) -> ObjectFuture<'a, ()> {
        Box::pin(async { Err(ObjectError::AccessDenied) })
    }
}

/// An engine whose Map reads an object of this name from the store.
fn engine(store: impl ObjectStore + 'static, key: &str, input_type: &str, most: u64) -> Engine {
    let mut reads = reader(json!({"InputType": input_type, "MaxItems": 3}));
    reads["Parameters"]["Key"] = json!(key);
    let limits = Limits::new().object_bytes(most);
    let builder = builder(&echo(json!({"ItemReader": reads})));
    builder.objects(store).limits(limits).build().unwrap()
}

async fn read(store: &Pieces, key: &str, most: u64) -> Arc<ExecutionReport> {
    let engine = engine(store.clone(), key, "JSONL", most);
    // No test takes long.
    let ended = tokio::time::timeout(Duration::from_secs(60), run_in(&engine, json!({})));
    ended.await.expect("it ends")
}

fn cause(report: &ExecutionReport) -> &str {
    assert_eq!(report.status, Status::Failed);
    assert_eq!(report.error.as_deref(), Some("States.ItemReaderFailed"));
    report.cause.as_deref().unwrap()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// Splits content into chunks of this length.
fn cut(content: &[u8], length: usize) -> Chunks {
    let pieces = content.chunks(length);
    pieces
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect()
}

#[tokio::test]
async fn content_is_read_correctly_for_all_chunk_sizes() {
    let lines = "\"ä\"\n{\"b\": [2]}\n3\n".as_bytes();
    let expected = json!(["ä", {"b": [2]}, 3]);
    for length in 1..=lines.len() {
        let plain = Pieces::of(cut(lines, length));
        assert_eq!(output(&*read(&plain, "k", 100).await), expected);
        let packed = Pieces::of(cut(&gzip(lines), length));
        assert_eq!(output(&*read(&packed, "k.gz", 100).await), expected);
    }
    // Two GZIP files, one behind the other, are one.
    let two = [gzip(b"1\n"), gzip(b"2\n")].concat();
    let packed = Pieces::of(cut(&two, 5));
    assert_eq!(output(&*read(&packed, "k.gz", 100).await), json!([1, 2]));
}

#[tokio::test]
async fn an_endless_object_is_read_up_to_the_size_limit() {
    let mut endless = Pieces::of(vec![Ok(Bytes::from_static(b"12345678\n"))]);
    endless.is_endless = true;
    let report = read(&endless, "k", 100).await;
    assert_eq!(cause(&report), "The file k has more than 100 bytes");
    assert_eq!(endless.read.load(Ordering::Relaxed), 12);

    // An object with a known size is not read at all.
    endless.size = Some(101);
    endless.read.store(0, Ordering::Relaxed);
    let report = read(&endless, "k", 100).await;
    assert_eq!(cause(&report), "The file k has more than 100 bytes");
    assert_eq!(endless.read.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn the_size_limit_applies_to_decompressed_content() {
    let bomb = gzip(&vec![b'1'; 50_000_000]);
    assert!(bomb.len() < 100_000);
    let report = read(&Pieces::of(cut(&bomb, 4_096)), "k.gz", 100_000).await;
    assert_eq!(cause(&report), "The file k.gz has more than 100000 bytes");
}

#[tokio::test]
async fn a_read_error_or_invalid_gzip_is_the_cause_of_the_failure() {
    let fails = Pieces::of(vec![
        Ok(Bytes::from_static(b"1\n")),
        Err(ObjectError::Other("the connection is lost".to_owned())),
    ]);
    for key in ["k", "k.gz"] {
        let report = read(&fails, key, 100).await;
        assert_eq!(cause(&report), "the connection is lost");
    }
    let whole = gzip(b"1\n2\n3\n");
    for broken in [&whole[..whole.len() - 3], b"plain", b""] {
        let report = read(&Pieces::of(cut(broken, 7)), "k.gz", 100).await;
        let said = cause(&report);
        assert!(
            said.starts_with("The file k.gz is not valid GZIP: "),
            "{said}"
        );
    }
}

/// Returns a large JSON array, which takes long to parse.
fn large() -> String {
    let item: Json = json!({"name": "n".repeat(50), "more": [1.5, 2, {"three": null}]});
    let items: Vec<String> = (0..60_000).map(|_| item.to_string()).collect();
    format!("[{}]", items.join(","))
}

/// The runtime's thread is not blocked while content is decompressed and parsed; virtual time does
/// not advance.
#[tokio::test]
async fn large_content_does_not_block_the_runtime() {
    let text = large();
    let store =
        Memory::new()
            .with("b", "k.json", &text)
            .with("b", "k.json.gz", gzip(text.as_bytes()));
    for key in ["k.json", "k.json.gz"] {
        let engine = engine(store.clone(), key, "JSON", u64::MAX);
        let begun = Instant::now();
        let mut longest = Duration::ZERO;
        let mut turn = Instant::now();
        let run = run_in(&engine, json!({}));
        let mut run = std::pin::pin!(run);
        let report = loop {
            tokio::select! {
                biased;
                report = &mut run => break report,
                () = tokio::task::yield_now() => {
                    longest = longest.max(turn.elapsed());
                    turn = Instant::now();
                }
            }
        };
        let took = begun.elapsed();
        assert_eq!(output(&report).as_array().unwrap().len(), 3);
        assert!(longest < took / 3, "{key}: {longest:?} of {took:?}");
        assert_eq!(report.stopped, report.execution().started(), "{key}");
    }
}

#[tokio::test]
async fn rows_are_read_on_demand() {
    const ROWS: usize = 100;
    // Two rows in a chunk of 128 KiB.
    let blanks = " ".repeat(65_000);
    let rows = (0..ROWS / 2).map(|two| {
        let rows = format!("{blanks}{}\n{blanks}{}\n", two * 2, two * 2 + 1);
        Ok(Bytes::from(rows))
    });
    let store = Pieces::of(rows.collect());
    let (read, ahead) = (store.read.clone(), Arc::new(AtomicUsize::new(0)));
    let most = ahead.clone();
    let mocks = Mocks::new().state(
        "I",
        Mock::with(move |call| {
            let row = call.parameters().get("Payload").unwrap().to_json();
            // The content is read twice; the first time to identify it.
            let again = 2 * read.load(Ordering::Relaxed) - ROWS;
            let row_number = usize::try_from(row.as_u64().unwrap()).unwrap();
            most.fetch_max(again - row_number, Ordering::Relaxed);
            Answer::output(json!({ "Payload": row }))
        }),
    );
    let definition = task(json!({
        "ItemReader": reader(json!({"InputType": "JSONL"})), "MaxConcurrency": 1
    }));
    let engine = builder(&definition)
        .objects(store)
        .tasks(mocks)
        .build()
        .unwrap();
    let report = run_in(&engine, json!({})).await;
    let all: Vec<usize> = (0..ROWS).collect();
    assert_eq!(output(&report), json!(all));
    let ahead = ahead.load(Ordering::Relaxed);
    assert!((1..40).contains(&ahead), "{ahead} rows were read ahead");
}
