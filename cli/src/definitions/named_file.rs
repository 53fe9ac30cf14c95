//! Files that a project names: definitions in templates and modules of Terraform, and files that
//! are found by their name or in a folder. A project can come from another person, so that it must
//! not name every file of this machine: links and `..` must not lead out of the project.

use std::path::{Path, PathBuf};

use crate::definitions::input;
use crate::failure::Failure;

/// Maximum size of a definition in bytes, as on AWS.
const MOST: u64 = 1_048_576;
/// The begin of the name of the folder of a CDK stage, whose assets are in the folder above.
const STAGE: &str = "assembly-";

/// Reads a definition that a template names: a regular file below the folder of the template.
///
/// # Errors
///
/// Another file, one that is too large, and one that cannot be read.
pub(crate) fn of_template(template: &Path, named: &Path) -> Result<String, Failure> {
    let mut folder = input::whole(parent(template));
    while is_stage(&folder) && folder.pop() {}
    let path = file_below(&folder, named, "the folder of the template")?;
    definition(named, &path)
}

/// Reads a definition that a module of Terraform names: a regular file below the folder above that
/// of the module, because modules often have a separate folder. With a repository, the file can be
/// anywhere in it.
///
/// # Errors
///
/// As [`of_template`].
pub(crate) fn of_module(folder: &Path, named: &Path) -> Result<String, Failure> {
    let folder = input::whole(folder_or_current(folder));
    let above = folder.parent().filter(|above| above.parent().is_some());
    let root = repository(&folder).or(above).unwrap_or(&folder);
    let path = file_below(root, named, "the project of the module")?;
    definition(named, &path)
}

/// Reads a file that is found in a folder, or below it: a regular file below the folder. With a
/// repository, a link may lead to any file in it.
///
/// # Errors
///
/// Another file, and one that cannot be read.
pub(crate) fn of_folder(folder: &Path, found: &Path) -> Result<String, Failure> {
    input::read(&path_of_folder(folder, found)?)
}

/// Reads a file that has an agreed name next to another file.
///
/// # Errors
///
/// As [`of_folder`].
pub(crate) fn next_to(file: &Path, found: &Path) -> Result<String, Failure> {
    of_folder(parent(file), found)
}

/// The path without links of a file that [`of_folder`] may read.
///
/// # Errors
///
/// Another file.
pub(crate) fn path_of_folder(folder: &Path, found: &Path) -> Result<PathBuf, Failure> {
    let folder = input::whole(folder_or_current(folder));
    let root = repository(&folder).unwrap_or(&folder);
    file_below(root, found, "the project of the file")
}

/// The nearest folder with a repository.
fn repository(folder: &Path) -> Option<&Path> {
    let mut folders = folder.ancestors();
    folders.find(|folder| folder.join(".git").exists())
}

fn parent(path: &Path) -> &Path {
    folder_or_current(path.parent().unwrap_or(Path::new("")))
}

fn folder_or_current(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    }
}

fn is_stage(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default();
    name.to_string_lossy().starts_with(STAGE)
}

fn cannot(named: &Path, reason: impl std::fmt::Display) -> Failure {
    Failure::Usage(format!("cannot read {}: {reason}", named.display()))
}

/// The path without links of the regular file `named`, which must be inside the folder `root`. The
/// file is not opened.
fn file_below(root: &Path, named: &Path, root_name: &str) -> Result<PathBuf, Failure> {
    let path = named.canonicalize().map_err(|error| cannot(named, error))?;
    if !path.starts_with(root) {
        return Err(cannot(
            named,
            format_args!(
                "it is not below {}, {root_name}; move or copy it there",
                root.display()
            ),
        ));
    }
    // A repository can be larger than the folder of an agent.
    if !input::is_readable(&path) {
        return Err(cannot(named, input::OUTSIDE));
    }
    let metadata = path.metadata().map_err(|error| cannot(named, error))?;
    if metadata.is_file() {
        Ok(path)
    } else {
        Err(cannot(named, "it is not a regular file"))
    }
}

