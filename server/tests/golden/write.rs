//! Writes the golden stores.

use std::fs::File;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use stepwright_engine::Engine;

use crate::golden::environment::{Environment, Phase};
use crate::golden::observe::observe;
use crate::golden::read::{folder_of, layout};
use crate::golden::script::Script;
use crate::golden::session::run;
use crate::golden::stores::{GoldenStore, all};

/// Writes a store, copies it while its executions wait, and returns the script that reads the copy.
fn write(golden: &GoldenStore, to: &Path) -> Script {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store.db");
    let mut script = golden.script.clone();
    let environment = Environment::new(Phase::Writing, &script);
    let (last, before) = golden.writing.split_last().unwrap();
    for session in before {
        run(&store, session, &environment, async |engine| {
            engine.shutdown(std::time::Duration::ZERO).await;
        });
    }
    run(&store, last, &environment, async |engine: &Engine| {
        engine.backup(to).await.unwrap();
    });
    script.tokens = environment.tokens();
    script
}

#[test]
#[ignore = "writes the files; those of a released layout never change"]
fn the_stores_of_the_newest_layout() {
    let scratch = tempfile::tempdir().unwrap();
    for golden in all() {
        let store = scratch.path().join("store.db");
        let script = write(&golden, &store);
        let folder = folder_of(layout(&store));
        std::fs::create_dir_all(&folder).unwrap();
        let expected = observe(&store, &script);
        let open = expected["executions"].as_object().unwrap().iter();
        let open = open.filter(|(_, one)| one["at_the_end"]["status"] == "RUNNING");
        let open: Vec<&String> = open.map(|(name, _)| name).collect();
        assert!(open.is_empty(), "{}: {open:?} never end", golden.name);
        let file = |kind| folder.join(format!("{}.{kind}", golden.name));
        let to = file("db.gz");
        assert!(!to.exists(), "{} exists; remove it first", to.display());
        let mut packed = GzEncoder::new(File::create(&to).unwrap(), Compression::best());
        std::io::copy(&mut File::open(&store).unwrap(), &mut packed).unwrap();
        packed.finish().unwrap();
        std::fs::remove_file(&store).unwrap();
        let text = json!({"script": script, "expected": expected});
        let text = serde_json::to_string_pretty(&text).unwrap() + "\n";
        std::fs::write(file("json"), text).unwrap();
    }
}
