//! The pages of the documentation for agents. A page is long, so an agent reads its contents first
//! and then the sections that it needs.

use std::fmt::Write as _;
use std::io::Read as _;

use flate2::read::ZlibDecoder;

use super::refusal::Refusal;

/// The address of the list of pages.
pub(super) const PAGES: &str = "stepwright://pages";
/// A page of at most this many bytes is one resource.
const SHORT: usize = 6 << 10;

/// A page of `cli/pages`, compressed by the build script.
struct DocumentationPage {
    name: &'static str,
    title: &'static str,
    compressed: &'static [u8],
}

macro_rules! pages {
    ($($name:literal: $title:literal,)*) => {
        const ALL: &[DocumentationPage] = &[$(DocumentationPage {
            name: $name,
            title: $title,
            compressed: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".zz")),
        }),*];
    };
}

pages! {
    "language": "The `workflow!` language: its grammar, and each form with the ASL that it produces",
    "expressions": "Expressions of workflows in Rust: operators, methods and functions",
    "function": "Workflows as async functions",
    "testing": "Tests of workflows: mocks, assertions, coverage, replays",
    "check-every-path": "Properties and rules over all paths, and the file that contains them",
    "editing": "The operations of the tool `edit`",
    "command": "The commands and their options",
}

impl DocumentationPage {
    fn find(name: &str) -> Result<&'static Self, Refusal> {
        ALL.iter().find(|page| page.name == name).ok_or_else(|| {
            let names: Vec<&str> = ALL.iter().map(|page| page.name).collect();
            Refusal::new(format!(
                "there is no page `{name}`; the pages are {}",
                names.join(", ")
            ))
        })
    }

    fn text(&self) -> Result<String, Refusal> {
        let mut text = String::new();
        let read = ZlibDecoder::new(self.compressed).read_to_string(&mut text);
        read.map_err(|error| {
            Refusal::new(format!("the page `{}` is damaged: {error}", self.name))
        })?;
        Ok(text)
    }
}

/// Returns the list of the pages with their addresses.
pub(super) fn list() -> String {
    let mut text = String::new();
    for page in ALL {
        // Writing to a string never fails.
        let _ = writeln!(text, "{PAGES}/{}: {}", page.name, page.title);
    }
    text
}

/// Returns a page by its name, or a section by `page/section`. A long page is its introduction and
/// the addresses of its sections.
///
/// # Errors
///
/// If there is no such page or section.
pub(super) fn read(path: &str) -> Result<String, Refusal> {
    let (name, section) = match path.split_once('/') {
        Some((name, section)) => (name, Some(section)),
        None => (path, None),
    };
    let page = DocumentationPage::find(name)?;
    let text = page.text()?;
    let sections = sections(&text);
    match section {
        None if text.len() <= SHORT => Ok(text),
        None => {
            let mut contents = sections.first().map_or("", |(_, text)| *text).to_owned();
            contents.push_str("\nSections:\n\n");
            for (title, text) in sections.iter().skip(1) {
                // Writing to a string never fails.
                let _ = writeln!(
                    contents,
                    "{PAGES}/{name}/{}: {title} ({} bytes)",
                    anchor(title),
                    text.len()
                );
            }
            Ok(contents)
        }
        Some(wanted) => {
            let mut found = sections.iter().skip(1);
            let found = found.find(|(title, _)| anchor(title) == wanted);
            found.map(|(_, text)| (*text).to_owned()).ok_or_else(|| {
                Refusal::new(format!(
                    "the page `{name}` has no section `{wanted}`; {PAGES}/{name} lists its sections"
                ))
            })
        }
    }
}

/// Returns the introduction, with an empty title, and the sections of the second level. A line in a
/// block of code is no heading.
fn sections(text: &str) -> Vec<(&str, &str)> {
    let mut starts = vec![("", 0)];
    let (mut at, mut is_code) = (0, false);
    for line in text.split_inclusive('\n') {
        is_code ^= line.starts_with("```");
        if let Some(title) = line.strip_prefix("## ").filter(|_| !is_code) {
            starts.push((title.trim(), at));
        }
        at += line.len();
    }
    let ends = starts.iter().skip(1).map(|(_, at)| *at);
    let ends = ends.chain([text.len()]);
    let starts = starts.iter().zip(ends);
    starts
        .map(|((title, start), end)| (*title, &text[*start..end]))
        .collect()
}

/// Returns the anchor of a heading, as GitHub makes it.
fn anchor(title: &str) -> String {
    let kept = title.chars().filter_map(|char| match char {
        ' ' => Some('-'),
        '-' | '_' => Some(char),
        char if char.is_alphanumeric() => Some(char.to_ascii_lowercase()),
        _ => None,
    });
    kept.collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_sections_of_each_page_have_all_its_text_and_different_addresses() {
        for page in ALL {
            let text = page.text().expect("the page is readable");
            let sections = sections(&text);
            let joined: String = sections.iter().map(|(_, text)| *text).collect();
            assert_eq!(joined, text, "{}", page.name);
            let anchors: BTreeSet<String> =
                sections.iter().map(|(title, _)| anchor(title)).collect();
            assert_eq!(anchors.len(), sections.len(), "{}", page.name);
            for (title, section) in sections.iter().skip(1) {
                let path = format!("{}/{}", page.name, anchor(title));
                assert_eq!(read(&path).expect("a section"), *section);
                assert!(
                    section.len() <= 16 << 10,
                    "{path} is too long for one answer"
                );
            }
            let contents = read(page.name).expect("a page");
            assert!(contents.len() <= 16 << 10, "{}", page.name);
        }
    }

    #[test]
    fn the_pages_are_compressed() {
        for page in ALL {
            let text = page.text().expect("the page is readable");
            assert!(page.compressed.len() * 2 < text.len(), "{}", page.name);
        }
    }

    #[test]
    fn an_unknown_page_or_section_is_refused_with_what_there_is() {
        let message = |path: &str| read(path).expect_err("is refused").to_string();
        assert!(message("languages").contains("the pages are language"));
        assert!(message("language/nothing").contains("stepwright://pages/language lists"));
    }
}
