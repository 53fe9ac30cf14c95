//! An object store in a local directory, to use instead of S3.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Component, Path, PathBuf};
use std::time::UNIX_EPOCH;

use bytes::Bytes;
use futures_util::stream;
use uuid::Uuid;

use super::{
    ListedObject, MultipartStore, ObjectBody, ObjectError, ObjectFuture, ObjectStore, Upload,
};
use crate::atomic_file;
use crate::clock::Timestamp;
use crate::private_file;

/// How many bytes of a file are read at a time.
const CHUNK: u64 = 1 << 20;

/// The suffix of the names of incomplete files. These names begin with a dot.
const PARTS: &str = ".stepwright-parts";

/// Objects in a local directory: each directory in it is a bucket, each file below that an object
/// whose key is its path, with `/` between the parts.
///
/// Keys cannot leave their bucket: `..`, absolute paths and links to other directories are
/// rejected, and a link is no bucket. A bucket must exist; directories inside it are created for
/// keys. Files are read and written on tokio's threads for blocking work.
///
/// An object is written to a hidden file in the same directory, which is synced and then renamed. A
/// reader, and a process that starts after a crash, finds the old object or the new one, never a
/// part of it. The hidden file of an object that is written in parts is `.<name>.stepwright-parts`.
/// A crash may leave hidden files behind; no key names them and no list contains them.
///
/// ```
/// # extern crate stepwright_engine as stepwright_runtime;
/// use stepwright_runtime::Engine;
/// use stepwright_runtime::objects::Folder;
///
/// let builder = Engine::builder().objects(Folder::new("./buckets"));
/// # let _ = builder;
/// ```
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Creates a store of the buckets in this directory.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Returns the directory of a bucket, with all links resolved.
    fn bucket(&self, name: &str) -> Result<PathBuf, ObjectError> {
        if !is_name(name) {
            return Err(ObjectError::NoSuchBucket);
        }
        let path = self.root.join(name);
        // A link could lead to any directory of this machine.
        if path.is_symlink() {
            return Err(ObjectError::NoSuchBucket);
        }
        match path.canonicalize() {
            Ok(path) if path.is_dir() => Ok(path),
            Ok(_) => Err(ObjectError::NoSuchBucket),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(ObjectError::NoSuchBucket),
            Err(error) => Err(other(&path, &error)),
        }
    }

    /// Opens a regular file only: a pipe has no end, and a directory no content.
    fn open(&self, bucket: &str, key: &str) -> Result<(PathBuf, File, u64), ObjectError> {
        let bucket = self.bucket(bucket)?;
        let Some(relative) = relative(key) else {
            return Err(ObjectError::NoSuchKey);
        };
        let path = match bucket.join(relative).canonicalize() {
            Ok(path) if path.starts_with(&bucket) && path.is_file() => path,
            _ => return Err(ObjectError::NoSuchKey),
        };
        let open = || {
            let file = File::open(&path)?;
            let length = file.metadata()?.len();
            Ok((file, length))
        };
        let (file, length) = open().map_err(|error| other(&path, &error))?;
        Ok((path, file, length))
    }

    fn rows(&self, bucket: &str, prefix: &str) -> Result<Vec<ListedObject>, ObjectError> {
        let bucket = self.bucket(bucket)?;
        let mut rows = Vec::new();
        let mut open = vec![(bucket, String::new())];
        while let Some((directory, before)) = open.pop() {
            let entries = fs::read_dir(&directory).map_err(|error| other(&directory, &error))?;
            for entry in entries {
                let entry = entry.map_err(|error| other(&directory, &error))?;
                let path = entry.path();
                let Ok(name) = entry.file_name().into_string() else {
                    // No key can name this file.
                    continue;
                };
                if is_incomplete(&name) {
                    continue;
                }
                let key = format!("{before}{name}");
                // Links are not followed: they may lead to any directory, also to a parent.
                let kind = entry.file_type().map_err(|error| other(&path, &error))?;
                let inner = format!("{key}/");
                if kind.is_dir() && (inner.starts_with(prefix) || prefix.starts_with(&inner)) {
                    open.push((path, inner));
                } else if kind.is_file() && key.starts_with(prefix) {
                    let metadata = entry.metadata().map_err(|error| other(&path, &error))?;
                    rows.push(row(key, &metadata));
                }
            }
        }
        rows.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        Ok(rows)
    }

    /// Returns the path to which an object is written. Creates the directories.
    fn place(&self, bucket: &str, key: &str) -> Result<PathBuf, ObjectError> {
        let bucket = self.bucket(bucket)?;
        let Some(relative) = relative(key) else {
            return Err(ObjectError::Other(format!(
                "`{key}` cannot be the key of an object in a directory; its parts must be file names, not empty, not `..`, and without the suffix `{PARTS}`"
            )));
        };
        let path = bucket.join(relative);
        if let Some(parent) = path.parent() {
            // The existing part of the path must be inside the bucket before anything is created
            // below it.
            let existing = parent.ancestors().find(|ancestor| ancestor.exists());
            let existing = existing.unwrap_or(&bucket);
            let real = existing
                .canonicalize()
                .map_err(|error| other(existing, &error))?;
            if !real.starts_with(&bucket) {
                return Err(ObjectError::AccessDenied);
            }
            atomic_file::create_folders(parent).map_err(|error| other(parent, &error))?;
        }
        if path.is_symlink() {
            return Err(ObjectError::AccessDenied);
        }
        Ok(path)
    }

    /// Writes an object atomically and durably.
    fn write(&self, bucket: &str, key: &str, body: &[u8]) -> Result<(), ObjectError> {
        let path = self.place(bucket, key)?;
        // The name of the key may have the maximum length of a file name, so it is not part of this
        // name.
        let temporary = path.with_file_name(format!(".{}{PARTS}", Uuid::new_v4().simple()));
        atomic_file::write(&temporary, &path, body).map_err(|error| other(&path, &error))
    }

    /// Opens the file with the parts of an object. Returns it with its path and that of the object.
    fn parts(
        &self,
        bucket: &str,
        key: &str,
        options: &mut fs::OpenOptions,
    ) -> Result<(PathBuf, PathBuf, io::Result<File>), ObjectError> {
        let path = self.place(bucket, key)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let parts = path.with_file_name(format!(".{name}{PARTS}"));
        if parts.is_symlink() {
            return Err(ObjectError::AccessDenied);
        }
        let opened = private_file::open_new(options, &parts, Some(&path));
        Ok((path, parts, opened))
    }

    /// The file of an earlier attempt is overwritten, not truncated: a thread of that attempt may
    /// still write the same content.
    fn begin(&self, bucket: &str, key: &str) -> Result<String, ObjectError> {
        let mut options = File::options();
        options.write(true).create(true).truncate(false);
        let (_, path, opened) = self.parts(bucket, key, &mut options)?;
        // A part is durable only in a file whose name is durable.
        opened
            .and_then(|_| atomic_file::sync_folder_of(&path))
            .map_err(|error| other(&path, &error))?;
        Ok(PARTS.trim_start_matches('.').to_owned())
    }

    fn keep(&self, upload: &Upload, offset: u64, body: &[u8]) -> Result<String, ObjectError> {
        let (bucket, key) = (&upload.bucket, &upload.key);
        let (_, path, opened) = self.parts(bucket, key, File::options().write(true))?;
        let written = || {
            let mut file = opened?;
            file.seek(SeekFrom::Start(offset))?;
            file.write_all(body)?;
            file.sync_data()
        };
        written().map_err(|error| other(&path, &error))?;
        // Bytes after the last part do not belong to this object.
        let end = offset.saturating_add(u64::try_from(body.len()).unwrap_or(u64::MAX));
        Ok(end.to_string())
    }

    fn complete(&self, upload: &Upload, tags: &[String]) -> Result<(), ObjectError> {
        let (bucket, key) = (&upload.bucket, &upload.key);
        let (to, path, opened) = self.parts(bucket, key, File::options().write(true))?;
        let end = tags.last().and_then(|tag| tag.parse().ok()).unwrap_or(0);
        let renamed = || {
            let file = opened?;
            file.set_len(end)?;
            drop(file);
            atomic_file::publish(&path, &to)
        };
        match renamed() {
            // It was completed before, or concurrently.
            Err(error) if error.kind() == ErrorKind::NotFound && to.is_file() => Ok(()),
            renamed => renamed.map_err(|error| other(&to, &error)),
        }
    }
}

