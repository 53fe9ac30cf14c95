//! The API models of AWS services: which operations a service has, and how their parameters are
//! sent.
//!
//! `models.bin` has those of all services that Step Functions can call; `derive.py` writes it from
//! botocore. [`Models::in_directory`] reads the models of an installed botocore instead.

mod argument_check;
mod called_operation;
mod name;
mod optimized_service;
mod read;
mod service_model;

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
#[cfg(target_family = "wasm")]
use std::sync::OnceLock;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use flate2::read::{GzDecoder, ZlibDecoder};

pub use self::argument_check::{
    ArgumentProblem, ArgumentProblemKind, ArgumentStep, ArgumentType, ComputedArguments,
    check_arguments,
};
pub use self::called_operation::CalledOperation;
pub use self::name::{exception as exception_name, optimized as optimized_name};
pub use self::optimized_service::OptimizedService;
pub use self::service_model::{
    Location, MapShape, Member, Operation, Protocol, ServiceModel, Shape, ShapeIx, Structure,
    TimestampFormat,
};

/// Returns an index and the compressed models; `derive.py` describes the format.
#[cfg(not(target_family = "wasm"))]
fn content() -> &'static [u8] {
    include_bytes!("models.bin")
}

/// In a browser they would be half of the program, so a page loads them as a file.
#[cfg(target_family = "wasm")]
static PROVIDED: OnceLock<Vec<u8>> = OnceLock::new();

#[cfg(target_family = "wasm")]
fn content() -> &'static [u8] {
    PROVIDED.get().map_or(&[], Vec::as_slice)
}

/// Provides the content of `models.bin`, before a model is used. Only the first call has an effect.
/// Without it, no service has a model.
#[cfg(target_family = "wasm")]
pub fn provide(content: Vec<u8>) {
    PROVIDED.get_or_init(|| content);
}

/// The models of `models.bin`, by their names.
static INDEX: LazyLock<HashMap<&str, &[u8]>> =
    LazyLock::new(|| index(content()).unwrap_or_default());

/// The API models of AWS services. A model is read when its service is called for the first time.
#[derive(Debug, Default)]
pub struct Models {
    directory: Option<PathBuf>,
    read: Mutex<HashMap<String, Result<Arc<ServiceModel>, ModelError>>>,
}

/// The reason why the model of a service cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// No model has this name.
    #[error("there is no API model of the service `{0}`")]
    Unknown(String),
    /// A file cannot be read.
    #[error("the API model {path} cannot be read: {reason}")]
    Unreadable {
        /// The file.
        path: String,
        /// The reason.
        reason: String,
    },
}

impl Models {
    /// Returns the embedded models that all users of this process share.
    pub fn shared() -> &'static Self {
        static SHARED: LazyLock<Models> = LazyLock::new(Models::embedded);
        &SHARED
    }

    /// Returns the models that are part of this package: those of all services that Step Functions
    /// integrates.
    pub fn embedded() -> Self {
        Self::default()
    }

    /// Returns the models of an installed botocore: `directory` is its folder `data`, which has a
    /// folder for each service. A service that is missing there has its embedded model.
    ///
    /// # Errors
    ///
    /// If the directory cannot be read, or has no model.
    pub fn in_directory(directory: impl Into<PathBuf>) -> Result<Self, ModelError> {
        let directory = directory.into();
        let unreadable = |reason: String| ModelError::Unreadable {
            path: directory.display().to_string(),
            reason,
        };
        let mut entries =
            std::fs::read_dir(&directory).map_err(|error| unreadable(error.to_string()))?;
        let has_models =
            entries.any(|entry| entry.is_ok_and(|entry| newest_file(&entry.path()).is_some()));
        if !has_models {
            let hint = "no folder in it has a file `service-2.json` or `service-2.json.gz`; give the folder `data` of an installed botocore";
            return Err(unreadable(hint.to_owned()));
        }
        Ok(Self {
            directory: Some(directory),
            read: Mutex::default(),
        })
    }

    /// Returns the model of a service, by its name in botocore and in the AWS CLI.
    pub fn find(&self, name: &str) -> Result<Arc<ServiceModel>, ModelError> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = read.get(name) {
            return known.clone();
        }
        let model = self.load(name).map(Arc::new);
        read.insert(name.to_owned(), model.clone());
        model
    }

    fn load(&self, name: &str) -> Result<ServiceModel, ModelError> {
        let own = self
            .directory
            .as_ref()
            .and_then(|directory| newest_file(&directory.join(name)));
        let embedded = INDEX.get(name).copied();
        let Some(path) = own else {
            let compressed = embedded.ok_or_else(|| ModelError::Unknown(name.to_owned()))?;
            return parse(
                "models.bin",
                name,
                decompressed(ZlibDecoder::new(compressed)),
            );
        };
        let shown = path.display().to_string();
        let content = std::fs::read(&path).and_then(|content| match path.extension() {
            Some(extension) if extension == "gz" => decompressed(GzDecoder::new(&*content)),
            _ => Ok(content),
        });
        let mut model = parse(&shown, name, content)?;
        // botocore has the host names elsewhere.
        if model.host.is_none()
            && let Some(compressed) = embedded
        {
            let embedded = parse(
                "models.bin",
                name,
                decompressed(ZlibDecoder::new(compressed)),
            )?;
            model.host = embedded.host;
            model.signing_region = embedded.signing_region;
        }
        Ok(model)
    }
}

