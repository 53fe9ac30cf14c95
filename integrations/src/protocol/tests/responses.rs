//! Tests of successful responses in each protocol, and of responses that cannot be read.

use serde_json::{Value as Json, json};

use super::{headers, model, operation};
use crate::models::ServiceModel;
use crate::protocol::{Naming, response};

fn read(model: &ServiceModel, pairs: &[(&str, &str)], body: &str) -> Json {
    let read = response(
        model,
        operation(model),
        Naming::Sdk,
        200,
        &headers(pairs),
        body.as_bytes(),
    );
    Json::Object(read.unwrap_or_else(|error| panic!("{body}: {error}")))
}

fn shapes() -> Json {
    json!({
        "Out": {"type": "structure", "members": {
            "text": {"shape": "Text"}, "renamed": {"shape": "Text", "locationName": "other"}, "DBName": {"shape": "Text"},
            "number": {"shape": "Number"}, "share": {"shape": "Share"}, "flag": {"shape": "Flag"}, "bytes": {"shape": "Bytes"},
            "time": {"shape": "Time"}, "texts": {"shape": "Texts"}, "named": {"shape": "NamedTexts"},
            "flat": {"shape": "FlatTexts"}, "flatNamed": {"shape": "Texts", "flattened": true, "locationName": "item"},
            "map": {"shape": "TextMap"}, "namedMap": {"shape": "NamedMap"}, "flatMap": {"shape": "FlatMap"},
            "nested": {"shape": "Nested"}, "many": {"shape": "ManyNested"}, "any": {"shape": "Any"},
            "asked": {"shape": "Text", "location": "querystring", "locationName": "asked"},
        }},
        "NamedTexts": {"type": "list", "member": {"shape": "Text", "locationName": "entry"}},
        "FlatTexts": {"type": "list", "member": {"shape": "Text"}, "flattened": true},
        "NamedMap": {"type": "map", "key": {"shape": "Text", "locationName": "K"}, "value": {"shape": "Text", "locationName": "V"}},
        "FlatMap": {"type": "map", "flattened": true, "key": {"shape": "Text"}, "value": {"shape": "Text"}},
        "Nested": {"type": "structure", "members": {
            "a": {"shape": "Text"}, "deeper": {"shape": "Nested"}, "texts": {"shape": "Texts"},
            "kind": {"shape": "Text", "locationName": "xsi:kind", "xmlAttribute": true},
        }},
        "ManyNested": {"type": "list", "member": {"shape": "Nested"}},
    })
}

