//! "Did you mean ..?"

pub(crate) use stepwright_asl::similar::nearest as closest;

/// "; did you mean `x`?", or an empty text.
pub(crate) fn did_you_mean<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> String {
    stepwright_asl::similar::did_you_mean(word, candidates)
        .map(|question| format!("; {question}"))
        .unwrap_or_default()
}
