//! Links in a text.

use std::ops::Range;

use serde::Serialize;
use stepwright_asl::json::{Json, escape};

use crate::Document;

/// A link in a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Link {
    /// The range of the text.
    pub range: Range<usize>,
    /// Where it leads.
    pub target: LinkTarget,
}

/// The target of a link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum LinkTarget {
    /// A file, relative to the folder of the document.
    File(String),
    /// A page.
    Url(String),
}

impl Document {
    /// The links: files that a template names as definitions, and URLs in comments.
    pub fn links(&self) -> Vec<Link> {
        let mut links = Vec::new();
        self.file_links(&mut links);
        for definition in self.definitions() {
            let graph = definition.graph();
            let states = graph.states().iter();
            let comments = std::iter::once(String::new())
                .chain(states.map(|state| state.pointer.to_string()))
                .map(|pointer| format!("{pointer}/Comment"));
            for range in comments.filter_map(|pointer| definition.range(&pointer)) {
                self.urls(range, &mut links);
            }
        }
        links.sort_by_key(|link| link.range.start);
        links
    }

    fn file_links(&self, links: &mut Vec<Link>) {
        let resources = self
            .file()
            .json()
            .get("Resources")
            .and_then(Json::as_object);
        for name in resources.into_iter().flat_map(|resources| resources.keys()) {
            let pointer = format!("/Resources/{}/Properties/DefinitionUri", escape(name));
            let path = self.file().json().pointer(&pointer).and_then(Json::as_str);
            let is_local = |path: &&str| !path.contains("://") && !path.contains("${");
            if let Some(path) = path.filter(is_local)
                && let Some(range) = self.file().span(&pointer)
            {
                links.push(Link {
                    range: self.unquoted(range),
                    target: LinkTarget::File(path.to_owned()),
                });
            }
        }
    }

    /// The URLs in a part of the text.
    fn urls(&self, range: Range<usize>, links: &mut Vec<Link>) {
        let Some(text) = self.text().get(range.clone()) else {
            return;
        };
        let mut at = 0;
        while let Some(found) = text[at..].find("https://") {
            let start = at + found;
            let rest = &text[start..];
            let is_end = |c: char| c.is_whitespace() || "\"'<>)]}\\`".contains(c);
            let length = rest.find(is_end).unwrap_or(rest.len());
            let url = rest[..length].trim_end_matches(['.', ',', ';', ':']);
            links.push(Link {
                range: range.start + start..range.start + start + url.len(),
                target: LinkTarget::Url(url.to_owned()),
            });
            at = start + length;
        }
    }
}
