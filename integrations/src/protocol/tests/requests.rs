//! Tests of requests in each protocol: paths, queries, headers, bodies and wrong parameters.

use serde_json::{Value as Json, json};

use super::{model, operation};
use crate::models::ServiceModel;
use crate::protocol::{ApiRequest, InvalidParameter, encoded, request};

const TOKEN: &str = "11111111-2222-3333-4444-555555555555";

fn write(model: &ServiceModel, parameters: &Json) -> Result<ApiRequest, InvalidParameter> {
    request(model, operation(model), parameters, TOKEN)
}

/// The path with the query, the headers in the order of their names, and the body.
fn parts(request: &ApiRequest) -> (String, Vec<String>, String) {
    let query: Vec<_> = request
        .query
        .iter()
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
        .collect();
    let separator = if query.is_empty() { "" } else { "?" };
    let mut headers: Vec<_> = request
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    headers.sort();
    let body = String::from_utf8_lossy(&request.body).into_owned();
    (
        format!("{}{separator}{}", request.path, query.join("&")),
        headers,
        body,
    )
}

/// Checks the body for each of the parameters.
fn check_bodies(model: &ServiceModel, cases: &[(Json, &str)]) {
    for (parameters, expected) in cases {
        let written =
            write(model, parameters).unwrap_or_else(|error| panic!("{parameters}: {error}"));
        assert_eq!(parts(&written).2, *expected, "{parameters}");
    }
}

/// Checks the path with the query and the headers, without the type of the body, for each of the
/// parameters.
fn check_heads(model: &ServiceModel, cases: &[(Json, &str, &[&str])]) {
    for (parameters, uri, expected) in cases {
        let written =
            write(model, parameters).unwrap_or_else(|error| panic!("{parameters}: {error}"));
        let (written_uri, mut headers, _) = parts(&written);
        headers.retain(|header| !header.starts_with("content-type"));
        assert_eq!(
            (written_uri.as_str(), headers),
            (*uri, expected.iter().map(|one| (*one).to_owned()).collect()),
            "{parameters}"
        );
    }
}