/// The names of the embedded models, in order.
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<_> = INDEX.keys().copied().collect();
    names.sort_unstable();
    names
}

/// Reads a model in the format of botocore, for tests.
///
/// # Errors
///
/// If it is not a model; the error is a sentence.
pub fn of_json(model: &serde_json::Value) -> Result<ServiceModel, String> {
    read::model("tested", model.to_string().as_bytes())
}

fn parse(path: &str, name: &str, content: io::Result<Vec<u8>>) -> Result<ServiceModel, ModelError> {
    let read = content
        .map_err(|error| error.to_string())
        .and_then(|content| read::model(name, &content));
    read.map_err(|reason| ModelError::Unreadable {
        path: path.to_owned(),
        reason: format!("{name}: {reason}"),
    })
}

fn decompressed(mut reader: impl io::Read) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    reader.read_to_end(&mut content)?;
    Ok(content)
}

/// The model file of a service's newest version; its folders are dates.
fn newest_file(service: &Path) -> Option<PathBuf> {
    let versions = std::fs::read_dir(service).ok()?;
    let files = versions.filter_map(|version| {
        let version = version.ok()?.path();
        let files = ["service-2.json.gz", "service-2.json"].map(|name| version.join(name));
        files.into_iter().find(|file| file.is_file())
    });
    files.max()
}

fn index(content: &'static [u8]) -> Option<HashMap<&'static str, &'static [u8]>> {
    let (length, rest) = content.split_first_chunk::<4>()?;
    let (lines, models) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    let lines = std::str::from_utf8(lines).ok()?.lines();
    let entries = lines.map(|line| {
        let mut columns = line.split(' ');
        let name = columns.next()?;
        let offset: usize = columns.next()?.parse().ok()?;
        let length: usize = columns.next()?.parse().ok()?;
        Some((name, models.get(offset..)?.get(..length)?))
    });
    entries.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_embedded_models_can_be_read() {
        assert!(INDEX.len() > 400, "{} models", INDEX.len());
        let models = Models::embedded();
        for name in INDEX.keys() {
            let model = models.find(name).expect("the model is valid");
            assert!(!model.operations.is_empty(), "{name}");
            assert!(model.host.is_some(), "{name}");
        }
    }

    #[test]
    fn each_service_of_the_table_has_a_model_with_its_actions() {
        let models = Models::embedded();
        for service in crate::integrations::services() {
            // `NO_PROTOCOL` in derive.py.
            let with_model = service
                .command()
                .filter(|name| *name != "partnercentral-revenue-measurement");
            let Some(command) = with_model else {
                continue;
            };
            let model = models.find(command).expect("the model is valid");
            let actions = service
                .actions()
                .filter(|action| !service.is_unsupported(&name::optimized(action)));
            for action in actions {
                assert!(
                    model.operations.contains_key(&action),
                    "{}:{action}",
                    service.name()
                );
            }
        }
    }

    #[test]
    fn a_model_of_an_installed_botocore_replaces_the_embedded_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let version = folder.path().join("sqs/2012-11-05");
        std::fs::create_dir_all(&version).expect("a folder");
        let text = r#"{"metadata":{"protocol":"json","serviceId":"SQS","targetPrefix":"AmazonSQS","jsonVersion":"1.0"},
            "operations":{"Hello":{"http":{"method":"POST","requestUri":"/"}}},"shapes":{}}"#;
        std::fs::write(version.join("service-2.json"), text).expect("a file");
        let models = Models::in_directory(folder.path()).expect("the folder has a model");
        let sqs = models.find("sqs").expect("the model is valid");
        assert!(sqs.operations.contains_key("hello") && sqs.operations.len() == 1);
        assert_eq!(sqs.host.as_deref(), Some("sqs.{region}.amazonaws.com"));
        assert!(models.find("sns").is_ok());
        assert_eq!(
            models.find("nothing").err(),
            Some(ModelError::Unknown("nothing".to_owned()))
        );
    }

    #[test]
    fn a_directory_without_models_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let error = Models::in_directory(folder.path()).expect_err("there is no model");
        assert!(
            error
                .to_string()
                .contains("the folder `data` of an installed botocore"),
            "{error}"
        );
    }
}
