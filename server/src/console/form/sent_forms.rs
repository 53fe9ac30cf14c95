//! Forms that start something, so that one that is sent twice, by a double click for example,
//! starts it once.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use maud::{Markup, html};
use tokio::sync::OnceCell;

/// The hidden field of such a form: a random id of the page's form.
pub(super) const REQUEST: &str = "request";
/// How many forms are remembered.
const MOST: usize = 1_000;

/// The forms that were sent last, with the pages to which they lead.
#[derive(Default)]
pub(crate) struct SentForms(Mutex<VecDeque<SentForm>>);

struct SentForm {
    /// The digest of all fields, because a person can go back, change a field, and send the form
    /// again.
    digest: [u8; 32],
    target: Arc<OnceCell<String>>,
}

/// Returns the hidden field of a form that is performed once.
pub(crate) fn request_field() -> Markup {
    html! { input type="hidden" name=(REQUEST) value=(uuid::Uuid::new_v4().simple()); }
}

impl SentForms {
    /// Performs a form, unless a form with this digest was performed before. After a failure, it is
    /// performed again.
    pub(crate) async fn once<E>(
        &self,
        digest: Option<[u8; 32]>,
        perform: impl Future<Output = Result<String, E>>,
    ) -> Result<String, E> {
        let Some(digest) = digest else {
            return perform.await;
        };
        let target = self.entry(digest);
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn the_same_form_is_performed_once_also_concurrently() {
        let (sent, performed) = (SentForms::default(), AtomicUsize::new(0));
        let perform = async || {
            let number = performed.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            Ok::<_, ()>(format!("/{number}"))
        };
        let form = Some([1; 32]);
        let (one, two) = tokio::join!(sent.once(form, perform()), sent.once(form, perform()));
        assert_eq!(one, Ok("/0".to_owned()));
        assert_eq!(two, one);
        for (digest, target) in [
            (Some([2; 32]), "/1"),
            (form, "/0"),
            (None, "/2"),
            (None, "/3"),
        ] {
            let sent = sent.once(digest, perform()).await;
            assert_eq!(sent, Ok(target.to_owned()));
        }
    }

    #[tokio::test]
    async fn a_form_that_failed_is_performed_again() {
        let (sent, form) = (SentForms::default(), Some([1; 32]));
        assert_eq!(sent.once(form, async { Err("no") }).await, Err("no"));
        let succeed = async { Ok::<_, ()>("/done".to_owned()) };
        assert_eq!(sent.once(form, succeed).await, Ok("/done".to_owned()));
    }
}
