//! The texts that a template with directives can have.

use std::collections::HashSet;

use hcl_edit::template::{Element, Template};

use super::choices::{Choices, Literals, MOST_CHOICES};
use super::text::DefinitionText;

/// Up to this number of conditions and loops, all combinations are read.
const MOST_COMBINED: usize = 6;
/// Maximum number of bytes of all texts of a template.
const MOST_BYTES: usize = 16 << 20;

/// Different texts of a template: of each combination of its conditions and loops, or, if there are
/// many, of those in which all or all but one are equal.
#[derive(Debug)]
pub struct Renderings<'f> {
    /// None if the template has too many conditions and loops, or is too long.
    pub texts: Vec<DefinitionText<'f>>,
    /// Whether these are all.
    pub is_complete: bool,
    /// Whether the template has a loop.
    pub has_loop: bool,
}

impl<'f> Renderings<'f> {
    /// The only text of a definition without directives.
    pub(super) fn single(text: DefinitionText<'f>) -> Self {
        Self {
            texts: vec![text],
            is_complete: true,
            has_loop: false,
        }
    }

    /// The texts of a file that `templatefile` reads. `template` is the parsed text.
    pub fn of_file(text: &'f str, template: &Template) -> Self {
        Renderings::of_elements(text, || template.iter(), Literals::Parsed)
    }

    /// The texts of a string, a heredoc (`<<EOF`) or a file.
    pub(super) fn of_elements<'e, I>(
        file: &'f str,
        elements: impl Fn() -> I,
        literals: Literals,
    ) -> Self
    where
        I: Iterator<Item = &'e Element>,
    {
        let mut choices = Choices::new(elements(), literals);
        let (mut texts, mut known, mut bytes) = (Vec::new(), HashSet::new(), 0);
        let mut read = |choices: &mut Choices, bits| {
            choices.bits = bits;
            let text = DefinitionText::of_elements(file, elements(), choices);
            bytes += text.text.len();
            if known.insert(text.text.clone()) {
                texts.push(text);
            }
            choices.count() <= MOST_CHOICES && bytes <= MOST_BYTES
        };
        let mut is_read = read(&mut choices, 0);
        is_read = is_read && (choices.count() == 0 || read(&mut choices, u64::MAX));
        let mut index = 0;
        // A branch may have more conditions.
        while is_read && index < choices.count() {
            let bit = 1 << index;
            is_read = read(&mut choices, !bit) && read(&mut choices, bit);
            index += 1;
        }
        let mut bits = 0;
        while is_read && choices.count() <= MOST_COMBINED && bits < 1 << choices.count() {
            is_read = read(&mut choices, bits);
            bits += 1;
        }
        if !is_read {
            texts.clear();
        }
        Self {
            texts,
            is_complete: choices.count() <= MOST_COMBINED,
            has_loop: choices.has_loop,
        }
    }
}
