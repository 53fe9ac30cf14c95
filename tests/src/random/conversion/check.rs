//! Runs a machine in both query languages and compares the executions.

use std::collections::HashMap;

use serde_json::Value as Json;
use stepwright_tools::convert::Converter;

use super::compare::{Requirement, difference, watched};
use super::convert::{Converted, converted};
use super::run::Runner;
use super::shape::Shape;

/// What the comparison of one machine found.
#[derive(Debug)]
pub(super) struct Comparison {
    pub(super) converted: Converted,
    /// The runs that were compared.
    pub(super) runs: usize,
    /// The runs in which a path found nothing.
    pub(super) absent: usize,
    /// Whether a result became a variable in a second conversion, which was compared, too.
    pub(super) with_variables: bool,
}

/// A machine whose conversion does something else.
#[derive(Clone, Debug)]
pub(super) struct Mismatch {
    /// What differs: the first word names the part.
    pub(super) reason: String,
    /// The input, and the seed of the results, of the first run that differs.
    pub(super) run: Option<(Json, u64)>,
    pub(super) converted: Option<String>,
}

/// Compares the executions with these inputs and seeds.
pub(super) async fn compare(
    definition: &Json,
    results: &HashMap<String, Shape>,
    runs: &[(Json, u64)],
) -> Result<Comparison, Mismatch> {
    let failed = |reason: String| Mismatch {
        reason,
        run: None,
        converted: None,
    };
    let text = format!("{definition:#}");
    let jsonpath =
        Runner::new(&text, results).map_err(|reason| failed(format!("rejected: {reason}")))?;
    let watcher = Runner::new(&watched(definition).to_string(), results)
        .map_err(|reason| failed(format!("watched: {reason}")))?;
    let convert = |converter: Converter| {
        let converted = converted(&text, &converter)?;
        let runner = Runner::new(&converted.text, results)
            .map_err(|reason| format!("compile: {reason}\n{}", converted.text))?;
        Ok((converted, runner))
    };
    let (converted, runner) = convert(Converter::new()).map_err(failed)?;
    let mut forms = vec![(converted.text.clone(), runner)];
    let (with_variables, runner) = convert(Converter::new().with_variables()).map_err(failed)?;
    if with_variables.text != converted.text {
        forms.push((with_variables.text, runner));
    }
    let mut comparison = Comparison {
        converted,
        runs: 0,
        absent: 0,
        with_variables: false,
    };
    for (input, seed) in runs {
        let mismatch = |reason, text: &str| Mismatch {
            reason,
            run: Some((input.clone(), *seed)),
            converted: Some(text.to_owned()),
        };
        let given = |reason| mismatch(reason, &comparison.converted.text);
        let watched = watcher.run(input, *seed).await.map_err(given)?;
        if Requirement::of(&watched) == Requirement::Nothing {
            comparison.absent += 1;
            continue;
        }
        let before = jsonpath.run(input, *seed).await.map_err(given)?;
        comparison.runs += 1;
        for (text, runner) in &forms {
            let failed = |reason| mismatch(reason, text);
            let after = runner.run(input, *seed).await.map_err(failed)?;
            if let Some(reason) = difference(&before, &after) {
                return Err(failed(reason));
            }
        }
    }
    comparison.with_variables = forms.len() > 1;
    Ok(comparison)
}
