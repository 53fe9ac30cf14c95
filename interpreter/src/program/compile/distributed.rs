use smol_str::SmolStr;
use stepwright_asl::json::Json;
use stepwright_asl::model::{self, MachineType, QueryLanguage};

use super::Compiler;
use super::field::{CompileResult, constant, word};
use crate::distributed::{Layout, Pointer, Transformation};
use crate::program::distributed::{
    Batcher, Distributed, Format, ItemReaderFields, ReaderSource, ResultWriterFields,
};
use crate::query::{CompileError, Entropy, Expr};

impl Compiler<'_> {
    pub(super) fn distributed(
        &mut self,
        name: &str,
        map: &model::Map,
        language: QueryLanguage,
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
                Some(reader) => Some(self.reader(reader, language)?),
                None => None,
            },
            batcher: match &map.item_batcher {
                Some(batcher) => Some(self.batcher(batcher, language)?),
                None => None,
            },
            writer: match &map.result_writer {
                Some(writer) => Some(self.writer(writer, language)?),
                None => None,
            },
        })
    }

    fn reader(
        &mut self,
        reader: &model::ItemReader,
        language: QueryLanguage,
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
                ReaderSource::List(Some(self.format(config, language)?))
            }
            Some("listObjectsV2") => ReaderSource::List(None),
            Some("getObject") => {
                let is_manifest = config.input_type.as_deref() == Some("MANIFEST");
                match config.manifest_type.as_deref() {
                    Some("ATHENA_DATA") => ReaderSource::Athena(self.format(config, language)?),
                    Some("S3_INVENTORY") => ReaderSource::Inventory,
                    None if is_manifest => ReaderSource::Inventory,
                    None => ReaderSource::Object(self.format(config, language)?),
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
        let parameters = self.parameters_of(
            reader.parameters.as_ref(),
            reader.arguments.as_ref(),
            "ItemReader",
            language,
        )?;
        Ok(ItemReaderFields {
            parameters: parameters.ok_or_else(|| missing("ItemReader", language))?,
            source,
            max_items: self.numeric(
                config.max_items.as_ref(),
                "ItemReader/ReaderConfig/MaxItems",
                config.max_items_path.as_deref(),
                "MaxItemsPath",
                language,
            )?,
        })
    }

    fn format(
        &mut self,
        config: &model::ReaderConfig,
        language: QueryLanguage,
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
                headers: self.headers(config, language)?,
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
        language: QueryLanguage,
    ) -> CompileResult<Option<Expr>> {
        const FIELD: &str = "ItemReader/ReaderConfig/CSVHeaders";
        match (config.csv_header_location.as_deref(), &config.csv_headers) {
            (Some("GIVEN"), Some(headers)) if language == QueryLanguage::Jsonata => {
                Expr::jsonata_template(headers, FIELD, &mut self.names).map(Some)
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

    fn batcher(
        &mut self,
        batcher: &model::ItemBatcher,
        language: QueryLanguage,
    ) -> CompileResult<Batcher> {
        let names = &mut self.names;
        let input = match (&batcher.batch_input, language) {
            (Some(json), QueryLanguage::Jsonata) => Some(Expr::jsonata_template(
                json,
                "ItemBatcher/BatchInput",
                names,
            )?),
            (Some(json), QueryLanguage::JsonPath) => {
                Some(Expr::jsonpath_template(json, "BatchInput", names)?)
            }
            (None, _) => None,
        };
        Ok(Batcher {
            input,
            max_items: self.numeric(
                batcher.max_items_per_batch.as_ref(),
                "ItemBatcher/MaxItemsPerBatch",
                batcher.max_items_per_batch_path.as_deref(),
                "MaxItemsPerBatchPath",
                language,
            )?,
            max_bytes: self.numeric(
                batcher.max_input_bytes_per_batch.as_ref(),
                "ItemBatcher/MaxInputBytesPerBatch",
                batcher.max_input_bytes_per_batch_path.as_deref(),
                "MaxInputBytesPerBatchPath",
                language,
            )?,
        })
    }

    fn writer(
        &mut self,
        writer: &model::ResultWriter,
        language: QueryLanguage,
    ) -> CompileResult<ResultWriterFields> {
        let parameters = self.parameters_of(
            writer.parameters.as_ref(),
            writer.arguments.as_ref(),
            "ResultWriter",
            language,
        )?;
        let parameters = match writer.resource.as_deref() {
            None => None,
            Some(resource) if resource.ends_with(":s3:putObject") => {
                Some(parameters.ok_or_else(|| missing("ResultWriter", language))?)
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

    /// Parameters, or Arguments in JSONata.
    fn parameters_of(
        &mut self,
        parameters: Option<&Json>,
        arguments: Option<&Json>,
        path: &str,
        language: QueryLanguage,
    ) -> CompileResult<Option<Expr>> {
        let names = &mut self.names;
        match language {
            QueryLanguage::Jsonata => arguments
                .map(|json| Expr::jsonata_template(json, &format!("{path}/Arguments"), names))
                .transpose(),
            QueryLanguage::JsonPath => parameters
                .map(|json| Expr::jsonpath_template(json, "Parameters", names))
                .transpose(),
        }
    }
}

/// Returns the label of a Map that declares none: a UUID, which follows from its name.
pub fn label_of(name: &str) -> SmolStr {
    Entropy::of_text(name).uuid().into()
}

fn unknown(field: &str, word: &str) -> CompileError {
    CompileError::new(field, format!("`{word}` is not one of its values"))
}

fn missing(path: &str, language: QueryLanguage) -> CompileError {
    let field = match language {
        QueryLanguage::JsonPath => "Parameters",
        QueryLanguage::Jsonata => "Arguments",
    };
    CompileError::new(format!("{path}/{field}"), "is missing")
}
