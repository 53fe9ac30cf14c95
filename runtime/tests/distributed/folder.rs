use std::fs;
use std::path::PathBuf;

use serde_json::json;
use stepwright_runtime::objects::{Folder, ObjectError, ObjectStore};

use crate::support::{builder, echo, output, reader, run_in};

/// A directory of its own, which goes with it.
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

#[tokio::test]
async fn directories_are_buckets() {
    let directory = Directory::new("buckets");
    let store = directory.store();
    let object = store.get("b", "in/1.jsonl").await.unwrap();
    assert_eq!(object.text(), "1\n2\n");
    store.put("b", "out/deep/x", b"new".to_vec()).await.unwrap();
    store
        .put("b", "out/deep/x", b"newer".to_vec())
        .await
        .unwrap();
    assert_eq!(store.get("b", "out/deep/x").await.unwrap().text(), "newer");
    let keys = async |prefix| -> Vec<String> {
        let rows = store.list("b", prefix).await.unwrap();
        rows.into_iter().map(|row| row.key).collect()
    };
    assert_eq!(keys("").await, ["in/1.jsonl", "out/deep/x"]);
    assert_eq!(keys("out/d").await, ["out/deep/x"]);
    assert_eq!(keys("in").await, ["in/1.jsonl"]);
    assert_eq!(keys("x").await, [""; 0]);
    assert_eq!(store.list("b", "in").await.unwrap()[0].size, 4);
    assert_eq!(store.get("b", "in").await, Err(ObjectError::NoSuchKey));
    assert_eq!(store.get("b", "x").await, Err(ObjectError::NoSuchKey));
    assert_eq!(store.get("c", "x").await, Err(ObjectError::NoSuchBucket));
    assert_eq!(store.list("c", "").await, Err(ObjectError::NoSuchBucket));
    let nowhere = store.put("c", "x", Vec::new()).await;
    assert_eq!(nowhere, Err(ObjectError::NoSuchBucket));
}

#[tokio::test]
async fn no_key_and_no_bucket_leads_out() {
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
            store.get("b", key).await,
            Err(ObjectError::NoSuchKey),
            "{key}"
        );
        assert!(store.put("b", key, b"x".to_vec()).await.is_err(), "{key}");
    }
    for bucket in ["..", ".", "", "b/in", "../b", absolute, "/"] {
        assert_eq!(
            store.get(bucket, "secret").await,
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
async fn links_do_not_lead_out_either() {
    use std::os::unix::fs::symlink;
    let directory = Directory::new("links");
    let store = directory.store();
    symlink(directory.0.join("secret"), directory.0.join("b/link")).unwrap();
    symlink(&directory.0, directory.0.join("b/up")).unwrap();
    for key in ["link", "up/secret"] {
        assert_eq!(store.get("b", key).await, Err(ObjectError::NoSuchKey));
        let written = store.put("b", key, b"x".to_vec()).await;
        assert_eq!(written, Err(ObjectError::AccessDenied), "{key}");
    }
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
async fn a_map_reads_and_writes_there() {
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
