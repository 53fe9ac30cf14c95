//! The page. Its scripts fill it with the view of a session.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use stepwright_diagram::page_text;

use crate::assets;
use crate::file::{OpenFile, StudioFile};
use crate::studio_state::StudioState;

/// The buttons above the canvas: the command, the text, and the key.
const COMMANDS: [(&str, &str, &str); 14] = [
    ("undo", "Undo", "Ctrl+Z"),
    ("redo", "Redo", "Ctrl+Shift+Z"),
    ("save", "Save", "Ctrl+S"),
    ("add", "Add", "A"),
    ("duplicate", "Duplicate", "Ctrl+D"),
    ("remove", "Remove", "Delete"),
    ("rename", "Rename", "F2"),
    ("connect", "Connect", "C"),
    ("move", "Move", "V"),
    ("parallel", "Wrap in Parallel", "P"),
    ("map", "Wrap in Map", "M"),
    ("unwrap", "Unwrap", "U"),
    ("fold", "Fold", "B"),
    ("extract", "Extract", "E"),
];

/// The panels at the right: the name and the title of each.
const PANELS: [(&str, &str); 5] = [
    ("inspector", "State"),
    ("code", "Code"),
    ("problems", "Problems"),
    ("trial", "Test"),
    ("reports", "Reports"),
];

/// The buttons that fold lines of the text: the folded lines, the text and the help.
const FOLDS: [(&str, &str, &str); 3] = [
    (
        "line",
        "Fold lines",
        "Fold the lines below the cursor that are indented further, or show them again",
    ),
    ("states", "Fold states", "Show the first line of each state"),
    ("none", "Unfold all", "Show all lines"),
];

/// The buttons of the debugger: the command and the text.
const DEBUG_COMMANDS: [(&str, &str); 6] = [
    ("step", "Step"),
    ("into", "Step into"),
    ("resume", "Continue"),
    ("back", "Back"),
    ("answer", "Answer"),
    ("start", "Start again"),
];

/// Renders the page of a file.
pub(crate) fn render(
    studio: &StudioState,
    index: usize,
    definition: usize,
    file: &OpenFile,
) -> Markup {
    let name = &file.file.name;
    frame(
        &format!("{name} · Stepwright"),
        &["viewer.js", "studio.js"],
        html! {
            header class="top" {
                h1 { "Stepwright studio" }
                @if studio.editor.is_some() { span class="name" { (name) } } @else { (files(studio, index)) }
                label class="choice" hidden { "Definition " select id="definition" {} }
                @if file.is_read_only() { span class="tag" { "read-only" } }
                p id="saved" role="status" {}
                div class="commands" role="toolbar" aria-label="Commands" {
                    @for (command, title, key) in COMMANDS {
                        button type="button" data-command=(command) data-key=(key.to_lowercase()) title={ (title) " (" (key) ")" } { (title) }
                    }
                }
            }
            p id="message" role="alert" {}
            ul id="completions" role="listbox" aria-label="Completions" hidden {}
            div id="choice" hidden role="region" aria-label="Choice" {}
            main class="studio" id="studio" data-file=(name_of(studio, index)) data-definition=(definition) data-read-only[file.is_read_only()]
                data-version=(*assets::VERSION) data-key=[studio.run.as_ref().map(|run| run.key.to_text())] {
                section class="left" aria-label="Palette and states" {
                    div role="search" {
                        label for="search" { "Palette" }
                        input id="search" type="search" placeholder="dynamodb put" autocomplete="off"
                            role="combobox" aria-expanded="true" aria-controls="palette";
                    }
                    ul id="palette" role="listbox" aria-label="Items of the palette" {}
                    h2 id="tree-title" { "States" }
                    input id="find" type="search" placeholder="find a state (Ctrl+F)" aria-label="Find a state" autocomplete="off";
                    ul id="tree" role="tree" aria-labelledby="tree-title" tabindex="0" aria-multiselectable="true" {}
                }
                section class="middle" aria-label="Canvas" {
                    diagram-view id="canvas" fills map selects tabindex="0" role="application" aria-label="State diagram"
                        aria-describedby="help" {}
                    p id="hint" class="meaning" hidden { "There is no state yet. Drag an item of the palette here, or click it." }
                    p id="selected" role="status" aria-live="polite" {}
                    p id="help" class="meaning" {
                        "Arrows follow the transitions, Shift selects several states. A adds, Del removes, F2 renames, C connects, V moves, B folds, / searches."
                    }
                }
                (runs())
                section class="right" aria-label="Panels" {
                    div role="tablist" aria-label="Panels" {
                        @for (panel, title) in PANELS {
                            button type="button" role="tab" id={ "tab-" (panel) } aria-controls={ "panel-" (panel) }
                                aria-selected=(panel == "inspector") tabindex=(if panel == "inspector" { "0" } else { "-1" }) { (title) }
                        }
                    }
                    div id="panel-inspector" role="tabpanel" aria-labelledby="tab-inspector" tabindex="0" {
                        p { "Select a state." }
                    }
                    div id="panel-code" role="tabpanel" aria-labelledby="tab-code" hidden {
                        div id="folds" class="commands" {
                            @for (fold, title, help) in FOLDS {
                                button type="button" data-fold=(fold) title=(help) { (title) }
                            }
                        }
                        div class="code" {
                            pre id="highlight" aria-hidden="true" {}
                            div class="numbers" { pre id="numbers" aria-hidden="true" {} }
                            textarea id="text" aria-label="Text of the file" spellcheck="false" wrap="off"
                                autocapitalize="off" autocomplete="off" readonly[file.is_read_only()] {}
                        }
                        p id="fault" role="status" {}
                    }
                    div id="panel-problems" role="tabpanel" aria-labelledby="tab-problems" hidden tabindex="0" {}
                    div id="panel-trial" role="tabpanel" aria-labelledby="tab-trial" hidden tabindex="0" { (test_data()) }
                    div id="panel-reports" role="tabpanel" aria-labelledby="tab-reports" hidden tabindex="0" { (reports()) }
                }
            }
        },
    )
}

