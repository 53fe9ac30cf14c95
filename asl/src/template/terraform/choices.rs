//! The conditions and loops of a template: `%{ if .. }` and `%{ for .. }`.

use std::ops::Range;

use hcl_edit::Span;
use hcl_edit::template::{Directive, Element, ForDirective, IfDirective, Template};

/// Maximum number of conditions and loops of a template that is read.
pub(super) const MOST_CHOICES: usize = 30;
/// Maximum number of bytes of all texts of a template.
pub(super) const MOST_BYTES: usize = 16 << 20;
/// Maximum number of items of loops in a text.
const MOST_ITEMS: usize = 10_000;

/// Which conditions of a template are false, and which loops have no item. Conditions with the same
/// source are equal.
#[derive(Default)]
pub(super) struct Choices {
    sources: Vec<String>,
    /// The bit of each source; 0 is a true condition, or one item.
    pub(super) bits: u64,
    pub(super) literals: Literals,
    /// Whether a loop over an unknown collection was found.
    pub(super) has_loop: bool,
    items: usize,
    /// Whether loops have too many items for a text.
    pub(super) is_too_long: bool,
}

/// How the literals of a template are read. Around directives, the parser of Terraform removes too
/// much indentation from a heredoc, and leaves the escapes of a string.
#[derive(Default, Clone, Copy)]
pub(super) enum Literals {
    /// As the parser returns them.
    #[default]
    Parsed,
    /// From the source of a heredoc.
    Heredoc,
    /// From the source of a string in quotes.
    Quoted,
}

impl Choices {
    /// Creates the first choices for a template, whose literals are `literals` if it has
    /// directives.
    pub(super) fn new<'e>(
        mut elements: impl Iterator<Item = &'e Element>,
        literals: Literals,
    ) -> Self {
        let mut choices = Self::default();
        if elements.any(Element::is_directive) {
            choices.literals = literals;
        }
        choices
    }

    /// Returns how many conditions and loops were found, at most one more than [`MOST_CHOICES`].
    pub(super) fn count(&self) -> usize {
        self.sources.len()
    }

    /// Whether the condition is true, or the loop has an item.
    fn take(&mut self, source: &str) -> bool {
        let known = self.sources.iter().position(|known| known == source);
        let index = known.unwrap_or(self.sources.len());
        // One more shows that there are too many.
        if known.is_none() && index <= MOST_CHOICES {
            self.sources.push(source.to_owned());
        }
        index > MOST_CHOICES || (self.bits >> index) & 1 == 0
    }

    /// Returns the branch of an unknown condition.
    pub(super) fn branch<'e>(&mut self, file: &str, of: &'e IfDirective) -> Option<&'e Template> {
        let location = of.if_expr.cond_expr.span().unwrap_or_default();
        if self.take(&source(file, &location)) {
            Some(&of.if_expr.template)
        } else {
            of.else_expr.as_ref().map(|other| &other.template)
        }
    }

    /// Returns the item of a loop over an unknown collection, and the location of the collection.
    pub(super) fn item<'e>(
        &mut self,
        file: &str,
        of: &'e ForDirective,
    ) -> (Option<&'e Template>, Range<usize>) {
        self.has_loop = true;
        let location = of.for_expr.collection_expr.span().unwrap_or_default();
        let has_item = self.take(&format!("for {}", source(file, &location)));
        (has_item.then_some(&of.for_expr.template), location)
    }

    /// Counts an item of a loop over a known collection; `false` if there are too many.
    pub(super) fn takes_item(&mut self) -> bool {
        self.items += 1;
        self.items <= MOST_ITEMS
    }

    /// The unknown conditions and collections.
    pub(super) fn into_sources(self) -> Vec<String> {
        self.sources
    }
}

/// Returns the source of an expression without blanks.
fn source(file: &str, location: &Range<usize>) -> String {
    let source = file.get(location.clone()).unwrap_or_default();
    source.split_whitespace().collect()
}

/// Returns the location of the expression that decides about a directive: its condition or its
/// collection.
pub(super) fn deciding(directive: &Directive) -> Range<usize> {
    let location = match directive {
        Directive::If(directive) => directive.if_expr.cond_expr.span(),
        Directive::For(directive) => directive.for_expr.collection_expr.span(),
    };
    location.unwrap_or_default()
}
