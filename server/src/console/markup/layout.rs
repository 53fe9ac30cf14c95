//! The frame of a page: head, navigation, content.

use maud::{DOCTYPE, Markup, html};

use super::link;
use super::notice::Notice;
use crate::console::state::Console;

/// The entry of the navigation that a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    Machines,
    Executions,
    Waiting,
    Failures,
    Activities,
    Debugger,
    None,
}

const SECTIONS: [(Section, &str, &str); 6] = [
    (Section::Machines, "State machines", link::MACHINES),
    (Section::Executions, "Executions", link::EXECUTIONS),
    (Section::Waiting, "Waiting for you", link::WAITING),
    (Section::Failures, "Failures", link::FAILURES),
    (Section::Activities, "Activities", link::ACTIVITIES),
    (Section::Debugger, "Debugger", link::NEW_DEBUGGER),
];

const SCRIPTS: [&str; 4] = ["console.js", "viewer.js", "code.js", "times.js"];

/// A page without its content.
#[derive(Debug)]
pub(crate) struct Page<'p> {
    title: &'p str,
    section: Section,
    live: Option<String>,
    notice: Option<String>,
}

impl<'p> Page<'p> {
    /// Creates a page that belongs to a section.
    pub(crate) fn new(title: &'p str, section: Section) -> Self {
        Self {
            title,
            section,
            live: None,
            notice: None,
        }
    }

    /// Sets the notice about the action before this page, by the value of the page's parameter.
    pub(crate) fn notice(mut self, value: &str) -> Self {
        self.notice = Notice::of(value).map(Notice::text);
        self
    }

    /// Sets the stream of changes, after each of which the script loads the content again.
    pub(crate) fn live(mut self, url: String) -> Self {
        self.live = Some(url);
        self
    }

    /// Renders the page with its content.
    pub(crate) fn render(self, console: &Console, content: Markup) -> Markup {
        let engine = &console.service.engine;
        // A read-only console has no debugger.
        let is_shown = |section| section != Section::Debugger || !console.is_read_only;
        let sections = SECTIONS.into_iter();
        let sections = sections.filter(|(section, ..)| is_shown(*section));
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.title) " · Stepwright" }
                    link rel="icon" type="image/svg+xml" href=(console.assets.url("icon.svg"));
                    link rel="stylesheet" href=(console.assets.url("report.css"));
                    link rel="stylesheet" href=(console.assets.url("console.css"));
                    @for script in SCRIPTS { script type="module" src=(console.assets.url(script)) {} }
                }
                body {
                    a class="skip" href="#content" { "Skip to the content" }
                    header class="top" {
                        a class="brand" href=(link::MACHINES) { "Stepwright" }
                        nav aria-label="Sections" {
                            @for (section, name, href) in sections {
                                a href=(href) aria-current=[(section == self.section).then_some("page")] { (name) }
                            }
                        }
                        p class="place" {
                            @if let Some(store) = console.source.store() { span title="store" { (store.name()) } " " }
                            @if console.is_read_only { span class="tag" { "read-only" } " " }
                            span title="region" { (engine.region()) } " " span title="account" { (engine.account()) }
                        }
                    }
                    main id="content" tabindex="-1" data-live=[self.live] data-worker=(console.assets.url("live-worker.js"))
                        data-token=[(!console.is_read_only).then_some(link::FORM_TOKEN)] {
                        p id="connection" role="status" {}
                        @if let Some(warning) = console.warning() { p class="notice" role="status" { (warning) } }
                        @if let Some(notice) = self.notice { p class="notice" role="status" { (notice) } }
                        (content)
                    }
                }
            }
        }
    }
}

/// Renders a page without the frame, which has names of this server, for a client that may not see
/// them.
pub(crate) fn bare_page(title: &str, content: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; title { (title) " · Stepwright" } }
            body { main { (content) } }
        }
    }
}