/// The name of a file in the requests of a page: an editor numbers its texts.
fn name_of(studio: &StudioState, index: usize) -> String {
    let file = studio.files.get(index);
    file.map_or_else(|| index.to_string(), StudioFile::identity)
}

fn files(studio: &StudioState, index: usize) -> Markup {
    html! {
        @if studio.files.len() > 1 {
            a href="./" { "Project" }
            label class="choice" {
                "File " select id="file" {
                    @for (other, file) in studio.files.iter().enumerate() {
                        option value=(file.identity()) selected[other == index] { (file.name) }
                    }
                }
            }
        } @else if let Some(file) = studio.files.get(index) {
            span class="name" { (file.name) }
        }
    }
}

/// The data of tests, of which the form of a state edits the parts about that state.
fn test_data() -> Markup {
    let fields = [
        ("input", "Input of the execution", "{}"),
        ("mocks", "Result of each call, by the name of its state", ""),
        (
            "inputs",
            "Input of each state that is tested alone, by its name",
            "",
        ),
        ("variables", "Variables of a state that is tested alone", ""),
    ];
    html! {
        @for (name, title, text) in fields {
            label class="field" {
                span { (title) }
                textarea id={ "trial-" (name) } rows="5" spellcheck="false" { "\n" (text) }
            }
        }
    }
}

/// The buttons that test and run, and below them the outcome.
fn runs() -> Markup {
    html! {
        section class="runs" aria-label="Test and run" {
            div class="commands" {
                button type="button" id="test" data-run="test" title="Test the selected state" { "Test" }
                button type="button" id="run" data-run="run" title="Run the whole definition" { "Run" }
                @for (act, title) in DEBUG_COMMANDS {
                    button type="button" data-run="debug" data-debug=(act) { (title) }
                }
                button type="button" id="breakpoint" data-key="k" title="Breakpoint (K)" aria-pressed="false" { "Breakpoint" }
                button type="button" id="clear-run" hidden { "Hide the statuses" }
            }
            div id="trial-outcome" role="status" tabindex="0" aria-label="Outcome" {}
        }
    }
}

fn reports() -> Markup {
    html! {
        p class="commands" {
            button type="button" data-report="policy" { "Policy" }
            button type="button" data-report="estimate" { "Estimate" }
            button type="button" data-report="difference" { "Difference to the last commit" }
            button type="button" data-export="svg" { "Export SVG" }
            button type="button" data-export="png" { "Export PNG" }
        }
        pre id="report" tabindex="0" role="region" aria-label="Report" {}
    }
}

/// Renders a page about a file that cannot be opened.
pub(crate) fn problem(studio: &StudioState, reason: &str) -> Markup {
    frame(
        "Stepwright studio",
        &[],
        html! {
            header class="top" { h1 { "Stepwright studio" } (files(studio, usize::MAX)) }
            main { p role="alert" { (PreEscaped(page_text(reason))) } }
        },
    )
}

/// A page with the style sheet and these scripts.
pub(crate) fn frame(title: &str, scripts: &[&str], content: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="icon" href="data:,";
                link rel="stylesheet" href="assets/studio.css";
                @for script in scripts { script type="module" src={ "assets/" (script) } {} }
            }
            body { (content) }
        }
    }
}
