//! Two revisions of a git repository.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::path::{Component, Path, PathBuf};
use std::process::Stdio;

use stepwright_studio::child_command;
use tempfile::TempDir;

use super::definitions::Side;
use crate::args::ReviewArguments;
use crate::definitions::project::may_hold_definition;
use crate::failure::Failure;

/// The largest file of a revision that is read.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// Two revisions as in `main..HEAD`; the files of the working folder instead of the second one as
/// in `main..`.
pub(super) struct Revisions {
    old: String,
    new: Option<String>,
    paths: Vec<PathBuf>,
}

/// The files of both revisions.
pub(super) struct CheckedOut {
    pub(super) old: Side,
    pub(super) new: Side,
    /// Deletes the files when they were read.
    _folders: Vec<TempDir>,
}

impl Revisions {
    /// Parses the arguments; `None` if they are two paths.
    pub(super) fn parse(arguments: &ReviewArguments) -> Option<Self> {
        let text = arguments.old.to_str().filter(|_| !arguments.old.exists())?;
        let (old, new) = text.split_once("..")?;
        // `a...b` compares with the common ancestor.
        let (old, new) = match new.strip_prefix('.') {
            Some(new) => (format!("{old}...{new}"), new),
            None => (old.to_owned(), new),
        };
        Some(Self {
            old,
            new: (!new.is_empty()).then(|| new.to_owned()),
            paths: arguments.new.clone(),
        })
    }

    /// Writes the files of the revisions that may contain definitions to temporary folders.
    pub(super) fn check_out(&self) -> Result<CheckedOut, Failure> {
        let top = git(&["rev-parse", "--show-toplevel"])?;
        let top = PathBuf::from(top.trim_end());
        let prefix = git(&["rev-parse", "--show-prefix"])?;
        let prefix = PathBuf::from(prefix.trim_end());
        let paths: Vec<PathBuf> = if self.paths.is_empty() {
            vec![prefix]
        } else {
            self.paths.iter().map(|path| prefix.join(path)).collect()
        };
        let old = match self.old.split_once("...") {
            Some((one, other)) => {
                let other = if other.is_empty() { "HEAD" } else { other };
                git(&["merge-base", &revision(one)?, &revision(other)?])?
            }
            None => revision(&self.old)?,
        };
        let mut folders = Vec::new();
        // The paths that no revision has so far.
        let mut missing = paths.clone();
        let mut side = |commit: &str| -> Result<Side, Failure> {
            let folder = tempfile::tempdir();
            let folder = folder.map_err(|error| {
                Failure::Usage(format!("cannot make a temporary folder: {error}"))
            })?;
            let listed = write_files(&top, commit.trim_end(), folder.path())?;
            missing.retain(|path| !listed.iter().any(|file| file.starts_with(path)));
            let root = folder.path().to_owned();
            folders.push(folder);
            Ok(Side {
                root,
                paths: paths.clone(),
            })
        };
        let old = side(&old)?;
        let new = match &self.new {
            Some(new) => side(&revision(new)?)?,
            None => {
                missing.retain(|path| !top.join(path).exists());
                Side { root: top, paths }
            }
        };
        if let Some(path) = missing.first() {
            return Err(Failure::Usage(format!(
                "no revision has the path `{}`",
                path.display()
            )));
        }
        Ok(CheckedOut {
            old,
            new,
            _folders: folders,
        })
    }
}

/// Returns the commit of a revision.
fn revision(name: &str) -> Result<String, Failure> {
    let name = if name.is_empty() { "HEAD" } else { name };
    // A name that begins with `-` would be an option of git.
    let name = format!("{name}^{{commit}}");
    let commit = git(&[
        "rev-parse",
        "--verify",
        "--quiet",
        "--end-of-options",
        &name,
    ]);
    let commit = commit.map_err(|_| {
        let name = name.trim_end_matches("^{commit}");
        Failure::Usage(format!(
            "git knows no revision `{name}`; in CI, fetch the history (`fetch-depth: 0`)"
        ))
    })?;
    Ok(commit.trim_end().to_owned())
}

fn git(arguments: &[&str]) -> Result<String, Failure> {
    let output = child_command("git").args(arguments).output();
    let output = output.map_err(|error| Failure::Usage(format!("cannot run git: {error}")))?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::Usage(format!(
            "git {} failed: {}",
            arguments.first().unwrap_or(&""),
            reason.trim()
        )));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| Failure::Usage("git printed a path that is not UTF-8".to_owned()))
}

/// Writes the files of a commit that may contain definitions below a folder. Returns the paths of
/// all files of the commit.
fn write_files(top: &Path, commit: &str, folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let top = top.to_string_lossy();
    let listed = git(&["-C", &top, "ls-tree", "-r", "-z", "--full-tree", commit])?;
    let mut blobs: HashMap<&str, Vec<&str>> = HashMap::new();
    let mut paths = Vec::new();
    for line in listed.split('\0').filter(|line| !line.is_empty()) {
        // `100644 blob HASH<TAB>PATH`; links and submodules are omitted.
        let Some((about, path)) = line.split_once('\t') else {
            continue;
        };
        paths.push(PathBuf::from(path));
        let mut about = about.split(' ');
        let (Some(mode), Some("blob"), Some(hash)) = (about.next(), about.next(), about.next())
        else {
            continue;
        };
        let is_plain = Path::new(path)
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        if mode.starts_with("100") && is_plain && may_hold_definition(Path::new(path)) {
            blobs.entry(hash).or_default().push(path);
        }
    }
    let cannot = |error: std::io::Error| Failure::Usage(format!("cannot read from git: {error}"));
    let mut child = child_command("git")
        .args(["-C", &top, "cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(cannot)?;
    let (Some(mut requests), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(Failure::Usage(
            "cannot read from git: it has no pipes".to_owned(),
        ));
    };
    let mut output = std::io::BufReader::new(output);
    for (hash, paths) in &blobs {
        writeln!(requests, "{hash}").map_err(cannot)?;
        requests.flush().map_err(cannot)?;
        let content = object(&mut output).map_err(cannot)?;
        if content.len() > MOST_BYTES {
            continue;
        }
        for path in paths {
            let path = folder.join(path);
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent).map_err(cannot)?;
            }
            std::fs::write(path, &content).map_err(cannot)?;
        }
    }
    drop(requests);
    child.wait().map_err(cannot)?;
    Ok(paths)
}

/// Reads one answer of `git cat-file --batch`: `HASH blob SIZE`, a line break, the content, a line
/// break.
fn object(from: &mut impl std::io::BufRead) -> std::io::Result<Vec<u8>> {
    let mut head = String::new();
    from.read_line(&mut head)?;
    let size = head.trim_end().rsplit(' ').next().unwrap_or_default();
    let size: u64 = size.parse().map_err(|_| {
        std::io::Error::other(format!("unexpected answer of git: {}", head.trim_end()))
    })?;
    let mut content = Vec::new();
    from.take(size).read_to_end(&mut content)?;
    from.read_exact(&mut [0])?;
    Ok(content)
}
