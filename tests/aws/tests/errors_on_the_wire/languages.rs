//! Lambda functions of the page in other languages, run by their own interpreters. The conversion
//! of exceptions by Lambda's runtimes is reproduced here: Python's `type(e).__name__` and `str(e)`,
//! Node's `name` and `message`, Java's `getClass().getName()` and `getMessage()`.

use std::process::Command;

use serde_json::{Value, json};

use super::page::block;
use super::reported;

/// A language of the page.
#[derive(Clone, Copy, Debug)]
enum Language {
    Python,
    Node,
    Java,
}

/// The error that Lambda reports for the page's function and an order of 1,001.
fn fails(language: Language) -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: String| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path
    };
    let mut command = match language {
        Language::Python => {
            let call = "\ntry:\n    handler({'id': 'o-1', 'total': 1001}, None)\nexcept Exception as e:\n    print(json.dumps({'errorType': type(e).__name__, 'errorMessage': str(e), 'stackTrace': []}))\n";
            let mut command = Command::new("python3");
            command.arg(write("function.py", block("python") + call));
            command
        }
        Language::Node => {
            let call = "\nexports.handler({ id: 'o-1', total: 1001 }).catch((e) => console.log(JSON.stringify({ errorType: e.name, errorMessage: e.message, trace: [] })));\n";
            let mut command = Command::new("node");
            command.arg(write("function.js", block("node") + call));
            command
        }
        Language::Java => {
            // `java` starts the first class of a file. The message is printed on a separate line,
            // because Java has no JSON library.
            let main = "class Function { public static void main(String[] a) { try { throw new CardDeclined(\"over the limit\", 1000); } catch (RuntimeException e) { System.out.println(e.getClass().getName()); System.out.println(e.getMessage()); } } }\n";
            let mut command = Command::new("java");
            command.arg(write("Function.java", main.to_owned() + &block("java")));
            command
        }
    };
    let ran = command
        .output()
        .unwrap_or_else(|error| panic!("{language:?}: {error}"));
    let stderr = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{language:?}: {stderr}");
    let said = String::from_utf8_lossy(&ran.stdout);
    match language {
        Language::Java => {
            let (name, message) = said.trim_end().split_once('\n').expect("two lines");
            json!({"errorType": name, "errorMessage": message, "stackTrace": []})
        }
        Language::Python | Language::Node => serde_json::from_str(&said).expect("JSON"),
    }
}

/// Checks that the error matches the same catch as the error of a task in Rust.
async fn is_caught(language: Language) {
    let error = fails(language);
    assert_eq!(error["errorType"], "CardDeclined", "{language:?}");
    let said = Ok(json!("over the limit, at most 1000"));
    assert_eq!(reported(&error).await, said, "{language:?}");
}

#[tokio::test]
#[ignore = "needs Python 3"]
async fn a_lambda_in_python_matches_the_same_catch() {
    is_caught(Language::Python).await;
}

#[tokio::test]
#[ignore = "needs Node"]
async fn a_lambda_in_node_matches_the_same_catch() {
    is_caught(Language::Node).await;
}

#[tokio::test]
#[ignore = "needs Java 17"]
async fn a_lambda_in_java_matches_the_same_catch() {
    is_caught(Language::Java).await;
}
