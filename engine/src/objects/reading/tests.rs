//! Tests of ItemReader: CSV, JSON, JSON Lines, manifests, object lists, and their limits.

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use stepwright_interpreter::distributed::{
    BucketList, Format, Header, Item, ItemReader, Items, NextItem, ObjectLoad, ObjectRef, Pointer,
    ReadLimits, SourceRequest, SourceResponse,
};
use stepwright_interpreter::value::{Str, Value};

use super::ReadError;
use crate::objects::{ListedObject, Memory, Object, ObjectBody, ObjectFuture, ObjectStore};

fn object_ref(bucket: &str, key: &str) -> ObjectRef {
    ObjectRef {
        bucket: bucket.into(),
        key: key.into(),
    }
}

fn csv(delimiter: u8) -> Format {
    Format::Csv {
        delimiter,
        header: Header::FirstRow,
    }
}

fn given(names: &[&str]) -> Format {
    Format::Csv {
        delimiter: b',',
        header: Header::Given(names.iter().map(Str::new).collect()),
    }
}

fn object(key: &str, format: Format) -> ItemReader {
    ItemReader::Object {
        object_ref: object_ref("b", key),
        format,
    }
}

/// Returns all items as JSON text, or the cause of the failure.
fn drain(items: Items, store: &Memory) -> Result<Vec<Item>, String> {
    drain_pieces(items, store, 1 << 20)
}

/// Drains the items like `drain`, with at most `piece` bytes of an object in memory, if its rows
/// are not longer.
fn drain_pieces(
    mut items: Items,
    store: &dyn ObjectStore,
    piece: usize,
) -> Result<Vec<Item>, String> {
    let mut all = Vec::new();
    loop {
        match items.pull() {
            NextItem::Item(item) => all.push(item),
            NextItem::End => return Ok(all),
            NextItem::Failed(cause) => return Err(cause),
            NextItem::Needs(request) => {
                let supply = futures_util::FutureExt::now_or_never(async {
                    let request = match request {
                        SourceRequest::Get {
                            object_ref,
                            load,
                            limits,
                        } => SourceRequest::Get {
                            object_ref,
                            load,
                            limits: ReadLimits { piece, ..limits },
                        },
                        SourceRequest::More { rest, least } => SourceRequest::More {
                            rest,
                            least: least.min(piece),
                        },
                        list => list,
                    };
                    super::read(store, request).await
                });
                let supply = supply.unwrap().map_err(|error| match error {
                    ReadError::File(cause) => cause,
                    ReadError::Store(error) => panic!("{error}"),
                });
                items.supply(supply?).map_err(|error| error.cause)?;
            }
        }
    }
}

/// Returns the values in one object.
fn read(body: &[u8], format: Format) -> Result<Vec<String>, String> {
    read_named("k", body, format)
}

fn read_named(key: &str, body: &[u8], format: Format) -> Result<Vec<String>, String> {
    let store = Memory::new().with("b", key, body);
    let items = Items::of_reader(object(key, format), 0, 1_000_000);
    let items = drain(items, &store)?;
    Ok(items.iter().map(|item| item.value.to_text()).collect())
}

#[test]
fn csv_quotes_and_escapes_follow_the_documentation_of_aws() {
    let row = "abc,123,\"This string contains commas, a double quotation marks (\"\"), and a newline (\n)\",{\"\"MyKey\"\":\"\"MyValue\"\"},\"[1,2,3]\"";
    assert_eq!(
        read(row.as_bytes(), given(&["l", "n", "s", "o", "a"])).unwrap(),
        [concat!(
            r#"{"l":"abc","n":"123","s":"This string contains commas, a double quotation marks (\"), and a newline (\n)","#,
            r#""o":"{\"MyKey\":\"MyValue\"}","a":"[1,2,3]"}"#
        )]
    );
    let paths = "path,size\nC:\\\\Program Files\\\\MyApp.exe,6534512\na\\,b\\x,1\n";
    assert_eq!(
        read(paths.as_bytes(), csv(b',')).unwrap(),
        [
            r#"{"path":"C:\\Program Files\\MyApp.exe","size":"6534512"}"#,
            r#"{"path":"a,bx","size":"1"}"#
        ]
    );
}

