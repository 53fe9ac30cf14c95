use std::fs;
use std::path::PathBuf;

use serde_json::json;
use stepwright_engine::objects::{Folder, ObjectError, ObjectStore, Upload};
use stepwright_engine::{Limits, Status};

use crate::distributed::support::{builder, echo, output, reader, run_in};

/// A temporary directory, which is removed when the value is dropped.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let unique = format!("stepwright-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(unique);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(path.join("b/in")).unwrap();
        fs::write(path.join("b/in/1.jsonl"), "1\n2\n").unwrap();
        fs::write(path.join("secret"), "secret").unwrap();
        Self(path)
    }

    fn store(&self) -> Folder {
        Folder::new(&self.0)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

async fn text(store: &Folder, bucket: &str, key: &str) -> Result<String, ObjectError> {
    let body = store.get(bucket, key).await?;
    let read = body.read(1_000).await?;
    Ok(String::from_utf8(read.to_vec()).unwrap())
}

#[tokio::test]
async fn directories_are_buckets() {
    let directory = Directory::new("buckets");
    let store = directory.store();
    assert_eq!(text(&store, "b", "in/1.jsonl").await.unwrap(), "1\n2\n");
    store.put("b", "out/deep/x", b"new".to_vec()).await.unwrap();
    store
        .put("b", "out/deep/x", b"newer".to_vec())
        .await
        .unwrap();
    assert_eq!(text(&store, "b", "out/deep/x").await.unwrap(), "newer");
    let keys = async |prefix| -> Vec<String> {
        let rows = store.list("b", prefix).await.unwrap();
        rows.into_iter().map(|row| row.key).collect()
    };
    assert_eq!(keys("").await, ["in/1.jsonl", "out/deep/x"]);
    assert_eq!(keys("out/d").await, ["out/deep/x"]);
    assert_eq!(keys("in").await, ["in/1.jsonl"]);
    assert_eq!(keys("x").await, [""; 0]);
    assert_eq!(store.list("b", "in").await.unwrap()[0].size, 4);
    assert_eq!(text(&store, "b", "in").await, Err(ObjectError::NoSuchKey));
    assert_eq!(text(&store, "b", "x").await, Err(ObjectError::NoSuchKey));
    assert_eq!(text(&store, "c", "x").await, Err(ObjectError::NoSuchBucket));
    assert_eq!(store.list("c", "").await, Err(ObjectError::NoSuchBucket));
    let nowhere = store.put("c", "x", Vec::new()).await;
    assert_eq!(nowhere, Err(ObjectError::NoSuchBucket));
}

#[tokio::test]
async fn a_multipart_object_appears_when_it_is_complete() {
    let directory = Directory::new("parts");
    let store = directory.store();
    let parts = store.multipart().unwrap();
    let begin = async || Upload::new("b", "out/x", parts.begin("b", "out/x").await.unwrap());
    let upload = begin().await;
    let first = parts.part(&upload, 1, 0, "abc".into()).await.unwrap();
    parts.part(&upload, 2, 3, "defgh".into()).await.unwrap();
    assert_eq!(
        text(&store, "b", "out/x").await,
        Err(ObjectError::NoSuchKey)
    );
    let listed = store.list("b", "out").await.unwrap();
    assert_eq!(listed, []);
    // Its process ended, and the next one writes less.
    let upload = begin().await;
    let second = parts.part(&upload, 2, 3, "DE".into()).await.unwrap();
    let tags = [first, second];
    parts.complete(&upload, &tags).await.unwrap();
    assert_eq!(text(&store, "b", "out/x").await.unwrap(), "abcDE");
    // The process ended before it got the response.
    parts.complete(&upload, &tags).await.unwrap();
    assert_eq!(text(&store, "b", "out/x").await.unwrap(), "abcDE");
    assert_eq!(fs::read_dir(directory.0.join("b/out")).unwrap().count(), 1);

    let hidden = "out/.y.stepwright-parts";
    fs::write(directory.0.join("b").join(hidden), "half").unwrap();
    assert_eq!(text(&store, "b", hidden).await, Err(ObjectError::NoSuchKey));
    assert!(store.put("b", hidden, b"x".to_vec()).await.is_err());
    assert_eq!(store.list("b", "out").await.unwrap().len(), 1);
    assert_eq!(parts.begin("c", "x").await, Err(ObjectError::NoSuchBucket));
    assert!(parts.begin("b", "../x").await.is_err());
}

#[tokio::test]
async fn keys_and_buckets_cannot_leave_the_directory() {
    let directory = Directory::new("out");
    let store = directory.store();
    let absolute = directory.0.join("secret");
    let absolute = absolute.to_str().unwrap();
    for key in [
        "../secret",
        "in/../../secret",
        absolute,
        "./in/1.jsonl",
        "in//1.jsonl",
        "",
        "/",
        "in/1.jsonl/",
        "a\0b",
    ] {
        assert_eq!(
            text(&store, "b", key).await,
            Err(ObjectError::NoSuchKey),
            "{key}"
        );
        assert!(store.put("b", key, b"x".to_vec()).await.is_err(), "{key}");
    }
    for bucket in ["..", ".", "", "b/in", "../b", absolute, "/"] {
        assert_eq!(
            text(&store, bucket, "secret").await,
            Err(ObjectError::NoSuchBucket),
            "{bucket}"
        );
        assert_eq!(
            store.list(bucket, "").await,
            Err(ObjectError::NoSuchBucket),
            "{bucket}"
        );
        let written = store.put(bucket, "x", Vec::new()).await;
        assert_eq!(written, Err(ObjectError::NoSuchBucket), "{bucket}");
    }
    assert_eq!(
        fs::read_to_string(directory.0.join("secret")).unwrap(),
        "secret"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn symbolic_links_cannot_leave_the_directory() {
    use std::os::unix::fs::symlink;
    let directory = Directory::new("links");
    let store = directory.store();
    symlink(directory.0.join("secret"), directory.0.join("b/link")).unwrap();
    symlink(&directory.0, directory.0.join("b/up")).unwrap();
    for key in ["link", "up/secret"] {
        assert_eq!(text(&store, "b", key).await, Err(ObjectError::NoSuchKey));
        let written = store.put("b", key, b"x".to_vec()).await;
        assert_eq!(written, Err(ObjectError::AccessDenied), "{key}");
    }
    // A link is no bucket, either.
    symlink(directory.0.join("b"), directory.0.join("linked")).unwrap();
    assert_eq!(
        text(&store, "linked", "key").await,
        Err(ObjectError::NoSuchBucket)
    );
    let written = store.put("b", "up/new/deep", b"x".to_vec()).await;
    assert_eq!(written, Err(ObjectError::AccessDenied));
    let rows = store.list("b", "").await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(
        fs::read_to_string(directory.0.join("secret")).unwrap(),
        "secret"
    );
}

#[tokio::test]
async fn a_distributed_map_reads_and_writes_a_directory() {
    let directory = Directory::new("map");
    let mut reads = reader(json!({"InputType": "JSONL"}));
    reads["Parameters"]["Key"] = json!("in/1.jsonl");
    let definition = echo(json!({"ItemReader": reads, "ResultWriter": {
        "Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b", "Prefix": "out"},
        "WriterConfig": {"Transformation": "COMPACT", "OutputType": "JSON"}
    }}));
    let engine = builder(&definition)
        .objects(directory.store())
        .build()
        .unwrap();
    let report = run_in(&engine, json!({})).await;
    let key = output(&report)["ResultWriterDetails"]["Key"].clone();
    let key = key.as_str().unwrap().replace("manifest", "SUCCEEDED_0");
    let written = fs::read_to_string(directory.0.join("b").join(key)).unwrap();
    assert_eq!(written, "[1,2]");
}

/// Returns the peak memory of this process.
#[cfg(target_os = "linux")]
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kib = line.unwrap().split_whitespace().nth(1).unwrap();
    kib.parse::<u64>().unwrap() * 1024
}

/// Returns the error of a Map that reads this file, with a limit of a million bytes.
async fn unread(directory: &Directory, key: &str) -> String {
    let mut reads = reader(json!({"InputType": "JSONL"}));
    reads["Parameters"]["Key"] = json!(key);
    let engine = builder(&echo(json!({"ItemReader": reads})))
        .objects(directory.store())
        .limits(Limits::new().object_bytes(1_000_000))
        .build()
        .unwrap();
    let report = tokio::time::timeout(
        std::time::Duration::from_secs(30),
        run_in(&engine, json!({})),
    );
    let report = report.await.expect("it ends");
    assert_eq!(report.status, Status::Failed, "{key}");
    assert_eq!(report.error.as_deref(), Some("States.ItemReaderFailed"));
    report.cause.clone().unwrap()
}

/// Runs in a separate process: the peak of this one contains the other tests.
#[cfg(target_os = "linux")]
#[test]
fn large_files_are_not_read_and_special_files_are_no_objects() {
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "distributed::folder::files_of_a_measured_process",
            "--exact",
            "--ignored",
        ])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    // A filter that matches no test succeeds too.
    assert!(text.contains("1 passed"), "{text}");
    assert!(output.status.success(), "{text}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
#[ignore = "run by large_files_are_not_read_and_special_files_are_no_objects, alone in a process"]
async fn files_of_a_measured_process() {
    let directory = Directory::new("large");
    let path = |key: &str| directory.0.join("b").join(key);
    // A sparse file of ten gigabytes.
    let sparse = fs::File::create(path("sparse")).unwrap();
    sparse.set_len(10_000_000_000).unwrap();
    fs::create_dir(path("folder")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", path("zero")).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(path("pipe"))
        .status();
    assert!(made.unwrap().success());
    let before = peak();
    assert_eq!(
        unread(&directory, "sparse").await,
        "The file sparse has more than 1000000 bytes"
    );
    for key in ["folder", "zero", "pipe"] {
        let cause = unread(&directory, key).await;
        assert!(
            cause.contains("The specified key does not exist."),
            "{cause}"
        );
    }
    assert!(peak() - before < 100_000_000, "{}", peak() - before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replacing_an_object_is_atomic_for_readers() {
    const BYTES: usize = 300_000;
    let directory = Directory::new("atomic");
    let store = directory.store();
    store.put("b", "x", vec![b'0'; BYTES]).await.unwrap();
    let writer = tokio::spawn({
        let store = store.clone();
        async move {
            for round in 1..=40_u8 {
                let body = vec![b'0' + round; BYTES + usize::from(round)];
                store.put("b", "x", body).await.unwrap();
            }
        }
    });
    let mut reads = 0;
    while !writer.is_finished() || reads == 0 {
        let body = store.get("b", "x").await.unwrap();
        let read = body.read(1_000_000).await.unwrap();
        let round = read[0] - b'0';
        assert_eq!(read.len(), BYTES + usize::from(round));
        assert!(read.iter().all(|byte| *byte == read[0]), "{round}");
        let rows = store.list("b", "").await.unwrap();
        let keys: Vec<&str> = rows.iter().map(|row| &*row.key).collect();
        assert_eq!(keys, ["in/1.jsonl", "x"]);
        reads += 1;
    }
    writer.await.unwrap();
    let left = fs::read_dir(directory.0.join("b")).unwrap();
    assert_eq!(left.count(), 2, "no temporary file stays");
}

#[tokio::test]
async fn leftovers_of_a_crashed_write_are_ignored() {
    let directory = Directory::new("leftover");
    let store = directory.store();
    let left = ".0123456789abcdef.stepwright-parts";
    fs::write(directory.0.join("b").join(left), "half").unwrap();
    let error = text(&store, "b", left).await.unwrap_err();
    assert!(matches!(error, ObjectError::NoSuchKey), "{error:?}");
    // A name may be as long as the file system allows.
    let long = "k".repeat(255);
    for body in ["1", "22"] {
        store.put("b", &long, body.into()).await.unwrap();
        assert_eq!(text(&store, "b", &long).await.unwrap(), body);
    }
    let rows = store.list("b", "").await.unwrap();
    assert_eq!(rows.len(), 2, "{rows:?}");
    // A failed write leaves no file behind.
    store.put("b", "in", "1".into()).await.unwrap_err();
    assert_eq!(fs::read_dir(directory.0.join("b")).unwrap().count(), 3);
}