/// The members that all protocols can have.
fn common_shapes() -> Json {
    json!({
        "In": {"type": "structure", "members": {
            "text": {"shape": "Text"}, "renamed": {"shape": "Text", "locationName": "other"},
            "number": {"shape": "Number"}, "share": {"shape": "Share"}, "flag": {"shape": "Flag"}, "bytes": {"shape": "Bytes"},
            "time": {"shape": "Time"}, "epoch": {"shape": "Time", "timestampFormat": "unixTimestamp"},
            "iso": {"shape": "IsoTime"}, "date": {"shape": "Time", "timestampFormat": "rfc822"},
            "texts": {"shape": "Texts"}, "named": {"shape": "NamedTexts"},
            "flat": {"shape": "FlatTexts"}, "flatNamed": {"shape": "Texts", "flattened": true, "locationName": "item"},
            "map": {"shape": "TextMap"}, "namedMap": {"shape": "NamedMap"}, "flatMap": {"shape": "FlatMap"},
            "nested": {"shape": "Nested"}, "many": {"shape": "ManyNested"}, "any": {"shape": "Any"},
            "token": {"shape": "Text", "idempotencyToken": true},
        }},
        "IsoTime": {"type": "timestamp", "timestampFormat": "iso8601"},
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
fn json_bodies_have_the_names_of_the_api() {
    let model = model(
        "json",
        &json!({"method": "POST", "requestUri": "/"}),
        &common_shapes(),
    );
    let token = format!(r#","token":"{TOKEN}""#);
    let with_token = |text: &str| text.replace(",TOKEN", &token);
    for (parameters, expected) in [
        (
            json!({"Text": "é\"", "Renamed": "b"}),
            r#"{"text":"é\"","other":"b",TOKEN}"#,
        ),
        // The names of optimized integrations and of the SDK; a null counts as missing.
        (
            json!({"Number": 1, "Share": 1.5, "Flag": false, "Text": null}),
            r#"{"number":1,"share":1.5,"flag":false,TOKEN}"#,
        ),
        (
            json!({"Number": "12", "Share": "0.5", "Flag": "true"}),
            r#"{"number":12,"share":0.5,"flag":true,TOKEN}"#,
        ),
        (json!({"Share": "NaN"}), r#"{"share":"NaN",TOKEN}"#),
        (json!({"Bytes": "hello"}), r#"{"bytes":"aGVsbG8=",TOKEN}"#),
        (
            json!({"Time": "2026-11-25T12:00:00+01:00", "Epoch": 1.5, "Iso": 0, "Date": 0}),
            r#"{"time":1795604400,"epoch":1.5,"iso":"1970-01-01T00:00:00Z","date":"Thu, 01 Jan 1970 00:00:00 GMT",TOKEN}"#,
        ),
        (
            json!({"Texts": [], "Map": {}, "Nested": {}}),
            r#"{"texts":[],"map":{},"nested":{},TOKEN}"#,
        ),
        // XML's names and flattening have no meaning in JSON.
        (
            json!({"Named": ["a"], "Flat": ["b"], "FlatMap": {"k": "v"}}),
            r#"{"named":["a"],"flat":["b"],"flatMap":{"k":"v"},TOKEN}"#,
        ),
        (
            json!({"Many": [{"A": "1"}, {"Deeper": {"Texts": ["2"]}}]}),
            r#"{"many":[{"a":"1"},{"deeper":{"texts":["2"]}}],TOKEN}"#,
        ),
        (
            json!({"Any": {"Free": [1, null]}}),
            r#"{"any":{"Free":[1,null]},TOKEN}"#,
        ),
    ] {
        check_bodies(&model, &[(parameters, &with_token(expected))]);
    }
    check_bodies(&model, &[(json!({"Token": "mine"}), r#"{"token":"mine"}"#)]);
    let (uri, headers, _) = parts(&write(&model, &Json::Null).expect("it has no parameters"));
    assert_eq!(uri, "/");
    assert_eq!(
        headers,
        [
            "content-type: application/x-amz-json-1.1",
            "x-amz-target: Tested.Do"
        ]
    );
}

#[test]
fn forms_number_the_items_of_lists_and_the_entries_of_maps() {
    let model = model(
        "query",
        &json!({"method": "POST", "requestUri": "/"}),
        &common_shapes(),
    );
    for (parameters, expected) in [
        (
            json!({"Text": "a b&é", "Renamed": "c"}),
            "text=a%20b%26%C3%A9&other=c",
        ),
        (
            json!({"Number": 1, "Share": 1.5, "Flag": true, "Bytes": "hello"}),
            "number=1&share=1.5&flag=true&bytes=aGVsbG8%3D",
        ),
        (
            json!({"Time": 0, "Epoch": 0, "Date": 0}),
            "time=1970-01-01T00%3A00%3A00Z&epoch=0&date=Thu%2C%2001%20Jan%201970%2000%3A00%3A00%20GMT",
        ),
        (
            json!({"Texts": ["a", "b"]}),
            "texts.member.1=a&texts.member.2=b",
        ),
        (json!({"Named": ["a"]}), "named.entry.1=a"),
        (json!({"Flat": ["a", "b"]}), "flat.1=a&flat.2=b"),
        (json!({"FlatNamed": ["a"]}), "item.1=a"),
        (json!({"Texts": []}), "texts="),
        (
            json!({"Map": {"x": "1", "y": "2"}}),
            "map.entry.1.key=x&map.entry.1.value=1&map.entry.2.key=y&map.entry.2.value=2",
        ),
        (
            json!({"NamedMap": {"x": "1"}}),
            "namedMap.entry.1.K=x&namedMap.entry.1.V=1",
        ),
        (
            json!({"FlatMap": {"x": "1"}}),
            "flatMap.1.key=x&flatMap.1.value=1",
        ),
        (
            json!({"Many": [{"Texts": ["a"]}, {"Deeper": {"A": "b"}}]}),
            "many.member.1.texts.member.1=a&many.member.2.deeper.a=b",
        ),
    ] {
        let all = format!("Action=Do&Version=2026-11-25&{expected}&token={TOKEN}");
        check_bodies(&model, &[(parameters, &all)]);
    }
}

#[test]
fn forms_of_ec2_have_capital_names_and_flat_lists() {
    let mut shapes = common_shapes();
    shapes["In"]["members"]["special"] =
        json!({"shape": "Text", "locationName": "special", "queryName": "queryOnly"});
    let model = model(
        "ec2",
        &json!({"method": "POST", "requestUri": "/"}),
        &shapes,
    );
    for (parameters, expected) in [
        (
            json!({"Text": "a", "Renamed": "b", "Special": "c"}),
            "&Text=a&Other=b&queryOnly=c",
        ),
        (
            json!({"Texts": ["a", "b"], "Named": ["c"]}),
            "&Texts.1=a&Texts.2=b&Named.1=c",
        ),
        (json!({"Texts": []}), ""),
        (json!({"Many": [{"A": "1"}]}), "&Many.1.A=1"),
    ] {
        let all = format!("Action=Do&Version=2026-11-25{expected}&Token={TOKEN}");
        check_bodies(&model, &[(parameters, &all)]);
    }
}

#[test]
fn xml_bodies_have_attributes_namespaces_and_flat_members() {
    let mut shapes = common_shapes();
    shapes["In"]["members"]["spaced"] =
        json!({"shape": "Nested", "xmlNamespace": {"prefix": "xsi", "uri": "http://a/\"b"}});
    shapes["In"]["members"]["spacedShape"] = json!({"shape": "Spaced"});
    shapes["Spaced"] = shapes["Nested"].clone();
    shapes["Spaced"]["xmlNamespace"] = json!({"prefix": "xsi", "uri": "http://c/"});
    shapes["In"]["members"]
        .as_object_mut()
        .expect("members")
        .remove("token");
    let model = model(
        "rest-xml",
        &json!({"method": "PUT", "requestUri": "/x"}),
        &shapes,
    );
    check_bodies(
        &model,
        &[
            (
                json!({"Text": "a<b>&\"\r\n", "Renamed": "c"}),
                "<Do><text>a&lt;b&gt;&amp;&quot;&#xD;&#xA;</text><other>c</other></Do>",
            ),
            (
                json!({"Number": 1, "Share": 0.5, "Flag": true, "Bytes": "hello"}),
                "<Do><number>1</number><share>0.5</share><flag>true</flag><bytes>aGVsbG8=</bytes></Do>",
            ),
            (
                json!({"Time": 0, "Epoch": 0, "Date": 0}),
                "<Do><time>1970-01-01T00:00:00Z</time><epoch>0</epoch><date>Thu, 01 Jan 1970 00:00:00 GMT</date></Do>",
            ),
            (
                json!({"Texts": ["a"], "Named": ["b"]}),
                "<Do><texts><member>a</member></texts><named><entry>b</entry></named></Do>",
            ),
            (
                json!({"Flat": ["a", "b"], "FlatNamed": ["c"]}),
                "<Do><flat>a</flat><flat>b</flat><item>c</item></Do>",
            ),
            (
                json!({"Texts": [], "Nested": {}}),
                "<Do><texts></texts><nested></nested></Do>",
            ),
            (
                json!({"Map": {"k": "v"}}),
                "<Do><map><entry><key>k</key><value>v</value></entry></map></Do>",
            ),
            (
                json!({"NamedMap": {"<": "v"}}),
                "<Do><namedMap><entry><K>&lt;</K><V>v</V></entry></namedMap></Do>",
            ),
            (
                json!({"FlatMap": {"k": "v"}}),
                "<Do><flatMap><key>k</key><value>v</value></flatMap></Do>",
            ),
            (
                json!({"Spaced": {"Kind": "K", "A": "a"}}),
                "<Do><spaced xmlns:xsi=\"http://a/&quot;b\" xsi:kind=\"K\"><a>a</a></spaced></Do>",
            ),
            (
                json!({"SpacedShape": {"Kind": "K"}}),
                "<Do><spacedShape xmlns:xsi=\"http://c/\" xsi:kind=\"K\"></spacedShape></Do>",
            ),
            // Without a member for the body there is none.
            (json!({}), ""),
        ],
    );
}

/// An operation with members in the path, the query and the headers.
fn located_shapes() -> Json {
    let at = |shape: &str, location: &str, name: &str| json!({"shape": shape, "location": location, "locationName": name});
    let mut members = json!({
        "Name": at("Text", "uri", "Name"), "Key": at("Text", "uri", "Key"), "When": at("Time", "uri", "When"),
        "Text": at("Text", "querystring", "t"), "List": at("Texts", "querystring", "l"), "At": at("Time", "querystring", "at"),
        "Flag": at("Flag", "querystring", "f"), "Further": at("TextMap", "querystring", ""),
        "Lists": at("ListMap", "querystring", ""),
        "Header": at("Text", "header", "X-Text"), "Since": at("Time", "header", "X-Since"), "Items": at("Texts", "header", "X-Items"),
        "Json": at("Text", "header", "X-Json"), "Meta": at("TextMap", "headers", "X-Meta-"), "Count": at("Number", "header", "X-Count"),
        "Unix": at("Time", "header", "X-Unix"), "Token": at("Text", "header", "X-Token"),
    });
    members["Json"]["jsonvalue"] = json!(true);
    members["Unix"]["timestampFormat"] = json!("unixTimestamp");
    members["Token"]["idempotencyToken"] = json!(true);
    json!({
        "In": {"type": "structure", "members": members},
        "ListMap": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Texts"}},
    })
}

#[test]
fn parameters_in_the_path_the_query_and_the_headers_are_encoded() {
    let http = json!({"method": "GET", "requestUri": "/v1/{Name}/{When}/{Key+}?fixed&list-type=2"});
    let model = model("rest-json", &http, &located_shapes());
    let with = |more: Json| {
        let mut all = json!({"Name": "n", "When": 0, "Key": "k", "Token": "T"});
        all.as_object_mut()
            .expect("an object")
            .extend(more.as_object().expect("an object").clone());
        all
    };
    let base = "/v1/n/1970-01-01T00%3A00%3A00Z/k?fixed=&list-type=2";
    let query = |more: &str| format!("{base}&{more}");
    check_heads(
        &model,
        &[
            (
                with(json!({"Name": "a/b c%é"})),
                &base.replace("/n/", "/a%2Fb%20c%25%C3%A9/"),
                &["x-token: T"],
            ),
            (
                with(json!({"Key": "a b/c//d?"})),
                &base.replace("/k?", "/a%20b/c//d%3F?"),
                &["x-token: T"],
            ),
            (
                with(json!({"Text": "", "Flag": false})),
                &query("t=&f=false"),
                &["x-token: T"],
            ),
            (
                with(json!({"List": ["a", "b&"], "At": 1})),
                &query("l=a&l=b%26&at=1970-01-01T00%3A00%3A01Z"),
                &["x-token: T"],
            ),
            (with(json!({"List": []})), base, &["x-token: T"]),
            (
                with(json!({"Lists": {"x": ["1", "2"]}})),
                &query("x=1&x=2"),
                &["x-token: T"],
            ),
            // A member wins over the entry of a map.
            (
                with(json!({"Further": {"t": "map", "u": "map"}, "Text": "member"})),
                &query("t=member&u=map"),
                &["x-token: T"],
            ),
            (
                with(json!({"Header": "a", "Since": 0, "Unix": 0, "Count": 3})),
                base,
                &[
                    "x-count: 3",
                    "x-since: Thu, 01 Jan 1970 00:00:00 GMT",
                    "x-text: a",
                    "x-token: T",
                    "x-unix: 0",
                ],
            ),
            (
                with(json!({"Items": ["a", "b,c", "\"d\""]})),
                base,
                &["x-items: a,\"b,c\",\"\\\"d\\\"\"", "x-token: T"],
            ),
            (
                with(json!({"Json": {"a": 1}})),
                base,
                &["x-json: eyJhIjoxfQ==", "x-token: T"],
            ),
            (
                with(json!({"Meta": {"A": "1", "b": 2}})),
                base,
                &["x-meta-a: 1", "x-meta-b: 2", "x-token: T"],
            ),
            (
                with(json!({"Token": null})),
                base,
                &[&format!("x-token: {TOKEN}")],
            ),
        ],
    );
}

#[test]
fn a_missing_part_of_the_path_is_refused() {
    let http = json!({"method": "GET", "requestUri": "/{Name}"});
    let shapes = json!({"In": {"type": "structure", "members": {"Name": {"shape": "Text", "location": "uri", "locationName": "Name"}}}});
    let model = model("rest-json", &http, &shapes);
    for parameters in [json!({}), json!({"Name": ""}), json!({"Name": null})] {
        let error = write(&model, &parameters).expect_err("there is no name");
        assert_eq!(
            error.to_string(),
            "The field 'Name' is required but was missing"
        );
    }
}

#[test]
fn a_payload_is_the_whole_body() {
    let http = json!({"method": "PUT", "requestUri": "/"});
    let payload = |protocol: &str, shape: &str| {
        model(
            protocol,
            &http,
            &json!({
                "In": {"type": "structure", "payload": "Body", "members": {
                    "Body": {"shape": shape, "locationName": "Root", "xmlNamespace": {"uri": "http://a/"}},
                    "Kind": {"shape": "Text", "location": "header", "locationName": "Content-Type"},
                }},
                "Nested": {"type": "structure", "members": {"a": {"shape": "Text"}}},
            }),
        )
    };
    for (protocol, shape, body, kind, expected) in [
        (
            "rest-json",
            "Bytes",
            json!("\u{e9}"),
            "application/octet-stream",
            "\u{e9}",
        ),
        (
            "rest-json",
            "Bytes",
            json!({"a": 1}),
            "application/octet-stream",
            r#"{"a":1}"#,
        ),
        ("rest-json", "Text", json!("x"), "text/plain", "x"),
        (
            "rest-json",
            "Nested",
            json!({"A": "x"}),
            "application/json",
            r#"{"a":"x"}"#,
        ),
        (
            "rest-json",
            "Any",
            json!({"free": 1}),
            "application/json",
            r#"{"free":1}"#,
        ),
        (
            "rest-json",
            "Texts",
            json!(["x"]),
            "application/json",
            r#"["x"]"#,
        ),
        // A missing structure is an empty one in JSON.
        ("rest-json", "Nested", Json::Null, "application/json", "{}"),
        (
            "rest-xml",
            "Nested",
            json!({"A": "x"}),
            "application/xml",
            r#"<Root xmlns="http://a/"><a>x</a></Root>"#,
        ),
        (
            "rest-xml",
            "Bytes",
            json!("x"),
            "application/octet-stream",
            "x",
        ),
    ] {
        let model = payload(protocol, shape);
        let (_, headers, written) =
            parts(&write(&model, &json!({"Body": body})).expect("it is valid"));
        assert_eq!(
            (headers, written.as_str()),
            (vec![format!("content-type: {kind}")], expected),
            "{protocol} {shape}"
        );
        let other = write(&model, &json!({"Body": body, "Kind": "own"})).expect("it is valid");
        assert_eq!(parts(&other).1, ["content-type: own"]);
    }
    for (protocol, shape) in [
        ("rest-xml", "Nested"),
        ("rest-json", "Bytes"),
        ("rest-json", "Text"),
    ] {
        let (_, headers, body) =
            parts(&write(&payload(protocol, shape), &json!({})).expect("it is valid"));
        assert!(headers.is_empty() && body.is_empty(), "{protocol} {shape}");
    }
}

#[test]
fn a_prefix_of_the_host_has_values_of_parameters() {
    let mut file = json!({
        "metadata": {"protocol": "json"},
        "operations": {"Do": {"input": {"shape": "In"}, "endpoint": {"hostPrefix": "{account}.data-"}}},
        "shapes": {"In": {"type": "structure", "members": {"account": {"shape": "T"}}}, "T": {"type": "string"}},
    });
    file["operations"]["Do"]["http"] = json!({"method": "POST", "requestUri": "/"});
    let model = crate::models::of_json(&file).expect("the model of the test is valid");
    let written = write(&model, &json!({"Account": "12"})).expect("it is valid");
    assert_eq!(
        (written.host_prefix.as_str(), parts(&written).2.as_str()),
        ("12.data-", r#"{"account":"12"}"#)
    );
    let missing = write(&model, &json!({})).expect_err("there is no account");
    assert_eq!(
        missing.to_string(),
        "The field 'account' is required but was missing"
    );
}

#[test]
fn wrong_parameters_are_refused_with_their_name() {
    for protocol in ["json", "query", "ec2", "rest-json", "rest-xml"] {
        let model = model(
            protocol,
            &json!({"method": "POST", "requestUri": "/"}),
            &common_shapes(),
        );
        for (parameters, expected) in [
            (
                json!({"Nothing": 1}),
                "The field \"Nothing\" is not supported by Step Functions",
            ),
            (
                json!({"Nested": {"B": 1}}),
                "The field \"B\" is not supported by Step Functions",
            ),
            (json!({"Nested": 1}), "must be an object"),
            (json!({"Texts": "a"}), "must be a list"),
            (json!({"Map": []}), "must be an object"),
            (json!([]), "The parameters must be an object"),
        ] {
            let error = write(&model, &parameters)
                .expect_err("it is wrong")
                .to_string();
            assert!(error.contains(expected), "{protocol} {parameters}: {error}");
        }
    }
}

#[test]
fn parameters_that_are_too_deep_are_refused() {
    let mut deep = json!({});
    for _ in 0..600 {
        deep = json!({"Deeper": deep});
    }
    for protocol in ["json", "query", "ec2", "rest-json", "rest-xml"] {
        let model = model(
            protocol,
            &json!({"method": "POST", "requestUri": "/"}),
            &common_shapes(),
        );
        let error = write(&model, &json!({"Nested": deep})).expect_err("it is too deep");
        assert_eq!(
            error.to_string(),
            "The parameters have more than 200 levels",
            "{protocol}"
        );
    }
}
