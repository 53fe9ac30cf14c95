//! Links.

use gen_lsp_types::{DocumentLink, DocumentLinkParams, Uri};
use stepwright_editor::LinkTarget;

use crate::document_uri::{path_of, uri_of};
use crate::refusal::Refusal;
use crate::session::Session;

pub(crate) fn document_links(
    session: &mut Session,
    parameters: DocumentLinkParams,
) -> Result<Option<Vec<DocumentLink>>, Refusal> {
    let uri = parameters.text_document.uri;
    let open = session.document(&uri)?;
    let folder = path_of(&uri.0).and_then(|path| path.parent().map(ToOwned::to_owned));
    let links = open.document().links().into_iter().filter_map(|link| {
        let target = match link.target {
            LinkTarget::Url(url) => Uri(url),
            LinkTarget::File(file) => uri_of(&folder.as_ref()?.join(file))?,
        };
        Some(DocumentLink {
            range: open.range(link.range),
            target: Some(target),
            tooltip: None,
            data: None,
        })
    });
    Ok(Some(links.collect()))
}
