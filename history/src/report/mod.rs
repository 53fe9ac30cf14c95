//! Pages about executions: a [`Report`] is one file about one execution. The functions return its
//! parts, for other pages, such as those of the console of `stepwright-server`.
//!
//! Each part is HTML without styles and scripts; [`stylesheet`] has the styles.

mod chart;
mod events;
mod expressions;
mod page;
mod picture;
mod status;
pub mod text;
mod view;
mod visible;
mod visit;

pub use self::chart::chart;
pub use self::events::{EventFilter, EventList, events};
pub use self::page::Report;
pub use self::picture::{framed, picture, picture_at};
pub use self::view::{ExecutionLinks, ExecutionView, most_interesting, siblings};
pub use self::visible::visible;
pub use self::visit::{definition, value, variable_values, visit};

/// Returns the style sheet of all parts.
pub fn stylesheet() -> String {
    format!(
        "{}{}",
        stepwright_diagram::stylesheet(),
        include_str!("report.css")
    )
}
