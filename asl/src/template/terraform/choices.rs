//! The conditions and loops of a template: `%{ if .. }` and `%{ for .. }`.

use std::ops::Range;

use hcl_edit::Span;
use hcl_edit::template::{Directive, Element, Template};

/// Maximum number of conditions and loops of a template that is read.
pub(super) const MOST_CHOICES: usize = 30;

/// Which conditions of a template are false, and which loops have no item. Conditions with the same
/// source are equal.
#[derive(Default)]
pub(super) struct Choices {
    sources: Vec<String>,
    /// The bit of each source; 0 is a true condition, or one item.
    pub(super) bits: u64,
    pub(super) literals: Literals,
    /// Whether a loop was found.
    pub(super) has_loop: bool,
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

    /// Returns the part of a template that a directive adds, and the location of the collection of
    /// a loop.
    pub(super) fn part<'e>(
        &mut self,
        file: &str,
        directive: &'e Directive,
    ) -> (Option<&'e Template>, Option<Range<usize>>) {
        let location = deciding(directive).unwrap_or_default();
        let source = file.get(location.clone()).unwrap_or_default();
        let source: String = source.split_whitespace().collect();
        match directive {
            Directive::If(directive) if self.take(&source) => {
                (Some(&directive.if_expr.template), None)
            }
            Directive::If(directive) => {
                let other = directive.else_expr.as_ref();
                (other.map(|other| &other.template), None)
            }
            Directive::For(directive) => {
                self.has_loop = true;
                let has_item = self.take(&format!("for {source}"));
                let template = has_item.then_some(&directive.for_expr.template);
                (template, Some(location))
            }
        }
    }
}

/// Returns the location of the expression that decides about a directive: its condition or its
/// collection.
pub(super) fn deciding(directive: &Directive) -> Option<Range<usize>> {
    match directive {
        Directive::If(directive) => directive.if_expr.cond_expr.span(),
        Directive::For(directive) => directive.for_expr.collection_expr.span(),
    }
}
