//! Pages of lists, and their tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::ApiError;
use crate::shape::PageSize;

/// The results of a page if a request has no number, or 0.
const DEFAULT: usize = 100;

/// A requested page.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    /// The identity of the list: the operation, and the parameters that must be the same for a
    /// token.
    list: String,
    /// The maximum number of results.
    pub(crate) limit: usize,
    /// The position at which the previous page ended.
    pub(crate) after: Option<String>,
}

impl Page {
    /// Creates the page of a request.
    ///
    /// # Errors
    ///
    /// `InvalidToken` for a token that does not belong to this list.
    pub(crate) fn new(
        list: impl Into<String>,
        size: Option<PageSize>,
        token: Option<&str>,
    ) -> Result<Self, ApiError> {
        let list = list.into();
        let after = token.map(|token| read(&list, token).ok_or_else(ApiError::invalid_token));
        let size = size.map_or(0, |size| size.count());
        Ok(Self {
            list,
            limit: match usize::try_from(size) {
                Ok(0) | Err(_) => DEFAULT,
                Ok(size) => size,
            },
            after: after.transpose()?,
        })
    }

    /// Returns the token of the page that begins after this position.
    pub(crate) fn token(&self, place: &str) -> String {
        let checksum = crc32fast::hash(format!("{}\n{place}", self.list).as_bytes());
        URL_SAFE_NO_PAD.encode(format!("{checksum:08x}{place}"))
    }

    /// Returns the page of these elements, which are sorted by their positions, and the token of
    /// the next page.
    pub(crate) fn of<T>(
        &self,
        all: impl IntoIterator<Item = T>,
        place: impl Fn(&T) -> String,
    ) -> (Vec<T>, Option<String>) {
        let mut rest = all.into_iter().skip_while(|one| {
            self.after
                .as_ref()
                .is_some_and(|after| place(one) <= *after)
        });
        let page: Vec<T> = rest.by_ref().take(self.limit).collect();
        let next = match (rest.next(), page.last()) {
            (Some(_), Some(last)) => Some(self.token(&place(last))),
            _ => None,
        };
        (page, next)
    }
}

/// Returns the position in a token of a list.
fn read(list: &str, token: &str) -> Option<String> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    let (checksum, place) = text.split_at_checked(8)?;
    let checksum = u32::from_str_radix(checksum, 16).ok()?;
    let is_own = checksum == crc32fast::hash(format!("{list}\n{place}").as_bytes());
    is_own.then(|| place.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// For all page sizes, the pages contain each element once, in order.
        #[test]
        fn pages_contain_each_element_once_in_order(all in proptest::collection::btree_set("[a-z]{1,3}", 0..40), size in 1usize..10) {
            let (mut token, mut seen) = (None, Vec::new());
            loop {
                let mut page = Page::new("all", None, token.as_deref()).expect("the token is its own");
                page.limit = size;
                let (elements, next) = page.of(all.iter().cloned(), String::clone);
                prop_assert!(elements.len() <= size);
                seen.extend(elements);
                token = next;
                if token.is_none() { break; }
            }
            prop_assert_eq!(seen, all.into_iter().collect::<Vec<_>>());
        }

        /// A token is valid only for its own list, and other text is invalid.
        #[test]
        fn foreign_and_invalid_page_tokens_are_refused(place in ".{0,12}", text in ".{0,40}") {
            let page = Page::new("one", None, None).expect("there is no token");
            let token = page.token(&place);
            prop_assert_eq!(read("one", &token), Some(place));
            prop_assert_eq!(read("another", &token), None);
            prop_assert_eq!(read("one", &text), None);
        }
    }
}
