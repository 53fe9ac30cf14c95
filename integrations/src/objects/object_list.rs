//! Reads the pages of ListObjectsV2.

use serde_json::{Map, Value as Json};
use stepwright_engine::clock::Timestamp;
use stepwright_engine::objects::{ListedObject, ObjectError};

/// A page of a list.
#[derive(Debug)]
pub(super) struct ListPage {
    pub(super) objects: Vec<ListedObject>,
    /// The token of the next page, unless this is the last one.
    pub(super) next: Option<String>,
}

impl ListPage {
    /// Reads a response, which has the names of optimized integrations.
    pub(super) fn read(members: &Map<String, Json>) -> Result<Self, ObjectError> {
        let is_encoded = text(members, "EncodingType") == Some("url");
        let contents = members.get("Contents").and_then(Json::as_array);
        let objects = contents
            .into_iter()
            .flatten()
            .map(|entry| object(entry, is_encoded))
            .collect::<Result<_, _>>()?;
        let is_truncated = members.get("IsTruncated").and_then(Json::as_bool);
        let next = match is_truncated {
            Some(true) => {
                let token = text(members, "NextContinuationToken");
                let token = token.filter(|token| !token.is_empty());
                Some(token.ok_or_else(|| unreadable("it is truncated and has no token"))?)
            }
            _ => None,
        };
        Ok(Self {
            objects,
            next: next.map(str::to_owned),
        })
    }
}

fn object(entry: &Json, is_encoded: bool) -> Result<ListedObject, ObjectError> {
    let empty = Map::new();
    let members = entry.as_object().unwrap_or(&empty);
    let key = text(members, "Key").ok_or_else(|| unreadable("an object has no key"))?;
    let key = if is_encoded {
        decoded(key)?
    } else {
        key.to_owned()
    };
    let size = members.get("Size").and_then(Json::as_u64);
    let size = size.ok_or_else(|| unreadable(&format!("the object `{key}` has no size")))?;
    let etag = text(members, "ETag").unwrap_or_default();
    let mut object = ListedObject::new(key, size, etag);
    if let Some(millis) = members.get("LastModified").and_then(Json::as_i64) {
        object = object.modified(Timestamp::from_unix_micros(millis.saturating_mul(1_000)));
    }
    if let Some(class) = text(members, "StorageClass").filter(|class| !class.is_empty()) {
        class.clone_into(&mut object.storage_class);
    }
    Ok(object)
}

/// Decodes a key, which S3 encodes as in a form.
fn decoded(key: &str) -> Result<String, ObjectError> {
    let spaced = key.replace('+', " ");
    let decoded = percent_encoding::percent_decode_str(&spaced).decode_utf8();
    decoded
        .map(|key| key.into_owned())
        .map_err(|_| unreadable(&format!("the key `{key}` is not UTF-8")))
}

pub(super) fn unreadable(reason: &str) -> ObjectError {
    ObjectError::Other(format!(
        "S3 returned a list of objects that cannot be read: {reason}"
    ))
}

fn text<'a>(members: &'a Map<String, Json>, name: &str) -> Option<&'a str> {
    members.get(name)?.as_str()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(page: &Json) -> Result<ListPage, ObjectError> {
        ListPage::read(page.as_object().expect("an object"))
    }

    #[test]
    fn a_page_has_the_columns_of_its_objects() {
        let page = json!({"EncodingType": "url", "IsTruncated": true, "NextContinuationToken": "t", "Contents": [
            {"Key": "a/%C3%A4+b%2B", "Size": 3, "ETag": "\"e\"", "LastModified": 1_795_608_000_250_i64, "StorageClass": "GLACIER"}
        ]});
        let page = read(&page).expect("it is valid");
        assert_eq!(page.next.as_deref(), Some("t"));
        let object = &page.objects[0];
        assert_eq!((object.key.as_str(), object.size), ("a/\u{e4} b+", 3));
        assert_eq!(object.etag, "\"e\"");
        assert_eq!(object.storage_class, "GLACIER");
        assert_eq!(object.last_modified.to_string(), "2026-11-25T12:00:00.250Z");
    }

    #[test]
    fn a_page_without_encoding_has_keys_as_they_are() {
        let page = json!({"IsTruncated": false, "Contents": [{"Key": "a+%20", "Size": 0}]});
        let page = read(&page).expect("it is valid");
        assert_eq!((page.objects[0].key.as_str(), page.next), ("a+%20", None));
        assert!(read(&json!({})).expect("an empty page").objects.is_empty());
    }

    #[test]
    fn incomplete_pages_are_errors() {
        for (page, reason) in [
            (json!({"IsTruncated": true}), "has no token"),
            (json!({"Contents": [{"Size": 1}]}), "an object has no key"),
            (
                json!({"Contents": [{"Key": "k"}]}),
                "the object `k` has no size",
            ),
            (
                json!({"EncodingType": "url", "Contents": [{"Key": "%FF", "Size": 1}]}),
                "not UTF-8",
            ),
        ] {
            let error = read(&page).expect_err("it is incomplete").to_string();
            assert!(error.contains(reason), "{error}");
        }
    }

    proptest! {
        #[test]
        fn all_keys_survive_their_encoding(key in ".*") {
            let encoded: String =
                percent_encoding::utf8_percent_encode(&key, percent_encoding::NON_ALPHANUMERIC).to_string();
            prop_assert_eq!(decoded(&encoded.replace("%20", "+")), Ok(key));
        }
    }
}
