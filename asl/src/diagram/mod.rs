//! Pictures of definitions: Mermaid, DOT, and SVG that needs no tool to view.
//!
//! Any JSON can be drawn. A transition whose target does not exist leads to a box that says so; a state that nothing leads to is drawn
//! with a broken border. The same definition gives the same text always.
//!
//! ```
//! use stepwright_asl::diagram::Diagram;
//! use stepwright_asl::json::Json;
//!
//! let json: Json = r#"{"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": true}}}"#.parse()?;
//! let diagram = Diagram::of(&json);
//! assert!(diagram.to_svg().starts_with("<svg "));
//! assert!(diagram.to_mermaid().starts_with("flowchart TD\n"));
//! # Ok::<(), stepwright_asl::SyntaxError>(())
//! ```

mod dot;
mod html;
mod layout;
mod marks;
mod mermaid;
mod outline;
mod resource;
mod svg;
mod text;

use std::borrow::Cow;

use crate::json::Json;
use crate::overlay::Overlay;

use outline::Outline;

/// A definition that can be drawn.
#[derive(Debug, Clone)]
pub struct Diagram {
    outline: Outline,
}

impl Diagram {
    /// Reads what there is to draw, of a `&StateMachine`, a `&Document` or a `&Json`. Whether the definition makes sense is the validator's question.
    pub fn of<'j>(definition: impl Into<Cow<'j, Json>>) -> Diagram {
        Diagram {
            outline: Outline::of(&definition.into()),
        }
    }

    /// The same with what is known beside the definition: states and transitions get the colours of what became of them, how often, and a
    /// legend. `stepwright_runtime::testing` makes overlays of histories and of coverage.
    ///
    /// ```
    /// use stepwright_asl::diagram::Diagram;
    /// use stepwright_asl::json::Json;
    /// use stepwright_asl::overlay::{Mark, Overlay, Status};
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

    /// A Mermaid flowchart, as GitHub and many other tools render it.
    ///
    /// A flowchart holds boxes within boxes, several edges between two states and labels of any text; Mermaid's state diagrams do not.
    pub fn to_mermaid(&self) -> String {
        mermaid::render(&self.outline)
    }

    /// A graph in DOT, the language of Graphviz, with a cluster for each Parallel, branch and Map.
    pub fn to_dot(&self) -> String {
        dot::render(&self.outline)
    }

    /// A page around [`Diagram::to_svg`] on which the wheel zooms, dragging moves the picture, and a click on a state shows its fields. It
    /// loads nothing.
    pub fn to_html(&self) -> String {
        html::render(&self.outline, &self.to_svg())
    }

    /// A self-contained SVG: no script, no font, no link to anything.
    ///
    /// States have the colour of their type and say what they do. Conditions stand on the edges of a Choice; catchers are dashed, with the
    /// names of their errors; a round arrow marks a state that is tried again. Comments, resources, retriers and whatever had to be cut are
    /// tooltips. The picture follows the viewer's preference for light or dark.
    ///
    /// A picture of more than some thousands of states is laid out with less care, so that it takes seconds at most.
    pub fn to_svg(&self) -> String {
        svg::render(&self.outline)
    }
}