#[test]
fn csv_keeps_blanks_and_adapts_rows_to_the_header_length() {
    assert_eq!(
        read(b"a,,c\r\n1\r\n ,2,3,4\r\n\r\n,,\r\n\r\n\r\n", csv(b',')).unwrap(),
        [
            r#"{"a":"1","":"","c":""}"#,
            r#"{"a":" ","":"2","c":"3"}"#,
            r#"{"a":"","":"","c":""}"#,
            r#"{"a":"","":"","c":""}"#,
        ]
    );
    // No line end after the last row, a byte order mark before the first, other line ends.
    assert_eq!(
        read("\u{feff}a\r1\rä".as_bytes(), csv(b',')).unwrap(),
        [r#"{"a":"1"}"#, r#"{"a":"ä"}"#]
    );
    assert_eq!(read(b"a,b\n", csv(b',')).unwrap(), [""; 0]);
    assert_eq!(read(b"", csv(b',')).unwrap(), [""; 0]);
}

#[test]
fn csv_has_other_delimiters() {
    for delimiter in [b'|', b';', b' ', b'\t'] {
        let text = b"a,x\n1,\"2,3\"\n".map(|byte| if byte == b',' { delimiter } else { byte });
        let inner = char::from(delimiter).to_string();
        let inner = Value::from(format!("2{inner}3")).to_text();
        assert_eq!(
            read(&text, csv(delimiter)).unwrap(),
            [format!(r#"{{"a":"1","x":{inner}}}"#)]
        );
    }
}

#[test]
fn csv_headers_are_checked() {
    let duplicates = "CSV headers cannot contain duplicates.";
    assert_eq!(read(b"a,b,a\n1,2,3\n", csv(b',')).unwrap_err(), duplicates);
    assert_eq!(read(b"1,2\n", given(&["x", "x"])).unwrap_err(), duplicates);
    let long = "a".repeat(10 * 1024 + 1);
    assert_eq!(
        read(long.as_bytes(), csv(b',')).unwrap_err(),
        "CSV headers cannot exceed 10240 bytes."
    );
}

#[test]
fn json_items_are_the_array_that_the_pointer_selects() {
    let json = |pointer: Option<&str>| Format::Json {
        pointer: pointer.map(|text| Pointer::parse(text).unwrap()),
    };
    assert_eq!(read(b"[1,[2]]", json(None)).unwrap(), ["1", "[2]"]);
    let not_iterable = "Attempting to map over non-iterable node.";
    for body in ["{\"a\":1}", "1", "\"x\"", "null"] {
        assert_eq!(
            read(body.as_bytes(), json(None)).unwrap_err(),
            not_iterable,
            "{body}"
        );
    }
    let nested = br#"{"a": {"b/c": [{"x~y": [7, 8]}]}}"#;
    assert_eq!(
        read(nested, json(Some("/a/b~1c/0/x~0y"))).unwrap(),
        ["7", "8"]
    );
    assert_eq!(read(nested, json(Some("/a"))).unwrap().len(), 1);
    for pointer in ["/nowhere", "/a/b~1c/7", "/a/b~1c/0/x~0y/0"] {
        assert_eq!(read(nested, json(Some(pointer))).unwrap_err(), not_iterable);
    }
    assert!(Pointer::parse("a").is_none());
    let broken = read(b"[1,", json(None)).unwrap_err();
    assert!(
        broken.starts_with("The file is not valid JSON: "),
        "{broken}"
    );
}

#[test]
fn an_invalid_json_line_is_reported_with_its_number() {
    assert_eq!(
        read(b"{\"a\":1}\r\n\n 2 \n[3]", Format::JsonLines).unwrap(),
        [r#"{"a":1}"#, "2", "[3]"]
    );
    let broken = read(b"1\n\n{", Format::JsonLines).unwrap_err();
    assert!(
        broken.starts_with("Line 3 of the file is not valid JSON: "),
        "{broken}"
    );
}

#[test]
fn the_file_extension_determines_the_compression() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(b"1\n2\n").unwrap();
    let body = encoder.finish().unwrap();
    assert_eq!(
        read_named("k.jsonl.gz", &body, Format::JsonLines).unwrap(),
        ["1", "2"]
    );
    let broken = read_named("k.gz", b"no gzip", Format::JsonLines).unwrap_err();
    assert!(
        broken.starts_with("The file k.gz is not valid GZIP: "),
        "{broken}"
    );
    assert!(
        read_named("k.zst", &body, Format::JsonLines)
            .unwrap_err()
            .contains("ZSTD")
    );
}

#[test]
fn a_file_above_the_size_limit_is_refused() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&vec![b' '; 2_000_000]).unwrap();
    for (key, body) in [
        ("k.gz", encoder.finish().unwrap()),
        ("k", vec![b' '; 2_000_000]),
    ] {
        assert_eq!(
            read_named(key, &body, Format::JsonLines).unwrap_err(),
            format!("The file {key} has more than 1000000 bytes")
        );
    }
}

#[test]
fn parquet_is_refused_before_any_request() {
    let cause = read(b"PAR1", Format::Parquet).unwrap_err();
    assert!(cause.contains("does not read PARQUET"), "{cause}");
}

#[test]
fn the_files_of_an_inventory_manifest_are_read() {
    let manifest = r#"{"sourceBucket": "s", "destinationBucket": "arn:aws:s3:::inventory", "fileFormat": "CSV",
        "fileSchema": "Bucket, Key, Size", "files": [{"key": "data/1.csv"}, {"key": "data/2.csv"}]}"#;
    let store = Memory::new()
        .with("b", "manifest.json", manifest)
        .with("inventory", "data/1.csv", "\"s\",\"a\",\"1\"\n")
        .with("inventory", "data/2.csv", "\"s\",\"b\",\"2\"\n");
    let reader = ItemReader::Inventory {
        object_ref: object_ref("b", "manifest.json"),
    };
    let items = drain(Items::of_reader(reader, 0, u64::MAX), &store).unwrap();
    assert_eq!(
        items[1].value.to_text(),
        r#"{"Bucket":"s","Key":"b","Size":"2"}"#
    );
    assert_eq!((items.len(), items[1].index), (2, 1));
    assert_eq!(items[1].source, "s3://inventory/data/2.csv");
    for (manifest, cause) in [
        ("{}", "The S3 inventory manifest has no `fileFormat`"),
        (
            r#"{"fileFormat": "ORC"}"#,
            "The output format of an S3 inventory must be CSV, but was: ORC",
        ),
    ] {
        let store = Memory::new().with("b", "manifest.json", manifest);
        let reader = ItemReader::Inventory {
            object_ref: object_ref("b", "manifest.json"),
        };
        assert_eq!(
            drain(Items::of_reader(reader, 0, u64::MAX), &store).unwrap_err(),
            cause
        );
    }
}

