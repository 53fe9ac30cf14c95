//! Where definitions come from: files, standard input, templates, modules of Terraform, and the
//! files that these name.

pub(crate) mod definition;
pub(crate) mod embedded;
pub(crate) mod embedded_machine;
pub(crate) mod input;
pub(crate) mod named_file;
pub(crate) mod project;
pub(crate) mod replace_file;
pub(crate) mod rewrite;
pub(crate) mod started;
pub(crate) mod template;
pub(crate) mod terraform;
pub(crate) mod written_schemas;
