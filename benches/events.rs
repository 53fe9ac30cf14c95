//! Events per second that the rules of a bus are compared with:
//! `cargo bench -p stepwright-benches --bench events`
//!
//! The bus has 100 rules of all operators. At least 5,000 events per second must be read and
//! matched.

use divan::Bencher;
use divan::counter::ItemsCount;
use stepwright_asl::json::Json;
use stepwright_events::pattern::{EventPattern, PatternSet};

/// Typical events, of about 1 KB each. The values `7` and `eu-central-1` are those that some rules
/// have.
const EVENTS: [&str; 3] = [
    r#"{
        "version": "0", "id": "7bf73129-1428-4cd3-a780-95db273d1602", "detail-type": "OrderPlaced",
        "source": "shop.orders", "account": "123456789012", "time": "2026-12-01T08:00:00Z",
        "region": "eu-central-1", "resources": [],
        "detail": {
            "order": {"id": "order-7", "total": 129.95, "currency": "EUR", "express": true, "coupon": null},
            "customer": {
                "id": "customer-4711", "email": "Jane.Doe@Example.com", "country": "DE",
                "ip": "10.0.7.33", "segments": ["newsletter", "gold", "returning"]
            },
            "items": [
                {"sku": "book-7", "name": "A book", "quantity": 1, "price": 29.95, "tags": ["paper", "gift"]},
                {"sku": "lamp-12", "name": "A lamp", "quantity": 2, "price": 25, "tags": ["electric"]},
                {"sku": "desk-3", "name": "A desk", "quantity": 1, "price": 50, "tags": ["wood", "bulky"]}
            ],
            "shipping": {
                "method": "parcel", "warehouse": "eu-central-1", "estimate": "2026-12-03",
                "address": {"street": "Main Street 7", "city": "Berlin", "postcode": "10115", "country": "DE"}
            },
            "metadata": {"channel": "web", "campaign": "winter-7", "trace": "1-67a1b2c3-0123456789abcdef01234567"}
        }
    }"#,
    r#"{
        "version": "0", "id": "17793124-05d4-b198-2fde-7ededc63b103", "detail-type": "Object Created",
        "source": "aws.s3", "account": "123456789012", "time": "2026-12-01T08:00:00Z",
        "region": "eu-central-1", "resources": ["arn:aws:s3:::uploads-7"],
        "detail": {
            "version": "0", "bucket": {"name": "uploads-7"},
            "object": {
                "key": "customers/4711/photos/summer/beach-7.PNG", "size": 5242880,
                "etag": "b1946ac92492d2347c6235b4d2611184", "version-id": "IYV3p45BT0ac8hjHg1houSdS1a.Mro8e",
                "sequencer": "617f08299329d189"
            },
            "request-id": "N4N7GDK58NMKJ12R", "requester": "123456789012",
            "source-ip-address": "10.0.7.200", "reason": "PutObject"
        }
    }"#,
    r#"{
        "version": "0", "id": "315c1398-40ff-a850-213b-158f73e60175",
        "detail-type": "Step Functions Execution Status Change", "source": "aws.states",
        "account": "123456789012", "time": "2026-12-01T08:00:00Z", "region": "eu-central-1",
        "resources": ["arn:aws:states:eu-central-1:123456789012:execution:orders-7:1b2c3d4e"],
        "detail": {
            "executionArn": "arn:aws:states:eu-central-1:123456789012:execution:orders-7:1b2c3d4e",
            "stateMachineArn": "arn:aws:states:eu-central-1:123456789012:stateMachine:orders-7",
            "name": "1b2c3d4e", "status": "FAILED", "startDate": 1764576000000, "stopDate": 1764576012345,
            "input": "{\"order\": {\"id\": \"order-7\", \"total\": 129.95}, \"customer\": \"customer-4711\"}",
            "output": null, "error": "States.Timeout", "cause": "the task took more than 60 seconds",
            "stateMachineVersionArn": null, "stateMachineAliasArn": null, "redriveCount": 0,
            "redriveStatus": "REDRIVABLE", "redriveStatusReason": null,
            "inputDetails": {"included": true}, "outputDetails": null
        }
    }"#,
];

/// Patterns of rules; `N` is the number of the rule.
const PATTERNS: [&str; 10] = [
    r#"{"source": ["shop.orders"], "detail": {"order": {"id": ["order-N"]}}}"#,
    r#"{"source": [{"prefix": "shop."}], "detail": {"items": {"sku": [{"prefix": "book-"}], "quantity": [{"numeric": [">=", N]}]}}}"#,
    r#"{"detail-type": ["Object Created"], "detail": {"object": {"key": [{"suffix": {"equals-ignore-case": "-N.png"}}], "size": [{"numeric": [">", 0, "<=", 10000000]}]}}}"#,
    r#"{"source": ["aws.s3"], "detail": {"bucket": {"name": ["uploads-N"]}, "object": {"key": [{"wildcard": "customers/*/photos/*.PNG"}]}}}"#,
    r#"{"detail": {"source-ip-address": [{"cidr": "10.0.N.0/24"}], "reason": [{"anything-but": ["CopyObject", "CompleteMultipartUpload"]}]}}"#,
    r#"{"source": ["aws.states"], "detail": {"status": ["FAILED", "TIMED_OUT", "ABORTED"], "stateMachineArn": [{"suffix": ":orders-N"}]}}"#,
    r#"{"detail": {"customer": {"email": [{"equals-ignore-case": "jane.doe@example.com"}], "segments": ["gold"]}, "shipping": {"address": {"street": [{"wildcard": "* N"}]}}}}"#,
    r#"{"detail": {"order": {"coupon": [null], "total": [{"numeric": ["<", N]}]}, "customer": {"country": [{"anything-but": {"prefix": "U"}}]}}}"#,
    r#"{"$or": [{"source": ["aws.s3"]}, {"source": ["shop.orders"]}], "detail": {"$or": [{"bucket": {"name": [{"suffix": "-N"}]}}, {"metadata": {"campaign": [{"suffix": "-N"}]}}]}}"#,
    r#"{"detail": {"error": [{"exists": true}], "output": [{"exists": false}, null], "redriveCount": [0, N]}}"#,
];

const RULES: usize = 100;

fn main() {
    divan::main();
}

fn patterns() -> Vec<EventPattern> {
    let patterns = (0..RULES).map(|rule| {
        let pattern = PATTERNS[rule % PATTERNS.len()].replace('N', &(rule / 10).to_string());
        pattern.parse().expect("a pattern")
    });
    patterns.collect()
}

/// Matches an event and returns how many rules do.
fn count(set: &PatternSet, event: &Json) -> usize {
    set.matches(event).len()
}

/// As a bus receives events: it parses each text.
#[divan::bench]
fn read_and_match_100_rules(bencher: Bencher<'_, '_>) {
    let set = PatternSet::new(&patterns());
    bencher.counter(ItemsCount::new(EVENTS.len())).bench(|| {
        let counts = EVENTS.map(|text| count(&set, &text.parse().expect("an event")));
        assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
        counts
    });
}

#[divan::bench]
fn match_100_rules(bencher: Bencher<'_, '_>) {
    let set = PatternSet::new(&patterns());
    let events: Vec<Json> = EVENTS.map(|text| text.parse().expect("an event")).into();
    bencher
        .counter(ItemsCount::new(EVENTS.len()))
        .bench(|| events.iter().map(|event| count(&set, event)).sum::<usize>());
}

#[divan::bench]
fn compile_100_rules(bencher: Bencher<'_, '_>) {
    bencher.bench(|| PatternSet::new(&patterns()));
}
