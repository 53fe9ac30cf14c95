//! Diagrams of definitions: Mermaid, DOT, and SVG that needs no tool to view.
//!
//! Any JSON can be drawn. A transition with a missing target leads to a box with a note; an
//! unreachable state has a dashed border. The output is deterministic.
//!
//! ```
//! use stepwright_asl::json::Json;
//! use stepwright_diagram::Diagram;
//!
//! let json: Json = r#"{"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": true}}}"#.parse()?;
//! let diagram = Diagram::of(&json);
//! assert!(diagram.to_svg().starts_with("<svg "));
//! assert!(diagram.to_mermaid().starts_with("flowchart TD\n"));
//! # Ok::<(), stepwright_asl::SyntaxError>(())
//! ```
//!
//! # Boundary
//!
//! - It depends on `stepwright-asl` only.
//! - It knows definitions and an overlay of statuses, and neither histories nor engines. It has no
//!   I/O.
//! - Each format is a file over one outline. The same definition always has the same picture.
//! - No definition is an error: what cannot be drawn is a note in the picture.

mod dot;
mod html;
mod layout;
mod machine_map;
mod marks;
mod mermaid;
mod outline;
mod page_head;
mod page_text;
mod picture_cache;
mod resource;
mod svg;
mod text;

use std::borrow::Cow;

use stepwright_asl::json::Json;
use stepwright_asl::overlay::Overlay;

use outline::Outline;

pub use machine_map::{MachineBox, MachineStart};
pub use page_head::page_head;
pub use page_text::page_text;
pub use picture_cache::PictureCache;
pub use svg::{EditablePicture, PictureElement, StateLink};

/// A diagram of a definition.
#[derive(Debug, Clone)]
pub struct Diagram {
    outline: Outline,
}