/// Whether a file is an incomplete object.
fn is_incomplete(name: &str) -> bool {
    name.starts_with('.') && name.ends_with(PARTS)
}

/// Whether a text is the name of one directory or file.
fn is_name(text: &str) -> bool {
    let mut parts = Path::new(text).components();
    let is_one = matches!(
        (parts.next(), parts.next()),
        (Some(Component::Normal(name)), None) if name == text
    );
    is_one && !text.contains(['\\', '\0'])
}

/// Converts a key to a path below its bucket; `None` for a path outside of it, or for a key that
/// cannot be a file name.
fn relative(key: &str) -> Option<PathBuf> {
    let parts = key.split('/');
    parts
        .map(|part| (is_name(part) && !is_incomplete(part)).then_some(part))
        .collect::<Option<PathBuf>>()
}

/// The content is not read: the entity tag is derived from the file's size and time.
fn row(key: String, metadata: &Metadata) -> ListedObject {
    let since = metadata
        .modified()
        .ok()
        .and_then(|at| at.duration_since(UNIX_EPOCH).ok())
        .unwrap_or_default();
    let etag = format!("\"{:x}-{:x}\"", since.as_nanos(), metadata.len());
    ListedObject::new(key, metadata.len(), etag).modified(Timestamp::default() + since)
}