#[test]
fn the_files_of_an_athena_manifest_are_read() {
    let store = Memory::new()
        .with("b", "m.csv", "s3://out/1\n\"s3://out/2\"\n\n")
        .with("out", "1", "1\n2\n")
        .with("out", "2", "3\n");
    let athena = || ItemReader::Athena {
        object_ref: object_ref("b", "m.csv"),
        format: Format::JsonLines,
    };
    let items = drain(Items::of_reader(athena(), 0, u64::MAX), &store).unwrap();
    let values: Vec<String> = items.iter().map(|item| item.value.to_text()).collect();
    assert_eq!(values, ["1", "2", "3"]);
    assert_eq!(items[2].source, "s3://out/2");
    let store = Memory::new().with("b", "m.csv", "out/1\n");
    assert_eq!(
        drain(Items::of_reader(athena(), 0, u64::MAX), &store).unwrap_err(),
        "A line of the manifest is no S3 URI: out/1"
    );
}

#[test]
fn object_lists_contain_metadata_or_the_data_of_the_objects() {
    let store = Memory::new()
        .with("b", "in/", "")
        .with("b", "in/a.json", "[1, 2]")
        .with("b", "in/b.json", "[3]")
        .with("b", "in/deep/c.json", "[4]")
        .with("b", "other", "x");
    let list = |load| BucketList {
        bucket: "b".into(),
        prefix: "in/".into(),
        delimiter: None,
        start_after: None,
        load,
    };
    let keys = |list: BucketList| -> Vec<String> {
        let items = drain(
            Items::of_reader(ItemReader::List(list), 0, u64::MAX),
            &store,
        )
        .unwrap();
        let keys = items.iter().filter_map(|item| item.value.get("Key"));
        keys.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    assert_eq!(
        keys(list(None)),
        ["in/", "in/a.json", "in/b.json", "in/deep/c.json"]
    );
    let after = BucketList {
        start_after: Some("in/a.json".into()),
        delimiter: Some("/".into()),
        ..list(None)
    };
    assert_eq!(keys(after), ["in/b.json"]);
    let items = Items::of_reader(ItemReader::List(list(None)), 0, u64::MAX);
    let items = drain(items, &store).unwrap();
    assert_eq!(items[1].source, "s3://b");
    assert_eq!(
        items[1].value.to_text(),
        r#"{"Etag":"\"dce25dc1cfb64bcd5ed25e40e3dd9e9e\"","Key":"in/a.json","LastModified":0,"Size":6,"StorageClass":"STANDARD"}"#
            .replace("dce25dc1cfb64bcd5ed25e40e3dd9e9e", &md5_of(b"[1, 2]"))
    );
    let load = Some(Format::Json { pointer: None });
    let items = Items::of_reader(ItemReader::List(list(load)), 3, u64::MAX);
    let items = drain(items, &store).unwrap();
    let values: Vec<String> = items.iter().map(|item| item.value.to_text()).collect();
    assert_eq!(values, ["1", "2", "3"]);
    assert_eq!(items[2].source, "s3://b/in/b.json");
}

fn md5_of(body: &[u8]) -> String {
    let row = Object::new(body.to_vec()).listed("k");
    row.etag.trim_matches('"').to_owned()
}

#[test]
fn max_items_limits_the_items_and_zero_means_no_limit() {
    for (max_items, expected) in [(0, 3), (2, 2), (100_000_000, 3)] {
        let store = Memory::new().with("b", "k", "1\n2\n3\n");
        let items = Items::of_reader(object("k", Format::JsonLines), max_items, u64::MAX);
        assert_eq!(drain(items, &store).unwrap().len(), expected);
    }
}

#[test]
fn the_items_of_an_object_are_key_value_pairs() {
    let value = Value::from_text(r#"{"a": 1, "b": [2]}"#).unwrap();
    let store = Memory::new();
    let items = drain(Items::of_value(value), &store).unwrap();
    assert_eq!(items[1].input().to_text(), r#"{"Key":"b","Value":[2]}"#);
    assert_eq!(
        items[1].context().to_text(),
        r#"{"Index":1,"Key":"b","Value":[2],"Source":"STATE_DATA"}"#
    );
}

#[test]
fn the_total_is_known_at_once_for_arrays_and_at_the_end_for_files() {
    let items = Items::of_value((0..3).map(Value::from).collect());
    assert_eq!(items.known_total(), Some(3));
    let store = Memory::new().with("b", "k", "1\n2\n");
    let mut items = Items::of_reader(object("k", Format::JsonLines), 0, u64::MAX);
    assert_eq!(items.known_total(), None);
    let mut left = 2;
    loop {
        match items.pull() {
            NextItem::Needs(_) => {
                let body = Bytes::from(store.text("b", "k").unwrap());
                let loaded = ObjectLoad::rows(Format::JsonLines).parse(body).unwrap();
                items.supply(SourceResponse::Object(loaded)).unwrap();
            }
            NextItem::Item(_) => left -= 1,
            NextItem::End => break,
            NextItem::Failed(cause) => panic!("{cause}"),
        }
    }
    assert_eq!((left, items.known_total()), (0, Some(2)));
}

/// Returns fields of a table, without backslashes, which only the service's own rules treat
/// specially.
fn field() -> impl Strategy<Value = String> {
    "[a-c,\"\n\r ;äß]{0,6}"
}

proptest! {
    #[test]
    fn quoted_fields_are_read_back(rows in prop::collection::vec(prop::collection::vec(field(), 3), 1..8)) {
        let quoted = |field: &String| format!("\"{}\"", field.replace('"', "\"\""));
        let record = |row: &Vec<String>| row.iter().map(quoted).collect::<Vec<_>>().join(",") + "\n";
        let body: String = rows.iter().map(record).collect();
        let read = read(body.as_bytes(), given(&["x", "y", "z"])).unwrap();
        let expected: Vec<String> = rows
            .iter()
            .map(|row| {
                let members = ["x", "y", "z"].into_iter().zip(row);
                let members = members.map(|(key, field)| (key, Value::from(field.as_str())));
                members.collect::<Value>().to_text()
            })
            .collect();
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn readers_never_panic(
        body in prop::collection::vec(any::<u8>(), 0..200),
        text in "[\\[\\]{}\",:0-9a-z\\\\\n\r|;\u{feff}]{0,80}",
        pointer in "(/[a-z0-9~]{0,3}){0,3}",
    ) {
        for body in [body.as_slice(), text.as_bytes()] {
            for format in [
                Format::Json { pointer: None },
                Format::Json { pointer: Pointer::parse(&pointer) },
                Format::JsonLines,
                csv(b','),
                csv(b'\t'),
                given(&["a", "b"]),
            ] {
                // Invalid UTF-8 is replaced, and any text is parsed as some table.
                let _ = read(body, format);
            }
            let _ = read_named("k.gz", body, Format::JsonLines);
            let store = Memory::new().with("b", "k", body);
            let object_ref = object_ref("b", "k");
            let format = Format::JsonLines;
            let inventory = ItemReader::Inventory { object_ref: object_ref.clone() };
            for manifest in [inventory, ItemReader::Athena { object_ref, format }] {
                let _ = drain(Items::of_reader(manifest, 0, u64::MAX), &store);
            }
        }
    }
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// Serves objects in chunks of this number of bytes, and without their length.
struct ChunkedStore(Memory, usize);

impl ObjectStore for ChunkedStore {
    fn get<'a>(&'a self, bucket: &'a str, key: &'a str) -> ObjectFuture<'a, ObjectBody> {
        Box::pin(async move {
            let whole = self.0.get(bucket, key).await?.read(u64::MAX).await?;
            let chunks: Vec<_> = whole
                .chunks(self.1)
                .map(|chunk| Ok(Bytes::copy_from_slice(chunk)))
                .collect();
            Ok(ObjectBody::new(futures_util::stream::iter(chunks)))
        })
    }

    fn list<'a>(&'a self, bucket: &'a str, prefix: &'a str) -> ObjectFuture<'a, Vec<ListedObject>> {
        self.0.list(bucket, prefix)
    }

    fn put<'a>(&'a self, bucket: &'a str, key: &'a str, body: Vec<u8>) -> ObjectFuture<'a, ()> {
        self.0.put(bucket, key, body)
    }
}

