//! The skill for agents: each command in it runs in a folder with the files of the page.

use std::path::Path;
use std::process::Command;

use crate::common::write;

const SKILL: &str = include_str!("../../agents/stepwright/SKILL.md");

/// A block of code of the page, with the text of the line before it.
struct Block<'p> {
    language: &'p str,
    before: &'p str,
    text: String,
}

fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let (mut before, mut is_inside) = ("", false);
    for line in page.lines() {
        match line.strip_prefix("```") {
            Some(_) if is_inside => is_inside = false,
            Some(language) => {
                is_inside = true;
                blocks.push(Block {
                    language,
                    before,
                    text: String::new(),
                });
            }
            None if is_inside => {
                if let Some(block) = blocks.last_mut() {
                    block.text.push_str(line);
                    block.text.push('\n');
                }
            }
            None if line.is_empty() => {}
            None => before = line,
        }
    }
    blocks
}

/// Runs a line of the shell with the command in its path.
fn run(line: &str, folder: &Path) -> (Option<i32>, String) {
    let program = Path::new(env!("CARGO_BIN_EXE_stepwright"));
    let mut path = program.parent().unwrap().as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let output = Command::new("sh")
        .args(["-c", line])
        .env("PATH", path)
        .current_dir(folder)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), text)
}

#[test]
fn each_command_of_the_skill_has_the_exit_status_that_the_page_says() {
    let folder = tempfile::tempdir().unwrap();
    let blocks = blocks(SKILL);
    for block in blocks.iter().filter(|block| block.language == "json") {
        let name = block.before.split('`').nth(1).expect("a name of a file");
        write(folder.path(), name, &block.text);
    }
    let commands = blocks.iter().filter(|block| block.language == "sh");
    let lines: Vec<&str> = commands.flat_map(|block| block.text.lines()).collect();
    assert!(lines.len() > 8, "{lines:?}");
    for line in lines {
        let expected = match line.rsplit_once("# exit status ") {
            Some((_, status)) => status.parse().unwrap(),
            None => 0,
        };
        let (status, printed) = run(line, folder.path());
        assert_eq!(status, Some(expected), "{line}\n{printed}");
    }
}

#[test]
fn the_skill_has_a_name_and_a_description_for_agents() {
    let (head, _) = SKILL
        .strip_prefix("---\n")
        .and_then(|rest| rest.split_once("\n---\n"))
        .expect("a head between lines of dashes");
    let field = |key: &str| {
        let mut lines = head.lines();
        lines.find_map(|line| line.strip_prefix(key)?.strip_prefix(": "))
    };
    assert_eq!(field("name"), Some("stepwright"), "the name of its folder");
    let description = field("description").expect("a description");
    assert!(description.len() <= 1024, "agents read 1,024 characters");
    assert!(SKILL.lines().count() < 200);
}