fn other(path: &Path, error: &io::Error) -> ObjectError {
    match error.kind() {
        ErrorKind::PermissionDenied => ObjectError::AccessDenied,
        _ => ObjectError::Other(format!("{}: {error}", path.display())),
    }
}

/// Reads the next piece of a file; empty at its end.
fn chunk(file: &mut File, path: &Path) -> Result<Bytes, ObjectError> {
    let mut content = Vec::new();
    let read = file.take(CHUNK).read_to_end(&mut content);
    read.map_err(|error| other(path, &error))?;
    Ok(Bytes::from(content))
}

/// Reads a file piece by piece, on demand.
fn body(path: PathBuf, file: File, length: u64) -> ObjectBody {
    let chunks = stream::try_unfold((path, file), async |(path, mut file)| {
        let (read, path, file) = blocking(move || {
            let read = chunk(&mut file, &path)?;
            Ok((read, path, file))
        })
        .await?;
        Ok((!read.is_empty()).then_some((read, (path, file))))
    });
    ObjectBody::new(chunks).with_size(length)
}

/// Runs blocking work on a thread for it.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ObjectError> + Send + 'static,
) -> Result<T, ObjectError> {
    crate::blocking::run(work).await.unwrap_or_else(|reason| {
        Err(ObjectError::Other(format!(
            "an operation of the object store was interrupted: {reason}"
        )))
    })
}

impl ObjectStore for Folder {
    fn get<'a>(&'a self, bucket: &'a str, key: &'a str) -> ObjectFuture<'a, ObjectBody> {
        let (store, bucket, key) = (self.clone(), bucket.to_owned(), key.to_owned());
        Box::pin(async move {
            let (path, file, length) = blocking(move || store.open(&bucket, &key)).await?;
            Ok(body(path, file, length))
        })
    }

    fn list<'a>(&'a self, bucket: &'a str, prefix: &'a str) -> ObjectFuture<'a, Vec<ListedObject>> {
        let (store, bucket, prefix) = (self.clone(), bucket.to_owned(), prefix.to_owned());
        Box::pin(blocking(move || store.rows(&bucket, &prefix)))
    }

    fn put<'a>(&'a self, bucket: &'a str, key: &'a str, body: Vec<u8>) -> ObjectFuture<'a, ()> {
        let (store, bucket, key) = (self.clone(), bucket.to_owned(), key.to_owned());
        Box::pin(blocking(move || store.write(&bucket, &key, &body)))
    }

    fn multipart(&self) -> Option<&dyn MultipartStore> {
        Some(self)
    }
}

impl MultipartStore for Folder {
    fn begin<'a>(&'a self, bucket: &'a str, key: &'a str) -> ObjectFuture<'a, String> {
        let (store, bucket, key) = (self.clone(), bucket.to_owned(), key.to_owned());
        Box::pin(blocking(move || store.begin(&bucket, &key)))
    }

    fn part<'a>(
        &'a self,
        upload: &'a Upload,
        _: u32,
        offset: u64,
        body: Bytes,
    ) -> ObjectFuture<'a, String> {
        let (store, upload) = (self.clone(), upload.clone());
        Box::pin(blocking(move || store.keep(&upload, offset, &body)))
    }

    fn complete<'a>(&'a self, upload: &'a Upload, tags: &'a [String]) -> ObjectFuture<'a, ()> {
        let (store, upload, tags) = (self.clone(), upload.clone(), tags.to_vec());
        Box::pin(blocking(move || store.complete(&upload, &tags)))
    }
}