/// Returns texts with lines, quotes, escapes and blank lines.
fn any_rows() -> impl Strategy<Value = String> {
    let pieces = vec![
        "1",
        "{\"a\":2}",
        "[]",
        "\n",
        "\r\n",
        "\r",
        "\n\n",
        ",",
        "\"",
        "\"\"",
        "\\",
        "\\,",
        "a b",
        "é",
        " ",
        "\u{feff}",
        "\"x\ny\"",
    ];
    proptest::collection::vec(proptest::sample::select(pieces), 0..60).prop_map(|all| all.concat())
}

proptest! {
    /// Rows that are taken while an object is read are the same as those of the whole object, for
    /// all boundaries of chunks and pieces; also after the object was read again.
    #[test]
    fn rows_of_pieces_equal_the_rows_of_the_whole_object(
        text in any_rows(),
        is_csv in any::<bool>(),
        is_compressed in any::<bool>(),
        (chunk, piece) in (1usize..40, 1usize..40),
    ) {
        let format = if is_csv { given(&["a", "b", "c"]) } else { Format::JsonLines };
        let (key, body) = if is_compressed {
            ("k.gz", gzip(text.as_bytes()))
        } else {
            ("k", text.into_bytes())
        };
        let store = Memory::new().with("b", key, body);
        let items = || Items::of_reader(object(key, format.clone()), 0, 1_000_000);
        let values = |drained: Result<Vec<Item>, String>| {
            drained.map(|items| items.iter().map(|item| item.value.to_text()).collect::<Vec<_>>())
        };
        let whole = values(drain(items(), &store));
        let pieces = values(drain_pieces(items(), &ChunkedStore(store, chunk), piece));
        prop_assert_eq!(whole, pieces);
    }
}

