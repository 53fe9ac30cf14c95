//! Tests of error responses: their codes, names and messages, in JSON and in XML.

use serde_json::json;

use super::{headers, model};
use crate::models::ServiceModel;
use crate::protocol::{ApiError, api_error};

fn tested(protocol: &str) -> ServiceModel {
    model(
        protocol,
        &json!({"method": "POST", "requestUri": "/"}),
        &json!({
            "NotFoundFault": {"type": "structure", "exception": true, "error": {"code": "NotFound"}},
            "BusyException": {"type": "structure", "exception": true},
        }),
    )
}

/// Returns the code, the name of the modeled error, the message and the request ID.
fn parts(error: &ApiError) -> (&str, &str, &str, &str) {
    (
        &error.code,
        error.name.as_deref().unwrap_or("-"),
        &error.message,
        &error.request_id,
    )
}

#[test]
fn errors_in_json_have_their_code_in_a_header_or_the_body() {
    for protocol in ["json", "rest-json"] {
        let model = tested(protocol);
        for (pairs, body, expected) in [
            (
                &[("x-amzn-requestid", "ID")][..],
                r#"{"__type":"BusyException","message":"m"}"#,
                ("BusyException", "BusyException", "m", "ID"),
            ),
            (
                &[],
                r#"{"__type":"com.amazon.coral#BusyException","Message":"m"}"#,
                ("BusyException", "BusyException", "m", "null"),
            ),
            (
                &[],
                r#"{"__type":"BusyException:http://internal/"}"#,
                ("BusyException", "BusyException", "null", "null"),
            ),
            (
                &[],
                r#"{"code":"a.b#BusyException:http://c#d","errorMessage":"m"}"#,
                ("BusyException", "BusyException", "m", "null"),
            ),
            (
                &[("x-amzn-errortype", "BusyException:http://internal/")],
                r#"{"__type":"Other"}"#,
                ("BusyException", "BusyException", "null", "null"),
            ),
            (
                &[("x-amzn-errortype", "aws.x#BusyException")],
                "",
                ("BusyException", "BusyException", "null", "null"),
            ),
            // The error's name instead of its code.
            (
                &[],
                r#"{"__type":"NotFoundFault"}"#,
                ("NotFoundFault", "NotFoundFault", "null", "null"),
            ),
            (
                &[],
                r#"{"__type":"NotFound"}"#,
                ("NotFound", "NotFoundFault", "null", "null"),
            ),
            (
                &[],
                r#"{"__type":"Unmodeled","message":"m"}"#,
                ("Unmodeled", "-", "m", "null"),
            ),
            // A service that had awsQuery before reports its code of then.
            (
                &[("x-amzn-query-error", "AWS.Old.Code;Sender")],
                r#"{"__type":"x#BusyException"}"#,
                ("AWS.Old.Code", "BusyException", "null", "null"),
            ),
            (
                &[("x-amz-request-id", "S3")],
                "{}",
                ("503", "-", "null", "S3"),
            ),
            (
                &[],
                "<html>Bad gateway</html>",
                ("503", "-", "null", "null"),
            ),
            (&[], "[1]", ("503", "-", "null", "null")),
            (
                &[],
                r#"{"__type":7,"message":{}}"#,
                ("503", "-", "null", "null"),
            ),
        ] {
            let error = api_error(&model, 503, &headers(pairs), body.as_bytes());
            assert_eq!(parts(&error), expected, "{protocol} {pairs:?} {body}");
            assert_eq!(error.status, 503);
        }
    }
}

#[test]
fn errors_in_xml_may_be_wrapped() {
    for protocol in ["rest-xml", "query", "ec2"] {
        let model = tested(protocol);
        let error =
            "<Error><Type>Sender</Type><Code>NotFound</Code><Message>a &amp; b</Message></Error>";
        let found = ("NotFound", "NotFoundFault", "a & b", "ID");
        for (body, expected) in [
            (format!("<ErrorResponse xmlns=\"http://a/\">{error}<RequestId>ID</RequestId></ErrorResponse>"), found),
            (format!("<Response><Errors>{error}</Errors><RequestID>ID</RequestID></Response>"), found),
            ("<Error><Code>NotFound</Code><Message>a &amp; b</Message><RequestId>ID</RequestId></Error>".to_owned(), found),
            ("<ErrorResponse><Error><Code>X</Code></Error></ErrorResponse>".to_owned(), ("X", "-", "null", "null")),
            (String::new(), ("404", "-", "null", "null")),
            ("<html><body>Not found</body></html>".to_owned(), ("404", "-", "null", "null")),
            ("{\"__type\":\"NotFound\"}".to_owned(), ("404", "-", "null", "null")),
        ] {
            let error = api_error(&model, 404, &headers(&[]), body.as_bytes());
            assert_eq!(parts(&error), expected, "{protocol} {body}");
        }
    }
}
