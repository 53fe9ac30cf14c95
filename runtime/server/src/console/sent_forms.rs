//! Forms that start something, so that one that is sent twice, by a double click for example, starts it once.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use hmac_sha256::Hash as Sha256;
use maud::{Markup, html};
use tokio::sync::OnceCell;

use super::actions::Target;
use super::params::Params;

/// The hidden field of such a form: a random id of the page's form.
const REQUEST: &str = "request";
/// How many forms are remembered.
const MOST: usize = 1_000;

/// The forms that were sent last, with the pages to which they lead.
#[derive(Default)]
pub(super) struct SentForms(Mutex<VecDeque<SentForm>>);

struct SentForm {
    /// The digest of all fields: a form that was changed after the back button is another one.
    digest: [u8; 32],
    target: Arc<OnceCell<String>>,
}

/// Returns the hidden field of a form that is performed once.
pub(super) fn request_field() -> Markup {
    html! { input type="hidden" name=(REQUEST) value=(uuid::Uuid::new_v4().simple()); }
}

impl SentForms {
    /// Performs a form, unless the same form was performed before. One that failed is performed again.
    pub(super) async fn once(
        &self,
        params: &Params,
        perform: impl Future<Output = Target>,
    ) -> Target {
        if params.get(REQUEST).is_none() {
            return perform.await;
        }
        let target = self.entry(digest_of(params));
        let target = target.get_or_try_init(|| perform).await?;
        Ok(target.clone())
    }

    fn entry(&self, digest: [u8; 32]) -> Arc<OnceCell<String>> {
        let mut sent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = sent.iter().find(|known| known.digest == digest) {
            return known.target.clone();
        }
        if sent.len() == MOST {
            sent.pop_front();
        }
        let target = Arc::new(OnceCell::new());
        sent.push_back(SentForm {
            digest,
            target: target.clone(),
        });
        target
    }
}

/// The token of the form is new after each restart of the server, and is not a part.
fn digest_of(params: &Params) -> [u8; 32] {
    let mut hash = Sha256::new();
    for (name, value) in params.pairs().filter(|(name, _)| name != "form_token") {
        for text in [name, value] {
            hash.update(text.len().to_le_bytes());
            hash.update(text);
        }
    }
    hash.finalize()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::super::error::PageError;
    use super::*;

    fn params(query: &str) -> Params {
        Params::of_query(Some(query))
    }

    #[tokio::test]
    async fn the_same_form_is_performed_once_also_concurrently() {
        let (sent, performed) = (SentForms::default(), AtomicUsize::new(0));
        let perform = async || {
            let number = performed.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            Ok(format!("/{number}"))
        };
        let form = params("form_token=1&request=a&input=1");
        let (one, two) = tokio::join!(sent.once(&form, perform()), sent.once(&form, perform()));
        assert_eq!(
            (one.unwrap(), two.unwrap()),
            ("/0".to_owned(), "/0".to_owned())
        );
        let restarted = params("form_token=2&request=a&input=1");
        assert_eq!(sent.once(&restarted, perform()).await.unwrap(), "/0");
        for (query, target) in [
            ("request=a&input=2", "/1"),
            ("request=b&input=1", "/2"),
            ("input=1", "/3"),
            ("input=1", "/4"),
        ] {
            assert_eq!(sent.once(&params(query), perform()).await.unwrap(), target);
        }
    }

    #[tokio::test]
    async fn a_form_that_failed_is_performed_again() {
        let (sent, form) = (SentForms::default(), params("request=a"));
        let fail = async { Err(PageError::refused("no")) };
        sent.once(&form, fail).await.unwrap_err();
        let succeed = async { Ok("/done".to_owned()) };
        assert_eq!(sent.once(&form, succeed).await.unwrap(), "/done");
    }
}
