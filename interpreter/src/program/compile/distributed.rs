//! Compiles the fields that only a Distributed Map has.

use smol_str::SmolStr;
use stepwright_asl::model::{self, MachineType};

use super::Compiler;
use super::field::{CompileResult, word};
use crate::distributed::{Layout, Pointer, Transformation};
use crate::program::distributed::{
    Batcher, Distributed, Format, ItemReaderFields, ReaderSource, ResultWriterFields,
};
use crate::program::fields::{StateFields, constant};
use crate::query::{CompileError, Entropy, Expr};

impl Compiler<'_> {
    pub(super) fn distributed(
        &mut self,
        name: &str,
        map: &model::Map,
        fields: &StateFields<'_>,
    ) -> CompileResult<Distributed> {
        let config = map
            .processor()
            .and_then(|processor| processor.processor_config.as_ref());
        let execution_type = word(
            config.and_then(|config| config.execution_type.as_ref()),
            "ItemProcessor/ProcessorConfig/ExecutionType",
        )?;
        Ok(Distributed {
            execution_type: execution_type.unwrap_or(MachineType::Standard),
            label: match &map.label {
                Some(label) => label.into(),
                None => label_of(name),
            },
            reader: match &map.item_reader {
                Some(reader) => Some(self.reader(reader, fields)?),
                None => None,
            },
            batcher: match &map.item_batcher {
                Some(_) => Some(self.batcher(fields)?),
                None => None,
            },
            writer: match &map.result_writer {
                Some(writer) => Some(self.writer(writer, fields)?),
                None => None,
            },
        })
    }

    fn reader(
        &mut self,
        reader: &model::ItemReader,
        fields: &StateFields<'_>,
    ) -> CompileResult<ItemReaderFields> {
        let default = model::ReaderConfig::default();
        let config = reader.reader_config.as_ref().unwrap_or(&default);
        let resource = reader.resource.as_deref().unwrap_or_default();
        let loads = match config.transformation.as_deref() {
            None | Some("NONE") => false,
            Some("LOAD_AND_FLATTEN") => true,
            Some(other) => return Err(unknown("ItemReader/ReaderConfig/Transformation", other)),
        };
        let source = match resource.rsplit(':').next() {
            Some("listObjectsV2") if loads => {
                ReaderSource::List(Some(self.format(config, fields)?))
            }
            Some("listObjectsV2") => ReaderSource::List(None),
            Some("getObject") => {
                let is_manifest = config.input_type.as_deref() == Some("MANIFEST");
                match config.manifest_type.as_deref() {
                    Some("ATHENA_DATA") => ReaderSource::Athena(self.format(config, fields)?),
                    Some("S3_INVENTORY") => ReaderSource::Inventory,
                    None if is_manifest => ReaderSource::Inventory,
                    None => ReaderSource::Object(self.format(config, fields)?),
                    Some(other) => {
                        return Err(unknown("ItemReader/ReaderConfig/ManifestType", other));
                    }
                }
            }
            _ => {
                return Err(CompileError::new(
                    "ItemReader/Resource",
                    format!(
                        "`{resource}` is not `arn:aws:states:::s3:getObject` or `arn:aws:states:::s3:listObjectsV2`"
                    ),
                ));
            }
        };
        let parameters = self.parameters_of(fields, "ItemReader")?;
        Ok(ItemReaderFields {
            parameters: parameters.ok_or_else(|| missing("ItemReader", fields))?,
            source,
            max_items: self.numeric(fields, "/ItemReader/ReaderConfig/MaxItems")?,
        })
    }

    fn format(
        &mut self,
        config: &model::ReaderConfig,
        fields: &StateFields<'_>,
    ) -> CompileResult<Format> {
        Ok(match config.input_type.as_deref() {
            Some("JSON") => Format::Json {
                pointer: match config.items_pointer.as_deref() {
                    None => None,
                    Some(text) => Some(Pointer::parse(text).ok_or_else(|| {
                        CompileError::new(
                            "ItemReader/ReaderConfig/ItemsPointer",
                            format!("`{text}` is not a JSON pointer; it must begin with `/`"),
                        )
                    })?),
                },
            },
            Some("JSONL") => Format::JsonLines,
            Some("PARQUET") => Format::Parquet,
            Some("CSV") => Format::Csv {
                delimiter: match config.csv_delimiter.as_deref() {
                    None | Some("COMMA") => b',',
                    Some("PIPE") => b'|',
                    Some("SEMICOLON") => b';',
                    Some("SPACE") => b' ',
                    Some("TAB") => b'\t',
                    Some(other) => {
                        return Err(unknown("ItemReader/ReaderConfig/CSVDelimiter", other));
                    }
                },
                headers: self.headers(config, fields)?,
            },
            Some(other) => return Err(unknown("ItemReader/ReaderConfig/InputType", other)),
            None => {
                return Err(CompileError::new(
                    "ItemReader/ReaderConfig/InputType",
                    "is missing; write CSV, JSON, JSONL, MANIFEST or PARQUET",
                ));
            }
        })
    }

    fn headers(
        &mut self,
        config: &model::ReaderConfig,
        fields: &StateFields<'_>,
    ) -> CompileResult<Option<Expr>> {
        const FIELD: &str = "ItemReader/ReaderConfig/CSVHeaders";
        match (config.csv_header_location.as_deref(), &config.csv_headers) {
            (Some("GIVEN"), Some(_)) if fields.is_jsonata() => {
                self.value(fields, "/ItemReader/ReaderConfig/CSVHeaders")
            }
            (Some("GIVEN"), Some(headers)) => Ok(Some(Expr::constant(constant(headers)?))),
            (Some("GIVEN"), None) => Err(CompileError::new(
                FIELD,
                "is missing; CSVHeaderLocation is GIVEN",
            )),
            (None | Some("FIRST_ROW"), _) => Ok(None),
            (Some(other), _) => Err(unknown("ItemReader/ReaderConfig/CSVHeaderLocation", other)),
        }
    }

    fn batcher(&mut self, fields: &StateFields<'_>) -> CompileResult<Batcher> {
        Ok(Batcher {
            input: self.value(fields, "/ItemBatcher/BatchInput")?,
            max_items: self.numeric(fields, "/ItemBatcher/MaxItemsPerBatch")?,
            max_bytes: self.numeric(fields, "/ItemBatcher/MaxInputBytesPerBatch")?,
        })
    }

    fn writer(
        &mut self,
        writer: &model::ResultWriter,
        fields: &StateFields<'_>,
    ) -> CompileResult<ResultWriterFields> {
        let parameters = self.parameters_of(fields, "ResultWriter")?;
        let parameters = match writer.resource.as_deref() {
            None => None,
            Some(resource) if resource.ends_with(":s3:putObject") => {
                Some(parameters.ok_or_else(|| missing("ResultWriter", fields))?)
            }
            Some(other) => {
                return Err(CompileError::new(
                    "ResultWriter/Resource",
                    format!("`{other}` is not `arn:aws:states:::s3:putObject`"),
                ));
            }
        };
        let config = writer.writer_config.as_ref();
        let transformation = match config.and_then(|config| config.transformation.as_deref()) {
            None | Some("NONE") => Transformation::None,
            Some("COMPACT") => Transformation::Compact,
            Some("FLATTEN") => Transformation::Flatten,
            Some(other) => return Err(unknown("ResultWriter/WriterConfig/Transformation", other)),
        };
        let is_lines = match config.and_then(|config| config.output_type.as_deref()) {
            None | Some("JSON") => false,
            Some("JSONL") => true,
            Some(other) => return Err(unknown("ResultWriter/WriterConfig/OutputType", other)),
        };
        Ok(ResultWriterFields {
            parameters,
            layout: Layout {
                transformation,
                is_lines,
            },
        })
    }

    /// Compiles Parameters, or Arguments in JSONata.
    fn parameters_of(
        &mut self,
        fields: &StateFields<'_>,
        folder: &str,
    ) -> CompileResult<Option<Expr>> {
        self.value(fields, &format!("/{folder}/{}", parameters_name(fields)))
    }
}

fn parameters_name(fields: &StateFields<'_>) -> &'static str {
    if fields.is_jsonata() {
        "Arguments"
    } else {
        "Parameters"
    }
}

/// Returns the label of a Map that declares none: a UUID, which follows from its name.
pub fn label_of(name: &str) -> SmolStr {
    Entropy::of_text(name).uuid().into()
}

fn unknown(field: &str, word: &str) -> CompileError {
    CompileError::new(field, format!("`{word}` is not one of its values"))
}

fn missing(path: &str, fields: &StateFields<'_>) -> CompileError {
    let field = parameters_name(fields);
    CompileError::new(format!("{path}/{field}"), "is missing")
}
