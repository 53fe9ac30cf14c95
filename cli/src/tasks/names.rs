//! What a task may be called in `--task 'NAME=..'`.

use stepwright_asl::placeholder;
use stepwright_asl::resource::Resource;

/// What a function may be called: `ChargeCard` for `${ChargeCardArn}`, the last part of an ARN, the text itself.
pub(super) fn of_function(text: &str) -> Vec<&str> {
    let mut names = vec![text];
    names.extend(short(text));
    names
}

/// The name of a function without what stands around it.
pub(super) fn short(text: &str) -> Option<&str> {
    match placeholder::whole(text) {
        Some(name) => Some(name.strip_suffix("Arn").unwrap_or(name)),
        None => Resource::parse(text).name(),
    }
}
