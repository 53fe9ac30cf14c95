#!/usr/bin/env python3
"""Finds groups of source files, and of folders at the top of a package, that import each other in a cycle, and files that import from a layer above them. Exits with 1 if there is one.

A file imports another file if a `use` or a path in it names an item which that file defines, also by its module (`module::item`). Re-exports are followed to the file with the definition, so
a `mod.rs` that only re-exports is in no cycle. Tests are not read.

    .ci/import_cycles.py            all packages
    .ci/import_cycles.py asl/src    one folder
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = [
    "asl/src",
    "tools/src",
    "events/src",
    "diagram/src",
    "editor/src",
    "macros/src",
    "dsl/src",
    "interpreter/src",
    "explore/src",
    "history/src",
    "engine/src",
    "testing/src",
    "review/src",
    "runtime/src",
    "server/src",
    "integrations/src",
    "postgres/src",
    "studio/src",
    "aws/src",
    "cli/src",
]

# The layers of packages, lowest first: files and folders must not import from a layer above theirs.
LAYERS = {
    "engine/src": [
        ["clock", "objects", "store", "statistics", "task"],
        ["execution"],
        ["tokens", "activities"],
        ["dispatch"],
        ["machines"],
        ["launch"],
        ["nested"],
        ["outbox", "retention", "durable"],
        ["resources"],
        ["drive"],
        ["queries"],
        ["start"],
        ["builder"],
        ["server_support"],
    ],
    "cli/src": [["failure", "source"], ["terminal"], ["definitions"], ["engine"], ["args"], ["commands"]],
}

COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.S)
TEXT = re.compile(r'b?r(#*)".*?"\1|b?"(?:\\.|[^"\\])*"|b?\'(?:\\.|[^\'\\])\'', re.S)
TESTS = re.compile(r"#\[cfg\(test\)\]\s*(?:pub(?:\([^)]*\))?\s+)?mod\s+\w+\s*(;|\{)")
ITEM = re.compile(
    r"^\s*(?:pub(?:\([^)]*\))?\s+)?(?:const\s+|async\s+|unsafe\s+)*(?:fn|struct|enum|union|trait|type|static|const|macro_rules!)\s+(\w+)", re.M
)
MODULE = re.compile(r"^\s*(?:pub(?:\([^)]*\))?\s+)?mod\s+(\w+)\s*;", re.M)
USE = re.compile(r"^\s*(pub(?:\([^)]*\))?\s+)?use\s+([^;]+);", re.M)
VISIBILITY = re.compile(r"\bpub\([^)]*\)")
CALL = re.compile(r"(?<![\w:])(\w+)((?:::\w+)+)")
PATH = re.compile(r"\b(?:crate|super|self)(?:::\w+)+")


def code(text):
    """The code of a file without comments, literals and test modules."""
    text = TEXT.sub('""', COMMENT.sub("", text)) if '"' in text else COMMENT.sub("", text)
    while match := TESTS.search(text):
        if match.group(1) == ";":
            text = text[: match.start()] + text[match.end() :]
            continue
        depth, at = 1, match.end()
        while depth and at < len(text):
            depth += {"{": 1, "}": -1}.get(text[at], 0)
            at += 1
        text = text[: match.start()] + text[at:]
    return text


def leaves(tree):
    """The paths of a `use` tree, each with the name that it gets."""
    tree = tree.strip()
    opening = tree.find("{")
    if opening < 0:
        path, _, name = tree.partition(" as ")
        path = [part.strip() for part in path.split("::") if part.strip()]
        return [(path, name.strip() or (path[-1] if path else ""))]
    prefix = [part.strip() for part in tree[:opening].split("::") if part.strip()]
    inner, depth, start, parts = tree[opening + 1 : tree.rfind("}")], 0, 0, []
    for at, char in enumerate(inner):
        depth += {"{": 1, "}": -1}.get(char, 0)
        if char == "," and depth == 0:
            parts.append(inner[start:at])
            start = at + 1
    parts.append(inner[start:])
    found = []
    for part in parts:
        if part.strip():
            for path, name in leaves(part):
                path = prefix if path == ["self"] else prefix + path
                found.append((path, path[-1] if name == "self" else name))
    return found


class Module:
    def __init__(self, path, name, parent):
        self.path, self.name, self.parent = path, name, parent
        self.text = code(path.read_text(encoding="utf-8"))
        self.items = set(ITEM.findall(self.text))
        self.children, self.uses = {}, []
        for match in USE.finditer(self.text):
            self.uses += [(path, name) for path, name in leaves(match.group(2))]
        folder = path.parent if path.stem in ("mod", "lib", "main") else path.parent / path.stem
        for child in MODULE.findall(self.text):
            for file in (folder / f"{child}.rs", folder / child / "mod.rs"):
                if file.is_file():
                    self.children[child] = Module(file, child, self)
                    break

    def all(self):
        yield self
        for child in self.children.values():
            yield from child.all()

    def root(self):
        return self if self.parent is None else self.parent.root()

    def find(self, path, seen=frozenset()):
        """The module that defines the item at the end of a path; `None` if the path leaves the package."""
        here, rest = self, list(path)
        if rest and rest[0] == "crate":
            here, rest = self.root(), rest[1:]
        while rest and rest[0] in ("self", "super"):
            here = here.parent if rest[0] == "super" else here
            rest = rest[1:]
            if here is None:
                return None
        return here.lookup(rest, seen)

    def lookup(self, rest, seen):
        if not rest or rest[0] == "*":
            return self
        name = rest[0]
        if (self.path, name) in seen:
            return None
        seen = seen | {(self.path, name)}
        if name in self.children:
            return self.children[name].lookup(rest[1:], seen)
        if name in self.items:
            return self
        for path, given in self.uses:
            if given == name and path[:1] != [name]:
                return self.find(path + rest[1:], seen) or None
            if path[-1:] == ["*"]:
                found = self.find(path[:-1] + rest, seen)
                if found is not None and found is not self:
                    return found
        return None

    def names_module(self, path):
        """Whether a path ends with the name of a module, and not of an item in it."""
        found = self.find(path)
        return found is not None and path[-1:] == [found.name] and path[-1] not in found.items

    def imports(self):
        """The modules whose items the file names, apart from those that it only re-exports."""
        found, modules = set(), {}
        for match in USE.finditer(self.text):
            for path, name in [] if match.group(1) else leaves(match.group(2)):
                if path[:1] and path[0] in self.children:
                    path = ["self"] + path
                if not path[:1] or path[0] not in ("crate", "super", "self"):
                    continue
                if self.names_module(path):
                    modules[name] = path
                else:
                    found.add(self.find(path))
        text = VISIBILITY.sub("", USE.sub("", self.text))
        found |= {self.find(match.split("::")) for match in PATH.findall(text)}
        # Items that are named by their module: `terraform::machines(..)`.
        for first, rest in CALL.findall(text):
            if first in modules:
                found.add(self.find(modules[first] + rest.split("::")[1:]))
        return found - {None, self}


def folder_imports(root, modules):
    """The folders at the top that each one imports, with the files that do."""
    edges = {}

    def folder(module):
        parts = module.path.relative_to(root).parts
        return parts[0] if len(parts) > 1 else None

    for module in modules:
        for other in module.imports():
            pair = folder(module), folder(other)
            if None not in pair and pair[0] != pair[1]:
                edges.setdefault(pair[0], {}).setdefault(pair[1], []).append(module.path.relative_to(root))
                edges.setdefault(pair[1], {})
    return edges


def cycles(edges, key):
    """The strongly connected components with several nodes (Tarjan)."""
    index, low, stack, on, found, count = {}, {}, [], set(), [], 0
    for start in edges:
        if start in index:
            continue
        work = [(start, iter(sorted(edges[start], key=key)))]
        index[start] = low[start] = count
        count += 1
        stack.append(start)
        on.add(start)
        while work:
            node, targets = work[-1]
            for target in targets:
                if target not in index:
                    index[target] = low[target] = count
                    count += 1
                    stack.append(target)
                    on.add(target)
                    work.append((target, iter(sorted(edges[target], key=key))))
                    break
                if target in on:
                    low[node] = min(low[node], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    group = []
                    while True:
                        member = stack.pop()
                        on.remove(member)
                        group.append(member)
                        if member is node:
                            break
                    if len(group) > 1:
                        found.append(group)
    return found


def layer_errors(folder, modules):
    """The imports that lead from a lower layer to a higher one."""
    layers = {name: number for number, names in enumerate(LAYERS.get(folder, [])) for name in names}

    def layer(module):
        return layers.get(module.path.relative_to(ROOT / folder).parts[0].removesuffix(".rs"))

    for module in modules:
        own = layer(module)
        for other in sorted(module.imports(), key=lambda one: one.path) if own is not None else []:
            if (layer(other) or 0) > own:
                yield module.path.relative_to(ROOT / folder), other.path.relative_to(ROOT / folder)


def main():
    folders = sys.argv[1:] or FOLDERS
    count = 0
    for folder in folders:
        for start in ("lib.rs", "main.rs"):
            file = ROOT / folder / start
            if not file.is_file():
                continue
            modules = list(Module(file, "crate", None).all())
            for module, other in layer_errors(folder, modules):
                count += 1
                print(f"error: {module} of {folder} imports {other}, which is a layer above it")
            edges = {module: module.imports() for module in modules}
            for group in cycles(edges, key=lambda one: one.path):
                count += 1
                members = set(group)
                print(f"error: {len(group)} files of {folder} import each other in a cycle:")
                for member in sorted(group, key=lambda one: one.path):
                    others = sorted(str(one.path.relative_to(ROOT / folder)) for one in edges[member] & members)
                    print(f"  {member.path.relative_to(ROOT / folder)} imports {', '.join(others)}")
            edges = folder_imports(ROOT / folder, modules)
            for group in cycles(edges, key=str):
                count += 1
                print(f"error: {len(group)} folders of {folder} import each other in a cycle:")
                for member in sorted(group):
                    for other in sorted(set(group) & edges[member].keys()):
                        print(f"  {member} imports {other}: {', '.join(sorted(set(map(str, edges[member][other]))))}")
    if count:
        print(f"{count} errors")
        sys.exit(1)
    print("no files and no folders import each other in a cycle, and none imports from a layer above it")


if __name__ == "__main__":
    main()
