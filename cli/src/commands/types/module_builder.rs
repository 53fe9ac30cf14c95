//! The declarations for the contracts of several workflows.

use stepwright_asl::IndexMap;
use stepwright_asl::json::Json;

use super::contract::Contract;
use super::schema_reader::SchemaReader;
use super::type_model::TypeModule;
use crate::commands::import::names::{pascal, without_hash};

/// The types of workflows, with the schemas from which they are read.
#[derive(Debug)]
pub(super) struct ContractTypes<'s> {
    pub(super) module: TypeModule,
    /// The root schemas.
    pub(super) documents: Vec<&'s Json>,
    /// The names and documents of inputs, outputs, payloads and results.
    pub(super) roots: Vec<(String, usize)>,
    /// The name of each schema, by its document and pointer.
    pub(super) named: IndexMap<(usize, String), String>,
}

/// A schema of a contract with the name that its type should have.
struct RootSchema<'s> {
    name: String,
    /// The name if another workflow has a different schema with that name.
    qualified: String,
    role: String,
    schema: &'s Json,
}

impl<'s> ContractTypes<'s> {
    /// Reads the schemas of contracts as types. Equal schemas of one task have one type.
    pub(super) fn of(contracts: &'s [Contract]) -> ContractTypes<'s> {
        let all: Vec<RootSchema<'s>> = contracts.iter().flat_map(root_schemas).collect();
        let mut chosen: Vec<(String, &RootSchema<'s>)> = Vec::new();
        for root in &all {
            let is_ambiguous = all
                .iter()
                .any(|other| other.name == root.name && other.schema != root.schema);
            let name = match is_ambiguous {
                true => root.qualified.clone(),
                false => root.name.clone(),
            };
            let mut known = chosen.iter();
            if !known.any(|(other, known)| *other == name && known.schema == root.schema) {
                chosen.push((name, root));
            }
        }
        let documents: Vec<&Json> = chosen.iter().map(|(_, root)| root.schema).collect();
        let mut reader = SchemaReader::new(documents.clone());
        let names: Vec<String> = (chosen.iter())
            .map(|(name, _)| reader.reserve(name.clone()))
            .collect();
        for (document, (name, (_, root))) in names.iter().zip(&chosen).enumerate() {
            reader.declare_document(document, name.clone(), &root.role);
        }
        let (module, named) = reader.finish();
        let roots = names.into_iter().zip(0..).collect();
        ContractTypes {
            module,
            documents,
            roots,
            named,
        }
    }
}

fn root_schemas(contract: &Contract) -> Vec<RootSchema<'_>> {
    let workflow = pascal(without_hash(&contract.name), "Workflow");
    let whole = |part: &str, noun: &str, schema| RootSchema {
        name: format!("{workflow}{part}"),
        qualified: format!("{workflow}{part}"),
        role: format!("The {noun} of an execution of `{}`.", contract.name),
        schema,
    };
    let mut roots = vec![
        whole("Input", "input", &contract.input),
        whole("Output", "output", &contract.output),
    ];
    for task in &contract.tasks {
        let name = pascal(without_hash(&task.name), "Task");
        for (part, noun, schema) in [
            ("Payload", "payload", &task.payload),
            ("Result", "result", &task.result),
        ] {
            roots.push(RootSchema {
                name: format!("{name}{part}"),
                qualified: format!("{workflow}{name}{part}"),
                role: format!("The {noun} of the task `{}`.", task.name),
                schema,
            });
        }
    }
    roots
}
