//! The texts that a template with directives can have.

use std::collections::HashSet;

use hcl_edit::template::{Element, Template};

use super::Module;
use super::arguments::TemplateArguments;
use super::choices::{Choices, Literals, MOST_BYTES, MOST_CHOICES};
use super::constants::Constants;
use super::text::DefinitionText;

/// Up to this number of conditions and loops, all combinations are read.
const MOST_COMBINED: usize = 6;

/// Different texts of a template: of each combination of its unknown conditions and loops, or, if
/// there are many, of those in which all or all but one are equal.
#[derive(Debug)]
#[non_exhaustive]
pub struct Renderings<'f> {
    /// None if the template has too many conditions and loops, or is too long.
    pub texts: Vec<DefinitionText<'f>>,
    /// Whether these are all.
    pub is_complete: bool,
    /// Whether the template has directives, which change blanks.
    pub has_directives: bool,
    /// Whether the template has a loop over an unknown collection.
    pub has_loop: bool,
    /// The text with the defaults of variables.
    pub with_defaults: Option<DefinitionText<'f>>,
    /// The conditions and collections that are unknown also with the defaults of variables. The
    /// text has the first branch, and one item.
    pub undecided: Vec<String>,
}

/// The known names of an expression, without and with the defaults of variables.
pub(super) struct KnownNames<'m> {
    pub(super) constants: Constants<'m>,
    pub(super) with_defaults: Constants<'m>,
}

impl<'m> KnownNames<'m> {
    pub(super) fn of_module(module: &'m Module) -> Self {
        Self {
            constants: Constants::of_module(module, false),
            with_defaults: Constants::of_module(module, true),
        }
    }
}

impl<'f> Renderings<'f> {
    /// The texts of a definition without directives.
    pub(super) fn single(
        text: DefinitionText<'f>,
        with_defaults: Option<DefinitionText<'f>>,
    ) -> Self {
        Self {
            texts: vec![text],
            is_complete: true,
            has_directives: false,
            has_loop: false,
            with_defaults,
            undecided: Vec::new(),
        }
    }

    /// The texts of a file that `templatefile` reads. `template` is the parsed text.
    pub fn of_file(text: &'f str, template: &Template, arguments: &TemplateArguments) -> Self {
        let known = KnownNames {
            constants: Constants::of_file(arguments.values(false)),
            with_defaults: Constants::of_file(arguments.values(true)),
        };
        Renderings::of_elements(text, || template.iter(), Literals::Parsed, &known)
    }

    /// The texts of a string, a heredoc (`<<EOF`) or a file.
    pub(super) fn of_elements<'e, I>(
        file: &'f str,
        elements: impl Fn() -> I,
        literals: Literals,
        names: &KnownNames<'_>,
    ) -> Self
    where
        I: Iterator<Item = &'e Element>,
    {
        let mut choices = Choices::new(elements(), literals);
        let with_defaults =
            DefinitionText::of_elements(file, elements(), &mut choices, &names.with_defaults);
        let with_defaults = (!choices.is_too_long).then_some(with_defaults);
        let undecided = choices.into_sources();
        let mut choices = Choices::new(elements(), literals);
        let (mut texts, mut known, mut bytes) = (Vec::new(), HashSet::new(), 0);
        let mut read = |choices: &mut Choices, bits| {
            choices.bits = bits;
            let text = DefinitionText::of_elements(file, elements(), choices, &names.constants);
            bytes += text.text.len();
            if known.insert(text.text.clone()) {
                texts.push(text);
            }
            choices.count() <= MOST_CHOICES && bytes <= MOST_BYTES && !choices.is_too_long
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
            has_directives: elements().any(Element::is_directive),
            has_loop: choices.has_loop,
            with_defaults,
            undecided,
        }
    }
}