/// Reads a definition, which has at most the size that AWS allows.
fn definition(named: &Path, path: &Path) -> Result<String, Failure> {
    let check_size = |bytes: u64| {
        if bytes <= MOST {
            Ok(())
        } else {
            Err(cannot(
                named,
                format_args!("it has more than {MOST} bytes, which is the limit of a definition"),
            ))
        }
    };
    let metadata = path.metadata().map_err(|error| cannot(named, error))?;
    check_size(metadata.len())?;
    let text = input::read(path)?;
    check_size(text.len() as u64)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(read: Result<String, Failure>) -> String {
        match read {
            Err(Failure::Usage(reason)) => reason,
            other => panic!("{other:?}"),
        }
    }

    fn write(path: &Path, text: &str) {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("there is room");
        std::fs::write(path, text).expect("there is room");
    }

    #[test]
    fn only_regular_files_below_the_folder_of_the_template_are_read() {
        let world = tempfile::tempdir().expect("there is room");
        let project = world.path().join("project");
        let template = project.join("template.yaml");
        write(&template, "");
        write(&project.join("asl/orders.json"), "{}");
        write(&world.path().join("secret.json"), "SECRET");
        write(&project.join("large.json"), &" ".repeat(1_048_577));
        let read = |named: &str| of_template(&template, &project.join(named));
        assert_eq!(read("asl/orders.json").expect("it is below"), "{}");
        assert_eq!(read("asl/../asl/./orders.json").expect("it is below"), "{}");
        let whole = project.join("asl/orders.json");
        assert_eq!(
            read(whole.to_str().expect("text")).expect("it is below"),
            "{}"
        );
        for named in [
            "../secret.json",
            "asl/../../secret.json",
            world.path().join("secret.json").to_str().expect("text"),
        ] {
            let reason = reason(read(named));
            assert!(
                reason.contains("is not below") && reason.contains("move or copy"),
                "{reason}"
            );
        }
        for (named, part) in [
            ("asl", "not a regular file"),
            ("large.json", "more than 1048576 bytes"),
            ("missing.json", "cannot read"),
        ] {
            let reason = reason(read(named));
            assert!(reason.contains(part), "{reason}");
        }
        // A folder with a similar name differs.
        write(&world.path().join("project-2/x.json"), "SECRET");
        assert!(reason(read("../project-2/x.json")).contains("is not below"));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_resolved_and_devices_and_pipes_are_not_opened() {
        use std::os::unix::fs::symlink;
        let world = tempfile::tempdir().expect("there is room");
        let project = world.path().join("project");
        let template = project.join("template.yaml");
        write(&template, "");
        write(&project.join("asl/orders.json"), "{}");
        write(&world.path().join("secret.json"), "SECRET");
        symlink(world.path().join("secret.json"), project.join("out.json")).expect("a link");
        symlink(world.path(), project.join("up")).expect("a link");
        symlink("asl/orders.json", project.join("in.json")).expect("a link");
        symlink("/dev/zero", project.join("zero.json")).expect("a link");
        let read = |named: &str| of_template(&template, &project.join(named));
        assert_eq!(read("in.json").expect("it is below"), "{}");
        for named in ["out.json", "up/secret.json", "zero.json", "/etc/hosts"] {
            assert!(reason(read(named)).contains("is not below"), "{named}");
        }
        let mode = rustix::fs::Mode::RWXU;
        let pipe = project.join("pipe.json");
        let made = rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0);
        made.expect("a pipe");
        assert!(reason(read("pipe.json")).contains("not a regular file"));
    }

    #[test]
    fn the_assets_of_a_cdk_stage_are_in_the_folder_above() {
        let world = tempfile::tempdir().expect("there is room");
        let stage = world.path().join("cdk.out/assembly-Dev");
        write(&stage.join("Orders.template.json"), "{}");
        write(&world.path().join("cdk.out/asset.1.json"), "{}");
        write(&world.path().join("secret.json"), "SECRET");
        let read =
            |named: &str| of_template(&stage.join("Orders.template.json"), &stage.join(named));
        assert_eq!(read("../asset.1.json").expect("it is an asset"), "{}");
        assert!(reason(read("../../secret.json")).contains("is not below"));
    }

    #[test]
    fn a_module_of_terraform_names_files_of_its_project() {
        let world = tempfile::tempdir().expect("there is room");
        let module = world.path().join("project/infra/states");
        write(&module.join("main.tf"), "");
        write(&world.path().join("secret.json"), "SECRET");
        write(&world.path().join("project/infra/asl/orders.json"), "{}");
        write(&world.path().join("project/asl/orders.json"), "{}");
        let read = |named: &str| of_module(&module, &module.join(named));
        assert_eq!(read("../asl/orders.json").expect("it is next to it"), "{}");
        assert!(reason(read("../../asl/orders.json")).contains("is not below"));
        assert!(reason(read("../../../secret.json")).contains("is not below"));
        write(&world.path().join("project/.git/HEAD"), "");
        assert_eq!(
            read("../../asl/orders.json").expect("it is in the repository"),
            "{}"
        );
    }
}
