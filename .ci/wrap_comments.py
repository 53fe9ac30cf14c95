#!/usr/bin/env python3
"""Wraps the comments of Rust files at 100 columns.

    .ci/wrap_comments.py            writes the files
    .ci/wrap_comments.py --check    lists the files that would change, and exits with 1 if there is one

A paragraph, or an item of a list, is wrapped again if one of its lines is too long. Code, tables, headings and definitions of links do not change, and
neither do comments inside of strings.
"""

import re
import subprocess
import sys

WIDTH = 100

# Files whose lines other files name by their numbers, what programs write, and a copy of another project.
SKIPPED = ("tests/compile_fail/", "tests/tests/imported/", "testing/tests/testing/generated_test/", "jlens/src/")

# The documentation of a workflow and of its states is a part of the definition.
WORKFLOW = re.compile(r"^\s*(?:\w+::)*(?:workflow! ?\{|#\[(?:\w+::)*workflow\b)")

COMMENT = re.compile(r"^(\s*)(//[/!]|//)( ?)(.*)$")
ITEM = re.compile(r"^(\s*)([-*]|\d+\.)( +)(.*)$")
LINK = re.compile(r"^\s*\[[^\]]+\]: ")
# Words; a code span is one word.
WORD = re.compile(r"(?:``.*?``|`[^`]*`|[^\s`])+")
RAW = re.compile(r'(?:br|cr|r)(#*)"')
CHARACTER = re.compile(r"'(?:\\(?:u\{[^}]*\}|x..|.)|[^\\'\n])'")


def comment_lines(text):
    """The numbers of the lines that consist of a comment, without those inside of strings."""
    found, at, line, is_blank = set(), 0, 0, True

    def move(to):
        nonlocal at, line, is_blank
        line += text.count("\n", at, to)
        at, is_blank = to, False

    while at < len(text):
        if text[at] == "\n":
            at, line, is_blank = at + 1, line + 1, True
        elif text.startswith("//", at):
            if is_blank:
                found.add(line)
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
        elif text.startswith("/*", at):
            end = text.find("*/", at)
            move(len(text) if end < 0 else end + 2)
        elif (raw := RAW.match(text, at)) and not re.match(r"\w", text[at - 1 : at]):
            end = '"' + raw.group(1)
            move(text.index(end, raw.end()) + len(end))
        elif text[at] == '"':
            end = at + 1
            while text[end] != '"':
                end += 2 if text[end] == "\\" else 1
            move(end + 1)
        elif character := CHARACTER.match(text, at):
            move(character.end())
        else:
            is_blank = is_blank and text[at].isspace()
            at += 1
    return found


def is_fixed(line):
    """Whether a line of a comment is not a part of a paragraph."""
    return not line.strip() or line.lstrip().startswith(("|", "#", "<", ">", "```")) or bool(LINK.match(line))


def filled(text, first, rest):
    """The words of a text in lines; `first` and `rest` begin the lines."""
    lines, line = [], None
    for word in WORD.findall(text):
        if line is None:
            line = first + word
        elif len(line) + 1 + len(word) <= WIDTH:
            line += " " + word
        else:
            lines.append(line)
            line = rest + word
    return [*lines, line]


def wrapped_comment(lines, mark):
    """The lines of a comment; each begins with `mark`."""
    out, at, is_code = [], 0, False
    while at < len(lines):
        line = lines[at]
        is_fence = line.lstrip().startswith("```")
        if is_code or is_fixed(line) or line.startswith("    "):
            is_code ^= is_fence
            out.append(f"{mark} {line}".rstrip())
            at += 1
            continue
        item = ITEM.match(line)
        first = "".join(item.groups()[:3]) if item else re.match(r"\s*", line).group()
        rest = " " * len(first)
        paragraph, at = [line], at + 1
        while at < len(lines) and not is_fixed(lines[at]) and not ITEM.match(lines[at]):
            if not item and re.match(r"\s*", lines[at]).group() != rest:
                break
            paragraph.append(lines[at])
            at += 1
        if all(len(mark) + 1 + len(line) <= WIDTH for line in paragraph):
            out += [f"{mark} {line}".rstrip() for line in paragraph]
        else:
            words = " ".join([paragraph[0][len(first) :], *paragraph[1:]])
            out += filled(words, f"{mark} {first}", f"{mark} {rest}")
    return out


def wrapped(text):
    lines, comments = text.split("\n"), comment_lines(text)
    has_workflow = any(WORKFLOW.match(line) for number, line in enumerate(lines) if number not in comments)
    out, at = [], 0
    while at < len(lines):
        match = COMMENT.match(lines[at]) if at in comments else None
        # `//!x` and `////` are no prose.
        is_definition = match and match.group(2) == "///" and has_workflow
        if not match or is_definition or (match.group(4) and not match.group(3)):
            out.append(lines[at])
            at += 1
            continue
        mark, comment = match.group(1) + match.group(2), []
        while at < len(lines) and at in comments:
            other = COMMENT.match(lines[at])
            if not other or other.group(1) + other.group(2) != mark or (other.group(4) and not other.group(3)):
                break
            comment.append(other.group(4))
            at += 1
        out += wrapped_comment(comment, mark)
    return "\n".join(out)


def main():
    files = subprocess.check_output(["git", "ls-files", "*.rs"], text=True).split()
    changed = 0
    for name in files:
        if name.startswith(SKIPPED):
            continue
        with open(name, encoding="utf-8") as file:
            text = file.read()
        if not any(len(line) > WIDTH for line in text.split("\n")):
            continue
        new = wrapped(text)
        if new == text:
            continue
        changed += 1
        if sys.argv[1:] == ["--check"]:
            print(f"error: {name} has a comment over {WIDTH} columns; run `.ci/wrap_comments.py`")
        else:
            with open(name, "w", encoding="utf-8") as file:
                file.write(new)
    if changed and sys.argv[1:] == ["--check"]:
        sys.exit(1)
    print(f"{changed} files changed" if changed else "no comment is too wide")


if __name__ == "__main__":
    main()
