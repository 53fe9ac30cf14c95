//! The names in the text of an expression, which may be unfinished.

use indexmap::IndexSet;

/// A step of a chain such as `$a.b[0]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChainStep<'t> {
    /// A name.
    Name(&'t str),
    /// The number of an item.
    Index(usize),
}

impl<'t> ChainStep<'t> {
    /// The name.
    pub(crate) fn name(self) -> Option<&'t str> {
        match self {
            ChainStep::Name(name) => Some(name),
            ChainStep::Index(_) => None,
        }
    }
}

/// The steps of a chain such as `$a.b[0].`c d``; `None` for another expression. Filters are left
/// out.
pub(crate) fn chain_steps(chain: &str) -> Option<Vec<ChainStep<'_>>> {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    let mut steps = Vec::new();
    let mut rest = chain;
    loop {
        if let Some(quoted) = rest.strip_prefix('`') {
            let (name, after) = quoted.split_once('`')?;
            steps.push(ChainStep::Name(name));
            rest = after;
        } else {
            let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
            if end == 0 {
                return None;
            }
            steps.push(ChainStep::Name(&rest[..end]));
            rest = &rest[end..];
        }
        while let Some(index) = rest.strip_prefix('[') {
            let (index, after) = index.split_once(']')?;
            steps.extend(index.trim().parse().ok().map(ChainStep::Index));
            rest = after;
        }
        if rest.is_empty() {
            return Some(steps);
        }
        rest = rest.strip_prefix('.')?;
    }
}

/// The names of a chain, without its indices; `None` for another expression.
pub(crate) fn chain_names(chain: &str) -> Option<Vec<&str>> {
    let steps = chain_steps(chain)?.into_iter();
    Some(steps.filter_map(ChainStep::name).collect())
}

/// The start of the chain that ends at the end of a text, which may end with a dot.
pub(crate) fn chain_start(text: &str) -> usize {
    let mut start = text.len();
    while let Some(c) = text[..start].chars().next_back() {
        let before = start - c.len_utf8();
        start = match c {
            '`' | ']' => {
                let open = if c == ']' { '[' } else { '`' };
                match text[..before].rfind(open) {
                    Some(open) => open,
                    None => return start,
                }
            }
            c if c.is_alphanumeric() || matches!(c, '_' | '$' | '.') => before,
            _ => return start,
        };
    }
    start
}

/// The variables that an expression binds: `$name := value`, and the parameters of its functions.
pub(crate) fn locals(text: &str) -> IndexSet<&str> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = IndexSet::new();
    let mut in_parameters = false;
    let mut rest = text;
    while let Some(at) = rest.find(['$', ')', '(']) {
        let before = rest[..at].trim_end();
        let after = &rest[at + 1..];
        match rest.as_bytes()[at] {
            b'(' => in_parameters = before.ends_with("function") || before.ends_with('λ'),
            b')' => in_parameters = false,
            _ => {
                let end = after.find(|c| !is_name(c)).unwrap_or(after.len());
                let name = &after[..end];
                let is_bound = in_parameters || after[end..].trim_start().starts_with(":=");
                if is_bound && !name.is_empty() {
                    found.insert(name);
                }
            }
        }
        rest = after;
    }
    found
}