impl Diagram {
    /// Reads the definition from a `&StateMachine`, a `&Document` or a `&Json`. It is not
    /// validated.
    pub fn of<'j>(definition: impl Into<Cow<'j, Json>>) -> Diagram {
        Diagram {
            outline: Outline::of(&definition.into()),
        }
    }

    /// Reads a definition without the states inside of some Parallel and Map states, which are
    /// named by their pointers.
    ///
    /// ```
    /// use stepwright_asl::json::Json;
    /// use stepwright_diagram::Diagram;
    ///
    /// let json: Json = r#"{"StartAt": "Each", "States": {"Each": {"Type": "Map", "ItemProcessor":
    ///     {"StartAt": "One", "States": {"One": {"Type": "Succeed"}}}, "End": true}}}"#.parse()?;
    /// let folded = Diagram::folded(&json, &["/States/Each".to_owned()]);
    /// assert_eq!(folded.state_count(), 1);
    /// # Ok::<(), stepwright_asl::SyntaxError>(())
    /// ```
    pub fn folded(definition: &Json, states: &[String]) -> Diagram {
        Diagram {
            outline: match states {
                [] => Outline::of(definition),
                states => Outline::folded(definition, states),
            },
        }
    }

    /// Draws several state machines, with lines to the machines whose executions they start. In
    /// [`to_inline_svg`](Self::to_inline_svg), the name of a state is `MACHINE: STATE`.
    ///
    /// ```
    /// use stepwright_diagram::{Diagram, MachineBox, MachineStart};
    ///
    /// let start = MachineStart { state: "Refund".into(), called: "${RefundArn}".into(), targets: vec![1] };
    /// let order = MachineBox { name: "order".into(), detail: "5 states".into(), starts: vec![start] };
    /// let refund = MachineBox { name: "refund".into(), detail: "1 state".into(), starts: vec![] };
    /// let svg = Diagram::of_machines(&[order, refund]).to_svg();
    /// assert!(svg.contains("refund"));
    /// ```
    pub fn of_machines(machines: &[MachineBox]) -> Diagram {
        Diagram {
            outline: Outline::of_machines(machines),
        }
    }

    /// Adds an overlay: states and transitions get the colours of their statuses, with counts and a
    /// legend. `stepwright_runtime::testing` creates overlays from histories and from coverage.
    ///
    /// ```
    /// use stepwright_asl::json::Json;
    /// use stepwright_asl::overlay::{Mark, Overlay, Status};
    /// use stepwright_diagram::Diagram;
    ///
    /// let json: Json = r#"{"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": true}}}"#.parse()?;
    /// let mut overlay = Overlay::new("execution succeeded");
    /// overlay.state("Greet", Mark::new(Status::Succeeded).badge("×2"));
    /// let svg = Diagram::of(&json).with(&overlay).to_svg();
    /// assert!(svg.contains("execution succeeded") && svg.contains("×2"));
    /// # Ok::<(), stepwright_asl::SyntaxError>(())
    /// ```
    #[must_use]
    pub fn with(mut self, overlay: &Overlay) -> Diagram {
        marks::put(&mut self.outline, overlay);
        self
    }

    /// Returns how many states it has, including boxes for missing targets of transitions.
    pub fn state_count(&self) -> usize {
        self.outline.nodes.len()
    }

    /// Returns the fields of a state as JSON, without nested states; `None` for a state that the
    /// definition lacks.
    pub fn source(&self, state: &str) -> Option<&str> {
        let mut nodes = self.outline.nodes.iter();
        let node = nodes.find(|node| node.full_name == state)?;
        Some(node.source.as_str()).filter(|source| !source.is_empty())
    }

    /// Returns a Mermaid flowchart, which GitHub and many other tools render.
    ///
    /// A flowchart supports nested boxes, several edges between two states and labels with any
    /// text; Mermaid's state diagrams do not.
    pub fn to_mermaid(&self) -> String {
        mermaid::render(&self.outline)
    }

    /// Returns a graph in DOT, the language of Graphviz, with a cluster for each Parallel, branch
    /// and Map.
    pub fn to_dot(&self) -> String {
        dot::render(&self.outline)
    }

    /// Returns an HTML page around [`Diagram::to_svg`]. The wheel zooms, dragging moves the
    /// picture, and a click on a state shows its fields. The page loads no other resources.
    pub fn to_html(&self) -> String {
        html::render(&self.outline, &self.to_svg())
    }

    /// Returns a self-contained SVG: no scripts, no fonts, no external references.
    ///
    /// The colour of a state depends on its type, and its text includes a short detail. Edges of a
    /// Choice are labelled with the comments of rules or with conditions; catchers are dashed and
    /// labelled with the names of their errors. A circular arrow marks a state with retriers.
    /// Tooltips contain comments, resources, retriers and the full form of truncated texts. The
    /// picture follows the viewer's preference for light or dark.
    ///
    /// A picture of several thousand states has a simpler layout, so that it takes at most a few
    /// seconds.
    pub fn to_svg(&self) -> String {
        svg::render(&self.outline)
    }

    /// Returns the picture of [`to_svg`](Self::to_svg) for a web page that contains [`stylesheet`].
    /// It has no styles, which a strict Content-Security-Policy forbids, and each state is inside
    /// the link that `link_of` returns for its name.
    ///
    /// ```
    /// use stepwright_asl::json::Json;
    /// use stepwright_diagram::{Diagram, StateLink};
    ///
    /// let json: Json = r#"{"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": true}}}"#.parse()?;
    /// let svg = Diagram::of(&json).to_inline_svg(|state| Some(StateLink::new(format!("#{state}"))));
    /// assert!(svg.contains(r##"<a href="#Greet">"##) && !svg.contains("<style>"));
    /// # Ok::<(), stepwright_asl::SyntaxError>(())
    /// ```
    pub fn to_inline_svg(&self, link_of: impl Fn(&str) -> Option<StateLink>) -> String {
        svg::render_inline(&self.outline, &link_of)
    }

    /// Returns the picture for a page that edits the definition and contains [`stylesheet`] and
    /// [`editor_stylesheet`].
    ///
    /// Each state has `data-pointer`, the pointer to it with the escapes of a JSON string. Each
    /// transition has `data-edges`, a JSON array of pointers to the names of its target; for a
    /// state that ends, the pointer to `End`. A `+` with the same attribute is on each transition
    /// and in each body without states.
    ///
    /// ```
    /// use stepwright_asl::json::Json;
    /// use stepwright_diagram::Diagram;
    ///
    /// let json: Json = r#"{"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": true}}}"#.parse()?;
    /// let svg = Diagram::of(&json).to_editable_svg();
    /// assert!(svg.contains(r#"data-pointer="/States/Greet""#));
    /// assert!(svg.contains(r#"class="plus" data-edges="[&quot;/States/Greet/End&quot;]""#));
    /// # Ok::<(), stepwright_asl::SyntaxError>(())
    /// ```
    pub fn to_editable_svg(&self) -> String {
        self.to_editable_picture().to_svg()
    }

    /// Returns the picture of [`to_editable_svg`](Self::to_editable_svg) in elements, so that a
    /// page can replace those that differ from the ones it shows.
    pub fn to_editable_picture(&self) -> EditablePicture {
        svg::render_editable(&self.outline, &layout::lay_out(&self.outline))
    }
}

/// Returns the style sheet of the handles of [`Diagram::to_editable_svg`], in addition to
/// [`stylesheet`].
pub fn editor_stylesheet() -> &'static str {
    svg::EDITOR_STYLES
}

/// Returns a script of type `module` that defines the element `diagram-view`. In it, the picture of
/// [`Diagram::to_inline_svg`] zooms, moves and fills the screen, with the mouse and with the
/// keyboard. The script has no inline styles, so a strict Content-Security-Policy allows it.
pub fn viewer_script() -> &'static str {
    svg::VIEWER
}

/// Returns the style sheet of all pictures, for pages with [`Diagram::to_inline_svg`]. It defines
/// the colours of the statuses as the variables `--good`, `--warn`, `--bad`, `--run` and `--stop`,
/// and their fills as `--good-fill` and so on, so that a page can use the same ones.
pub fn stylesheet() -> String {
    svg::stylesheet()
}

/// The README's example compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
