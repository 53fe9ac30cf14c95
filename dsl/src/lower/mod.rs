//! From the flow tree to ASL.

use crate::flow::Flow;
use crate::workflow::{Definition, Faults};

pub(crate) fn lower(flow: &Flow) -> Result<Definition, Faults> {
    let _ = flow;
    Err(Faults::new(&flow.name, Vec::new()))
}