#[test]
fn an_object_that_changes_while_it_is_read_is_an_error() {
    /// Each reading returns another object.
    struct ChangingStore(std::sync::Mutex<Vec<&'static str>>);

    impl ObjectStore for ChangingStore {
        fn get<'a>(&'a self, _: &'a str, _: &'a str) -> ObjectFuture<'a, ObjectBody> {
            let text = self.0.lock().unwrap().pop().unwrap();
            let chunks = text
                .as_bytes()
                .chunks(2)
                .map(|chunk| Ok(Bytes::from_static(chunk)));
            Box::pin(async move { Ok(ObjectBody::new(futures_util::stream::iter(chunks))) })
        }

        fn list<'a>(&'a self, _: &'a str, _: &'a str) -> ObjectFuture<'a, Vec<ListedObject>> {
            unreachable!("nothing is listed")
        }

        fn put<'a>(&'a self, _: &'a str, _: &'a str, _: Vec<u8>) -> ObjectFuture<'a, ()> {
            unreachable!("nothing is written")
        }
    }

    let store = ChangingStore(vec!["1\n2\n4\n", "1\n2\n3\n"].into());
    let items = Items::of_reader(object("k", Format::JsonLines), 0, 1_000_000);
    assert_eq!(
        drain_pieces(items, &store, 3).unwrap_err(),
        "The file k was changed while its items were being read"
    );
}
