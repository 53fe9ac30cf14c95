//! The console over HTTP: headers, passwords, the token of forms, and pages about objects that are
//! missing or cannot be read. The tests in `tests/console` use a browser.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::Ordering;

use serde_json::json;
use stepwright_engine::Engine;
use stepwright_server::{AccessKeys, ConsoleMode};
use ureq::http::Response;

use crate::basic_store::BasicStore;
use crate::html_form::HtmlForm;
use crate::support::{Api, pass};

const PAGES: [&str; 3] = ["/console", "/console/executions", "/console/activities"];
const ACTIONS: [&str; 5] = ["start", "stop", "redrive", "restart", "answer"];

pub(crate) fn console(mode: ConsoleMode) -> Api {
    Api::with(Engine::builder().virtual_time(), |server| {
        server.console(mode)
    })
}

pub(crate) fn header<'r>(response: &'r Response<String>, name: &str) -> &'r str {
    let value = response.headers().get(name);
    value.map_or("", |value| value.to_str().expect("it is text"))
}

/// Returns the text between two texts.
pub(crate) fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let (_, rest) = text.split_once(before).expect("the first text");
    rest.split_once(after).expect("the second text").0
}

/// Returns the token of the forms.
pub(crate) fn form_token(api: &Api) -> String {
    let page = api.send("/console/executions?status=RUNNING", &[], None);
    let text = if page.body().contains("form_token") {
        page
    } else {
        api.send("/console/machine?name=m", &[], None)
    };
    between(text.body(), r#"name="form_token" value=""#, "\"").to_owned()
}

pub(crate) fn query(arn: &str) -> String {
    arn.replace(':', "%3A")
}

#[test]
fn responses_forbid_scripts_frames_and_caches() {
    let api = console(ConsoleMode::On);
    for path in PAGES
        .iter()
        .chain(&["/console/nothing", "/console/execution"])
    {
        let page = api.send(path, &[], None);
        assert!(header(&page, "content-security-policy").starts_with("default-src 'none';"));
        assert_eq!(header(&page, "x-content-type-options"), "nosniff");
        assert_eq!(header(&page, "x-frame-options"), "DENY");
        assert_eq!(header(&page, "referrer-policy"), "same-origin");
        assert_eq!(header(&page, "cache-control"), "no-store");
        assert_eq!(header(&page, "content-type"), "text/html; charset=utf-8");
        for inline in ["<style", " style=", " onclick=", "<script>", "javascript:"] {
            assert!(!page.body().contains(inline), "{path}: {inline}");
        }
    }
}

#[test]
fn a_browser_loads_an_asset_once() {
    let api = console(ConsoleMode::On);
    let page = api.send("/console", &[], None);
    for name in ["report.css", "console.css", "console.js", "icon.svg"] {
        let start = format!("/console/assets/{name}");
        let url = format!("{start}{}", between(page.body(), &start, "\""));
        let asset = api.send(&url, &[], None);
        assert_eq!(asset.status(), 200, "{url}");
        assert!(header(&asset, "cache-control").contains("immutable"));
        assert_eq!(header(&asset, "x-content-type-options"), "nosniff");
        let tag = header(&asset, "etag");
        assert!(url.contains(tag.trim_matches('"')), "{url}: {tag}");
        let again = api.send(&url, &[("if-none-match", tag)], None);
        assert_eq!((again.status().as_u16(), again.body().as_str()), (304, ""));
        let other = api.send(&url, &[("if-none-match", "\"other\"")], None);
        assert_eq!(other.status(), 200);
    }
    assert_eq!(api.send("/console/assets/no.css", &[], None).status(), 404);
}

#[test]
fn unknown_paths_and_parameters_have_pages() {
    let api = console(ConsoleMode::On);
    for (path, status, message) in [
        ("/console/nothing", 404, "there is no page"),
        ("/console/machine", 400, "`name` is missing"),
        ("/console/machine?name=no", 404, "there is no state machine"),
        ("/console/execution", 400, "`arn` is missing"),
        (
            "/console/execution?arn=no",
            404,
            "there is no execution `no`",
        ),
        ("/console/map-run?arn=no", 404, "there is no Map Run"),
        (
            "/console/live/execution?arn=no",
            404,
            "there is no execution",
        ),
        (
            "/console/execution/history.json?arn=no",
            404,
            "there is no execution",
        ),
        (
            "/console/executions?after=no&status=NO",
            200,
            "No execution passes",
        ),
        ("/console/executions?from=no", 200, "This is no time"),
        ("/console/executions?to=31.01.2026", 200, "This is no time"),
        ("/console/stop", 405, "go back to the page of the form"),
    ] {
        let page = api.send(path, &[], None);
        assert_eq!(page.status(), status, "{path}");
        assert!(page.body().contains(message), "{path}: {}", page.body());
    }
    for (path, status) in [("/console", 200), ("/console/nothing", 404)] {
        let url = format!("http://{}{path}", api.address);
        let config = ureq::head(url).config().http_status_as_error(false);
        let mut head = config.build().call().expect("there is an answer");
        assert_eq!(head.status(), status, "{path}");
        let body = head.body_mut().read_to_string();
        assert_eq!(body.expect("it is text"), "", "{path}");
    }
    let root = api.send("/", &[], None);
    assert_eq!(
        (root.status().as_u16(), header(&root, "location")),
        (303, "/console")
    );
}

#[test]
fn texts_of_users_are_escaped() {
    let api = console(ConsoleMode::On);
    let name = "<script>alert(1)</script>";
    let machine = api.create(
        "m",
        &json!({"StartAt": name, "States": {name: {"Type": "Fail", "Error": "<i>", "Cause": "</pre>'\"&"}}}),
    );
    let arn = api.start(&machine, &json!({"</textarea>": name}));
    api.finished(&arn);
    let arn = query(&arn);
    for path in [
        "/console/machine?name=m".to_owned(),
        "/console/machine?name=m&tab=definition".to_owned(),
        format!("/console/machine?name=m&input_of={arn}"),
        format!("/console/execution?arn={arn}"),
        format!("/console/execution?arn={arn}&view=events"),
        format!("/console/execution?arn={arn}&view=data"),
        "/console/executions?error=%3Cscript%3E".to_owned(),
        "/console/machine?name=%3Cscript%3E".to_owned(),
    ] {
        let page = api.send(&path, &[], None);
        assert!(!page.body().contains("<script>"), "{path}");
        assert!(!page.body().contains("<i>"), "{path}");
        assert!(page.body().contains("&lt;"), "{path}");
    }
}

#[test]
fn a_link_cannot_show_a_text_as_a_notice() {
    let api = console(ConsoleMode::On);
    for path in ["/console", "/console/executions"] {
        for text in [
            "Your+session+has+expired",
            "%3Cscript%3E",
            "stopped",
            "stopped-x",
        ] {
            let page = api.send(&format!("{path}?notice={text}"), &[], None);
            assert!(!page.body().contains(r#"class="notice""#), "{path} {text}");
        }
        let page = api.send(&format!("{path}?notice=stopped-2"), &[], None);
        assert!(page.body().contains("2 executions were stopped."), "{path}");
    }
}

#[test]
fn a_page_is_compressed_for_a_client_that_accepts_it() {
    let api = console(ConsoleMode::On);
    let send = |path: &str, accept: &str| {
        let mut stream = TcpStream::connect(&api.address).expect("it listens");
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: {}\r\naccept-encoding: {accept}\r\nconnection: close\r\n\r\n",
            api.address
        );
        stream.write_all(request.as_bytes()).expect("it is sent");
        let mut response = Vec::new();
        stream
            .read_to_end(&mut response)
            .expect("there is an answer");
        let end = response.windows(4).position(|window| window == b"\r\n\r\n");
        let end = end.expect("there are headers");
        let head = String::from_utf8_lossy(&response[..end]).to_lowercase();
        (head, response.split_off(end + 4))
    };
    let (plain_head, plain) = send("/console", "identity");
    assert!(
        plain_head.contains("vary: accept-encoding") && !plain_head.contains("content-encoding")
    );
    let (head, body) = send("/console", "br, gzip;q=0.8");
    assert!(head.contains("content-encoding: gzip"), "{head}");
    assert!(
        head.contains(&format!("content-length: {}", body.len())),
        "{head}"
    );
    assert!(
        body.len() * 3 < plain.len() * 2,
        "{} of {}",
        body.len(),
        plain.len()
    );
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(&body[..])
        .read_to_end(&mut text)
        .expect("it is gzip");
    assert_eq!(text, plain);
    // Assets have tags, and a browser loads them once.
    let start = "/console/assets/console.js";
    let text = String::from_utf8(plain).expect("it is text");
    let url = format!("{start}{}", between(&text, start, "\""));
    assert!(!send(&url, "gzip").0.contains("content-encoding"));
}

#[test]
fn a_form_of_a_server_that_was_restarted_is_shown_again_with_all_that_was_entered() {
    let api = console(ConsoleMode::On);
    let machine = api.create("m", &pass());
    let own = format!("http://{}", api.address);
    let page = format!("{own}/console/machine?name=m");
    let headers = [("Origin", own.as_str()), ("Referer", page.as_str())];
    let body = format!(
        "form_token=old&request=1&stateMachineArn={}&name=typed&input=%7B%22typed%22%3A%221%22%7D",
        query(&machine)
    );
    let refused = api.send("/console/start", &headers, Some(&body));
    assert_eq!(refused.status(), 403);
    assert!(
        refused.body().contains("What you entered"),
        "{}",
        refused.body()
    );
    assert!(refused.body().contains(r#"href="/console/machine?name=m""#));
    let form = HtmlForm::with(refused.body(), "Send it again");
    let started = api.send("/console/start", &headers, Some(&form.body()));
    assert_eq!(started.status(), 303, "{}", started.body());
    let described = api.finished(&format!(
        "{}:typed",
        machine.replace("stateMachine", "execution")
    ));
    assert_eq!(described["input"], r#"{"typed":"1"}"#);
    // A page elsewhere is no way back.
    for referrer in [
        "https://elsewhere.test/console",
        &format!("{own}/other"),
        "x",
    ] {
        let headers = [("Origin", own.as_str()), ("Referer", referrer)];
        let refused = api.send("/console/start", &headers, Some(&body));
        assert!(!refused.body().contains("Back to the page"), "{referrer}");
    }
}

#[test]
fn a_form_that_starts_an_execution_and_is_sent_twice_starts_one() {
    let api = console(ConsoleMode::On);
    let machine = api.create("m", &pass());
    let page = api.send("/console/machine?name=m", &[], None);
    let form = HtmlForm::with(page.body(), "Input, as JSON");
    let send = |form: &HtmlForm| {
        let sent = api.send("/console/start", &[], Some(&form.body()));
        assert_eq!(sent.status(), 303, "{}", sent.body());
        header(&sent, "location").to_owned()
    };
    let started = send(&form);
    assert_eq!(send(&form), started);
    let changed = form.enter("input", r#"{"changed": true}"#);
    assert_ne!(send(&changed), started);
    let listed = api.call("ListExecutions", json!({"stateMachineArn": machine}));
    assert_eq!(listed["executions"].as_array().map(Vec::len), Some(2));
    for part in [
        "/console/start",
        "/console/stop",
        "/console/answer",
        "/console/confirm",
    ] {
        let page = api.send("/console/machine?name=m", &[], None);
        let page = page.into_body() + api.send("/console/executions", &[], None).body();
        let forms = page
            .split("<form")
            .filter(|form| form.contains(&format!("action=\"{part}\"")));
        for form in forms {
            // The first button is disabled, so that Enter in a field sends nothing.
            let button = form.split("<button").nth(1).expect("it has a button");
            assert!(
                button.contains(" disabled") && button.contains(" hidden"),
                "{form}"
            );
        }
    }
}

#[test]
fn a_form_needs_the_token_of_its_server() {
    let api = console(ConsoleMode::On);
    let machine = api.create("m", &pass());
    let token = form_token(&api);
    for action in ACTIONS {
        for body in [
            "",
            "form_token=",
            "form_token=0123",
            &format!("form_token={token}0"),
        ] {
            let page = api.send(&format!("/console/{action}"), &[], Some(body));
            assert_eq!(page.status(), 403, "{action} {body}");
        }
    }
    let body = format!(
        "form_token={token}&stateMachineArn={}&name=a",
        query(&machine)
    );
    let started = api.send("/console/start", &[], Some(&body));
    assert_eq!(started.status(), 303, "{}", started.body());
    let page = api.send(header(&started, "location"), &[], None);
    assert_eq!(page.status(), 200);
    // The same name with another input.
    let page = api.send("/console/start", &[], Some(&format!("{body}&input=1")));
    assert_eq!(page.status(), 400);
    assert!(
        page.body().contains("ExecutionAlreadyExists"),
        "{}",
        page.body()
    );
    let page = api.send("/console/start", &[], Some(&format!("{body}b&input=%7B")));
    assert_eq!(page.status(), 400);
    assert!(
        page.body().contains("InvalidExecutionInput"),
        "{}",
        page.body()
    );
}

#[test]
fn a_form_is_accepted_only_from_a_page_of_the_console() {
    let api = console(ConsoleMode::On);
    let machine = api.create("m", &pass());
    let form = format!(
        "form_token={}&stateMachineArn={}",
        form_token(&api),
        query(&machine)
    );
    let send = |headers: &[(&str, &str)]| {
        let answer = api.send("/console/start", headers, Some(&form));
        answer.status().as_u16()
    };
    let own = format!("http://{}", api.address);
    // Another port of this machine is the same site, but another origin.
    for headers in [
        [("Origin", "http://localhost:3000"), ("X-None", "")],
        [("Origin", own.as_str()), ("Sec-Fetch-Site", "same-site")],
        [("Origin", own.as_str()), ("Sec-Fetch-Site", "cross-site")],
    ] {
        assert_eq!(send(&headers), 403, "{headers:?}");
    }
    assert_eq!(
        send(&[("Origin", &own), ("Sec-Fetch-Site", "same-origin")]),
        303
    );
    assert_eq!(send(&[]), 303);
}

#[test]
fn a_read_only_console_has_no_forms() {
    let api = console(ConsoleMode::ReadOnly);
    let machine = api.create("m", &pass());
    let arn = api.start(&machine, &json!({}));
    let execution = format!("/console/execution?arn={}", query(&arn));
    for path in PAGES.iter().chain(&["/console/machine?name=m", &execution]) {
        let page = api.send(path, &[], None);
        assert_eq!(page.status(), 200, "{path}");
        assert!(!page.body().contains(r#"method="post""#), "{path}");
        assert!(!page.body().contains("form_token"), "{path}");
    }
    for action in ACTIONS {
        let page = api.send(&format!("/console/{action}"), &[], Some("arn=x"));
        assert!([404, 405].contains(&page.status().as_u16()), "{action}");
    }
}

#[test]
fn the_password_is_an_access_key() {
    let keys = AccessKeys::new().key("ID", "a:secret");
    let api = Api::with(Engine::builder().virtual_time(), |server| {
        server.console(ConsoleMode::On).access_keys(keys)
    });
    let paths = PAGES.iter();
    let paths = paths.chain(&["/console/assets/console.js", "/console/live", "/console/no"]);
    for path in paths {
        // `ID:wrong`, `other:a:secret`, no colon, no base64, another scheme.
        for credentials in [
            "Basic SUQ6d3Jvbmc=",
            "Basic b3RoZXI6YTpzZWNyZXQ=",
            "Basic SUQ=",
            "Basic !",
            "Bearer SUQ6YTpzZWNyZXQ=",
        ] {
            let page = api.send(path, &[("authorization", credentials)], None);
            assert_eq!(page.status(), 401, "{path} {credentials}");
            assert_eq!(header(&page, "cache-control"), "no-store");
        }
        let page = api.send(path, &[], None);
        assert!(header(&page, "www-authenticate").starts_with("Basic realm="));
    }
    // `ID:a:secret`
    let right = [("authorization", "basic SUQ6YTpzZWNyZXQ=")];
    assert_eq!(api.send("/console", &right, None).status(), 200);
    // With the password, a form still needs its token.
    let page = api.send("/console/stop", &right, Some("arn=x"));
    assert_eq!(page.status(), 403);
}

#[test]
fn a_server_without_a_console_has_no_pages() {
    let api = console(ConsoleMode::Off);
    for path in PAGES.iter().chain(&["/console/assets/console.js"]) {
        assert_eq!(api.send(path, &[], None).status(), 404, "{path}");
    }
}

#[test]
fn pages_report_a_store_that_cannot_be_read() {
    let store = BasicStore::default();
    let builder = Engine::builder().virtual_time().store(store.clone());
    let api = Api::with(builder, |server| server.console(ConsoleMode::On));
    let machine = api.create("m", &pass());
    let arn = api.start(&machine, &json!({}));
    api.finished(&arn);
    store.has_no_lists.store(true, Ordering::SeqCst);
    for path in ["/console", "/console/executions", "/console/machine?name=m"] {
        let page = api.send(path, &[], None);
        assert_eq!(page.status(), 503, "{path}");
        assert!(page.body().contains("The store cannot be read"), "{path}");
        assert!(page.body().contains("the disk is broken"), "{path}");
    }
}

/// Returns the names of the executions on a page of the list, and the address of the next page.
fn listed(api: &Api, path: &str) -> (Vec<String>, Option<String>) {
    let page = api.send(path, &[], None);
    assert_eq!(page.status(), 200, "{}", page.body());
    let rows = page.body().split(r#"<th scope="row"><a href=""#).skip(1);
    let names = rows.map(|row| between(row, ">", "<").to_owned()).collect();
    let links = page.body().split(r#"<a class="button" rel="next" href=""#);
    let next = links.skip(1).map(|link| {
        let (href, _) = link.split_once('"').expect("it has an end");
        href.replace("&amp;", "&")
    });
    (names, next.into_iter().next())
}

#[test]
fn all_pages_of_a_filter_by_text_have_each_matching_execution_once() {
    let api = console(ConsoleMode::ReadOnly);
    let machine = api.create("m", &pass());
    let mut expected = Vec::new();
    for number in 0..130 {
        let word = if number % 2 == 0 { "even" } else { "odd" };
        let arn = api.start(&machine, &json!({ "word": word }));
        api.finished(&arn);
        if number % 2 == 0 {
            expected.push(arn.rsplit(':').next().expect("a name").to_owned());
        }
    }
    expected.reverse();
    let mut found = Vec::new();
    let mut next = Some("/console/executions?text=even".to_owned());
    let mut pages = 0;
    while let Some(path) = next {
        let (names, following) = listed(&api, &path);
        assert!(names.len() <= 50);
        found.extend(names);
        next = following;
        pages += 1;
    }
    assert_eq!(found, expected);
    assert_eq!(pages, 2);
}
