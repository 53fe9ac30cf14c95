//! The types of inputs, outputs and payloads of tasks for other languages.
//!
//! ```
//! use stepwright_tools::types::{Contract, TypeLanguage, WrittenSchemas, print};
//!
//! let written = WrittenSchemas::of_text(r#"{"input": {"type": "object",
//!     "properties": {"id": {"type": "string"}}, "required": ["id"]}}"#)?;
//! let contract = Contract::new("Orders", "orders.asl.json").with_written(written);
//! let text = print(&[contract], TypeLanguage::TypeScript);
//! assert!(text.contains("export interface OrdersInput {\n  id: string;"), "{text}");
//! # Ok::<(), String>(())
//! ```
//!
//! `schema_reader` reads the schemas of a [`Contract`] as the types of `type_model`, and each
//! language prints these.

mod conjunction;
mod contract;
mod json_schema;
mod module_builder;
mod python;
mod schema_identity;
mod schema_reader;
mod type_model;
mod typescript;
mod written_schemas;

#[cfg(test)]
mod property_tests;

use module_builder::{ContractTypes, header};

pub use contract::{Contract, TaskContract};
pub use written_schemas::{SCHEMAS_ENDING, WrittenSchemas};

/// A language with types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TypeLanguage {
    /// Interfaces and types of TypeScript.
    TypeScript,
    /// Typed dictionaries of Python.
    Python,
    /// One JSON Schema with all types.
    JsonSchema,
}

/// Prints the types of workflows as the text of one file.
pub fn print(contracts: &[Contract], language: TypeLanguage) -> String {
    let types = ContractTypes::of(contracts);
    let header = header(contracts);
    match language {
        TypeLanguage::TypeScript => typescript::print(&types.module, &header),
        TypeLanguage::Python => python::print(&types.module, &header),
        TypeLanguage::JsonSchema => json_schema::print(&types, &header),
    }
}
