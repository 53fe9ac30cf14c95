//! Resources: the rules of the validator, pages of the documentation, and pictures of definitions.

use std::ffi::OsString;

use percent_encoding::percent_decode_str;
use rmcp::model::{ReadResourceResult, Resource, ResourceContents, ResourceTemplate};

use super::documentation::{self, PAGES};
use super::refusal::Refusal;
use super::tool::Session;

const RULES: &str = "stepwright://rules";
const PICTURES: &str = "stepwright://pictures";

pub(super) fn all() -> Vec<Resource> {
    let rules = Resource::new(RULES, "rules");
    let pages = Resource::new(PAGES, "pages");
    vec![
        rules
            .with_title("The rules of the validator")
            .with_mime_type("text/plain"),
        pages
            .with_title("Pages about workflows in Rust, expressions, tests, properties and edits")
            .with_mime_type("text/plain"),
    ]
}

pub(super) fn templates() -> Vec<ResourceTemplate> {
    let rule = ResourceTemplate::new(format!("{RULES}/{{rule}}"), "rule")
        .with_title("A rule of the validator: what it requires, with an example")
        .with_mime_type("text/markdown");
    let picture = ResourceTemplate::new(format!("{PICTURES}/{{+file}}"), "picture")
        .with_title("A picture of a definition")
        .with_mime_type("image/svg+xml");
    let page = ResourceTemplate::new(format!("{PAGES}/{{page}}"), "page")
        .with_title("A page of the documentation; a long one lists its sections")
        .with_mime_type("text/markdown");
    let section = ResourceTemplate::new(format!("{PAGES}/{{page}}/{{section}}"), "section")
        .with_title("A section of a page")
        .with_mime_type("text/markdown");
    vec![rule, picture, page, section]
}

/// Reads a resource.
pub(super) async fn read(session: Session<'_>, uri: &str) -> Result<ReadResourceResult, Refusal> {
    if uri == PAGES {
        let contents = ResourceContents::text(documentation::list(), uri);
        let contents = contents.with_mime_type("text/plain");
        return Ok(ReadResourceResult::new(vec![contents]));
    }
    if let Some(page) = uri
        .strip_prefix(PAGES)
        .and_then(|rest| rest.strip_prefix('/'))
    {
        let contents = ResourceContents::text(documentation::read(page)?, uri);
        let contents = contents.with_mime_type("text/markdown");
        return Ok(ReadResourceResult::new(vec![contents]));
    }
    let (arguments, kind) = request(session, uri)?;
    let root = session.folder.root();
    let finished = session.command.run(root, &arguments, "").await?;
    if finished.output.is_empty() {
        return Err(Refusal::new(finished.messages));
    }
    let contents = ResourceContents::text(finished.output, uri).with_mime_type(kind);
    Ok(ReadResourceResult::new(vec![contents]))
}

/// The command for an address, and the type of its output.
fn request(session: Session<'_>, uri: &str) -> Result<(Vec<OsString>, &'static str), Refusal> {
    if uri == RULES {
        return Ok((vec!["rule".into()], "text/plain"));
    }
    let part = |prefix: &str| {
        let rest = uri.strip_prefix(prefix)?.strip_prefix('/')?;
        percent_decode_str(rest).decode_utf8().ok()
    };
    if let Some(rule) = part(RULES).filter(|rule| !rule.starts_with('-')) {
        return Ok((
            vec!["rule".into(), rule.into_owned().into()],
            "text/markdown",
        ));
    }
    if let Some(file) = part(PICTURES) {
        let file = session.folder.find(&file)?;
        let arguments = vec!["graph".into(), file.into(), "--format=svg".into()];
        return Ok((arguments, "image/svg+xml"));
    }
    Err(Refusal::new(format!(
        "there is no resource {uri}; the addresses are {RULES}, {RULES}/RULE, {PAGES}, {PAGES}/PAGE, {PAGES}/PAGE/SECTION and {PICTURES}/FILE"
    )))
}
