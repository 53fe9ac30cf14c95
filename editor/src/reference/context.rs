//! The members of `$states` and of the context object.

/// A line for each member; the first lines of the file explain it.
const TABLE: &str = include_str!("context.txt");

/// A member of `$states`, at any depth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ContextMember {
    pub(crate) name: &'static str,
    pub(crate) meaning: &'static str,
}

fn rows() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('|'))
}

/// The members at a path after `$states`, such as `context.State`. The empty path is `$states`.
pub(crate) fn context_members(path: &str) -> impl Iterator<Item = ContextMember> {
    rows().filter_map(move |(row, meaning)| {
        let (parent, name) = row.rsplit_once('.').unwrap_or(("", row));
        (parent == path).then_some(ContextMember { name, meaning })
    })
}

/// What the member at a path after `$states` means.
pub(crate) fn context_meaning(path: &str) -> Option<&'static str> {
    rows()
        .find(|(row, _)| *row == path)
        .map(|(_, meaning)| meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_is_in_a_member_of_the_table() {
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            let (path, meaning) = line.split_once('|').expect("a path and a meaning");
            assert!(meaning.ends_with('.'), "{path}");
            let parent = path.rsplit_once('.').map(|(parent, _)| parent);
            assert!(parent.is_none_or(|parent| context_meaning(parent).is_some()));
        }
        assert_eq!(context_members("").count(), 4);
        assert_eq!(context_members("context").count(), 5);
    }
}