#[test]
fn json_bodies_become_results() {
    for protocol in ["json", "rest-json"] {
        let model = model(
            protocol,
            &json!({"method": "POST", "requestUri": "/"}),
            &shapes(),
        );
        for (body, expected) in [
            ("", json!({})),
            (" \n", json!({})),
            ("{}", json!({})),
            (
                r#"{"text":"a","other":"b","DBName":"c"}"#,
                json!({"Text": "a", "Renamed": "b", "DbName": "c"}),
            ),
            // Members that the model does not have, and nulls, are left out.
            (
                r#"{"new":1,"text":null,"flag":false}"#,
                json!({"Flag": false}),
            ),
            (
                r#"{"number":1,"share":0.5,"bytes":"aGVsbG8="}"#,
                json!({"Number": 1, "Share": 0.5, "Bytes": "hello"}),
            ),
            (
                r#"{"time":1795608000}"#,
                json!({"Time": "2026-11-25T12:00:00Z"}),
            ),
            (
                r#"{"time":1.25}"#,
                json!({"Time": "1970-01-01T00:00:01.25Z"}),
            ),
            (
                r#"{"time":"2026-11-25T12:00:00Z"}"#,
                json!({"Time": "2026-11-25T12:00:00Z"}),
            ),
            (
                r#"{"texts":[],"map":{"k":"v"},"nested":{}}"#,
                json!({"Texts": [], "Map": {"k": "v"}, "Nested": {}}),
            ),
            (
                r#"{"many":[{"a":"1","b":2},{"deeper":{"texts":["x"]}}]}"#,
                json!({"Many": [{"A": "1"}, {"Deeper": {"Texts": ["x"]}}]}),
            ),
            (
                r#"{"any":{"free":[null]}}"#,
                json!({"Any": {"free": [null]}}),
            ),
            // A value of another type than the model's is the service's: it is passed on.
            (
                r#"{"texts":"a","nested":1,"number":"x"}"#,
                json!({"Texts": "a", "Nested": 1, "Number": "x"}),
            ),
            (r#"{"asked":"a"}"#, json!({"Asked": "a"})),
        ] {
            assert_eq!(read(&model, &[], body), expected, "{protocol} {body}");
        }
    }
}

#[test]
fn xml_bodies_become_results() {
    let cases = [
        (
            "<text>a&lt;&#x20AC;</text><other>b</other><DBName/>",
            json!({"Text": "a<€", "Renamed": "b", "DbName": ""}),
        ),
        (
            "<new>1</new><text><![CDATA[<x>]]></text>",
            json!({"Text": "<x>"}),
        ),
        ("<!-- c --><text>a<!-- c -->b</text>", json!({"Text": "ab"})),
        (
            "<number> 1 </number><share>0.5</share><flag>true</flag>",
            json!({"Number": 1, "Share": 0.5, "Flag": true}),
        ),
        (
            "<share>NaN</share><number>many</number>",
            json!({"Share": "NaN", "Number": "many"}),
        ),
        ("<bytes>aGVsbG8=</bytes>", json!({"Bytes": "hello"})),
        (
            "<time>2026-11-25T12:00:00.500Z</time>",
            json!({"Time": "2026-11-25T12:00:00.5Z"}),
        ),
        (
            "<time>Wed, 25 Nov 2026 12:00:00 GMT</time>",
            json!({"Time": "2026-11-25T12:00:00Z"}),
        ),
        (
            "<time>Wed, 25 Nov 2026 12:00:00.250 GMT</time>",
            json!({"Time": "2026-11-25T12:00:00.25Z"}),
        ),
        (
            "<time>1795608000</time>",
            json!({"Time": "2026-11-25T12:00:00Z"}),
        ),
        (
            "<texts><member>a</member><member/></texts>",
            json!({"Texts": ["a", ""]}),
        ),
        ("<texts/>", json!({"Texts": []})),
        ("<named><entry>a</entry></named>", json!({"Named": ["a"]})),
        (
            "<flat>a</flat><text>x</text><flat>b</flat>",
            json!({"Text": "x", "Flat": ["a", "b"]}),
        ),
        ("<item>a</item>", json!({"FlatNamed": ["a"]})),
        (
            "<map><entry><key>k</key><value>v</value></entry></map>",
            json!({"Map": {"k": "v"}}),
        ),
        (
            "<namedMap><entry><K>k</K><V>v</V></entry></namedMap>",
            json!({"NamedMap": {"k": "v"}}),
        ),
        (
            "<flatMap><key>k</key><value>v</value></flatMap>",
            json!({"FlatMap": {"k": "v"}}),
        ),
        ("<map><entry><key>k</key></entry></map>", json!({"Map": {}})),
        (
            "<nested xmlns:xsi=\"http://a/\" xsi:kind=\"K\"><a>1</a></nested>",
            json!({"Nested": {"A": "1", "Kind": "K"}}),
        ),
        (
            "<many><member><a>1</a></member><member/></many>",
            json!({"Many": [{"A": "1"}, {}]}),
        ),
        ("<asked>a</asked>", json!({"Asked": "a"})),
    ];
    for protocol in ["rest-xml", "ec2", "query"] {
        let model = model(
            protocol,
            &json!({"method": "POST", "requestUri": "/"}),
            &shapes(),
        );
        assert_eq!(read(&model, &[], ""), json!({}));
        for (content, expected) in &cases {
            let body = match protocol {
                "query" => format!(
                    "<DoResponse xmlns=\"http://b/\"><DoResult>{content}</DoResult><ResponseMetadata/></DoResponse>"
                ),
                _ => format!(
                    "<?xml version=\"1.0\"?>\n<DoResponse xmlns=\"http://b/\">{content}</DoResponse>"
                ),
            };
            assert_eq!(&read(&model, &[], &body), expected, "{protocol} {body}");
        }
    }
}

#[test]
fn headers_and_the_status_become_results() {
    let at = |shape: &str, location: &str, name: &str| json!({"shape": shape, "location": location, "locationName": name});
    let mut members = json!({
        "Text": at("Text", "header", "X-Text"), "Number": at("Number", "header", "X-Number"), "Flag": at("Flag", "header", "X-Flag"),
        "Time": at("Time", "header", "Last-Modified"), "Items": at("Texts", "header", "X-Items"), "Times": at("Times", "header", "X-Times"),
        "Json": at("Text", "header", "X-Json"), "Meta": at("TextMap", "headers", "X-Meta-"), "Status": at("Number", "statusCode", ""),
    });
    members["Json"]["jsonvalue"] = json!(true);
    let shapes = json!({
        "Out": {"type": "structure", "members": members},
        "Times": {"type": "list", "member": {"shape": "Time"}},
    });
    let model = model(
        "rest-json",
        &json!({"method": "GET", "requestUri": "/"}),
        &shapes,
    );
    let none = json!({"Meta": {}, "Status": 200});
    assert_eq!(read(&model, &[], ""), none);
    for (pairs, expected) in [
        (
            &[("x-text", "a"), ("x-number", "3"), ("x-flag", "true")][..],
            json!({"Text": "a", "Number": 3, "Flag": true}),
        ),
        (
            &[("last-modified", "Wed, 25 Nov 2026 12:00:00 GMT")],
            json!({"Time": "2026-11-25T12:00:00Z"}),
        ),
        (
            &[("x-items", "a, b ,\"c,d\", \"e\\\"f\"")],
            json!({"Items": ["a", "b", "c,d", "e\"f"]}),
        ),
        (
            &[(
                "x-times",
                "Wed, 25 Nov 2026 12:00:00 GMT, Thu, 26 Nov 2026 12:00:00 GMT",
            )],
            json!({"Times": ["2026-11-25T12:00:00Z", "2026-11-26T12:00:00Z"]}),
        ),
        (
            &[("x-times", "2026-11-25T12:00:00Z, 2026-11-26T12:00:00Z")],
            json!({"Times": ["2026-11-25T12:00:00Z", "2026-11-26T12:00:00Z"]}),
        ),
        (&[("x-json", "eyJhIjoxfQ==")], json!({"Json": "{\"a\":1}"})),
        (&[("x-json", "no base64")], json!({"Json": "no base64"})),
        (
            &[("x-meta-a", "1"), ("x-meta-b-c", "2"), ("x-other", "3")],
            json!({"Meta": {"a": "1", "b-c": "2"}}),
        ),
    ] {
        let mut all = none.clone();
        all.as_object_mut()
            .expect("an object")
            .extend(expected.as_object().expect("an object").clone());
        assert_eq!(read(&model, pairs, ""), all, "{pairs:?}");
    }
}

#[test]
fn a_payload_is_the_whole_body() {
    for (protocol, shape, body, expected) in [
        ("rest-json", "Bytes", "x", json!({"Body": "x"})),
        ("rest-json", "Text", "x", json!({"Body": "x"})),
        (
            "rest-json",
            "Nested",
            r#"{"a":"x"}"#,
            json!({"Body": {"A": "x"}}),
        ),
        ("rest-json", "Nested", "", json!({})),
        ("rest-json", "Any", "[1]", json!({"Body": [1]})),
        (
            "rest-xml",
            "Nested",
            "<Any><a>x</a></Any>",
            json!({"Body": {"A": "x"}}),
        ),
        ("rest-xml", "Bytes", "<", json!({"Body": "<"})),
    ] {
        let model = model(
            protocol,
            &json!({"method": "GET", "requestUri": "/"}),
            &json!({
                "Out": {"type": "structure", "payload": "Body", "members": {"Body": {"shape": shape}}},
                "Nested": {"type": "structure", "members": {"a": {"shape": "Text"}}},
            }),
        );
        assert_eq!(read(&model, &[], body), expected, "{protocol} {shape}");
    }
}

#[test]
fn bodies_of_another_format_are_errors() {
    for (protocol, body) in [
        ("json", "<html></html>"),
        ("json", "[1"),
        ("json", "[]"),
        ("rest-json", "\"text\""),
        ("rest-xml", "{}"),
        ("rest-xml", "<a>"),
        ("query", "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>"),
        ("ec2", "<a></b>"),
        ("json", "\u{feff}{}"),
    ] {
        let model = model(
            protocol,
            &json!({"method": "POST", "requestUri": "/"}),
            &shapes(),
        );
        let error = response(
            &model,
            operation(&model),
            Naming::Sdk,
            200,
            &headers(&[]),
            body.as_bytes(),
        );
        let error = error.expect_err(body).to_string();
        assert!(
            error.starts_with("Unable to unmarshall response ("),
            "{protocol} {body}: {error}"
        );
    }
}

#[test]
fn deep_responses_overflow_no_stack() {
    let levels = 200_000;
    for protocol in ["json", "rest-json", "rest-xml", "query", "ec2"] {
        let model = model(
            protocol,
            &json!({"method": "POST", "requestUri": "/"}),
            &shapes(),
        );
        let is_json = protocol.ends_with("json");
        let (open, close) = if is_json {
            ("{\"deeper\":", "}")
        } else {
            ("<deeper>", "</deeper>")
        };
        for levels in [100, levels] {
            let inner = format!(
                "{}{}{}",
                open.repeat(levels),
                if is_json { "{}" } else { "" },
                close.repeat(levels)
            );
            let body = if is_json {
                format!("{{\"nested\":{inner}}}")
            } else {
                format!("<DoResponse><DoResult><nested>{inner}</nested></DoResult></DoResponse>")
            };
            // Whether it can be read is not important here.
            let result = response(
                &model,
                operation(&model),
                Naming::Sdk,
                200,
                &headers(&[]),
                body.as_bytes(),
            );
            assert!(levels == 100 || result.is_err() || !is_json, "{protocol}");
        }
    }
}
