//! `stepwright review`: what a change of definitions does, sorted by risk.

mod definitions;
mod histories;
mod properties;
mod revisions;

use stepwright_asl::MachineType;
use stepwright_review::review::{Review, Risk, RiskKind, RiskLevel};

use self::definitions::{DefinitionSet, Pairing};
use self::properties::{CheckedProperties, Properties};
use self::revisions::Revisions;
use crate::args::{ReviewArguments, ReviewFormat};
use crate::failure::Failure;
use crate::terminal::output;

/// Reviews the change and prints the report.
pub(crate) async fn review(arguments: &ReviewArguments) -> Result<(), Failure> {
    let machine_type: MachineType = arguments.machine_type.into();
    // The files exist until the end: what is next to a definition is read later.
    let revisions = Revisions::parse(arguments)
        .map(|revisions| revisions.check_out())
        .transpose()?;
    let (old, new) = match &revisions {
        Some(sides) => {
            let old = DefinitionSet::read(&sides.old, machine_type)?;
            (old, DefinitionSet::read(&sides.new, machine_type)?)
        }
        None => {
            let [new] = arguments.new.as_slice() else {
                return Err(Failure::Usage(
                    "give the old and the new definition or folder, or two revisions as in `main..HEAD`".to_owned(),
                ));
            };
            let old = DefinitionSet::read_path(&arguments.old, machine_type)?;
            (old, DefinitionSet::read_path(new, machine_type)?)
        }
    };
    let mut review = Review::new();
    for note in old.notes.iter().chain(&new.notes) {
        review.note(note.clone());
    }
    let pairs = Pairing::of(old, new);
    let histories = histories::of(arguments, &pairs).await?;
    let properties = Properties::of(arguments, &pairs)?;
    let mut unknown_names = Vec::new();
    for pair in pairs.into_pairs() {
        let (name, rehearsed) = (pair.name().to_owned(), histories.rehearse(&pair)?);
        let CheckedProperties { unknown, explored } = properties.check(&pair)?;
        let differs = pair.differs();
        let (old, new) = pair.into_sides(machine_type);
        let unchanged = new.clone().filter(|_| !differs);
        review.compare(old, new);
        if let Some(report) = rehearsed {
            review.rehearsed(&name, report);
        }
        for unknown in unknown {
            unknown_names.push(format!("{name}: {unknown}"));
            let message = unknown.to_string();
            review.risk(
                &name,
                Risk::new(RiskLevel::High, RiskKind::Property, message),
            );
        }
        match explored {
            Some(Ok(sides)) => {
                match unchanged {
                    Some(definition) => {
                        review.affected(definition, &sides.changed_starts, &sides.old, &sides.new)
                    }
                    None => review.explored(&name, &sides.old, &sides.new),
                }
                for note in sides.notes {
                    review.note(format!("{name}: {note}"));
                }
                if !sides.new.coverage().is_complete() {
                    review.note(format!(
                        "{name}: properties are checked in {}",
                        sides.new.coverage()
                    ));
                }
            }
            Some(Err(reason)) => {
                review.note(format!("{name}: properties are not checked: {reason}"));
            }
            None => {}
        }
    }
    match arguments.format {
        ReviewFormat::Text => output::print(&review),
        ReviewFormat::Markdown => output::print(review.to_markdown()),
        ReviewFormat::Html => output::document(&review.to_html()),
        ReviewFormat::Json => {
            let json = review.to_json();
            let json = json.map_err(|error| Failure::Failed(error.to_string()))?;
            output::line(format_args!("{json:#}"));
        }
        ReviewFormat::Sarif => output::line(format_args!("{:#}", review.to_sarif())),
    }
    if !unknown_names.is_empty() {
        return Err(Failure::Usage(unknown_names.join("\n")));
    }
    let denied = |level: &RiskLevel| arguments.deny.is_some_and(|deny| *level <= deny);
    let count: usize = RiskLevel::ALL
        .iter()
        .filter(|level| denied(level))
        .map(|level| review.count(*level))
        .sum();
    match (count, arguments.deny) {
        (1.., Some(level)) => {
            let noun = if count == 1 { "risk" } else { "risks" };
            Err(Failure::Failed(format!(
                "{count} {noun} of the level {level} or higher"
            )))
        }
        _ => Ok(()),
    }
}
