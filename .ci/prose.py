#!/usr/bin/env python3
"""usage: prose.py [--list WORD | --since COMMIT] [PATH...]      (from the project's root; PATH narrows it to files or folders)

Counts, in comments, docs, Markdown and messages, phrases that a reader does not understand at the first reading. Prints the phrases with their
counts, then the files with most of them; --list prints the lines of one phrase, --since only those in lines added since a commit. Exit status 1
when a page has any, when the sources have more than 2 in 1,000 lines of prose, or when the first line of a source file does not say what it is."""
import collections, re, subprocess, sys

# Phrases in 1,000 lines of prose, outside of pages.
MOST = 2

PHRASES = {
    "stand (for: be, appear, apply)": r"\b(?:stands?|stood|standing)\b(?! ?alone)(?! for\b)(?!-alone)",
    "mend (fix)": r"\bmend(?:s|ed|ing)?\b",
    "is told / tells of (reported, notified)": r"\b(?:is|are|was|were|be|been) told\b|\btells? (?:of|again|it|them|whom|that)\b|\bwhom\b",
    "whoever, whatever (as a subject)": r"\b[Ww]ho(?:ever|soever)\b|\b[Ww]hatever (?:is|was|has|it|the|can|comes|lives|queued)\b",
    "who (of a thing)": r"(?:^|[.;:] )\s*Who (?:is|was|has|may|asks|waits|answers|ends|takes|came)\b|\bof who(?:m)? (?:works|asks)\b",
    "one that / those that (no antecedent)": r"(?:^|[.;:] )(?:One|Those|That|What) (?:that|which|who|is|was|has|are|comes?|a|an|it|they|there|came|stands)\b",
    "such a one, as such a": r"\bsuch (?:a|an) one\b|\bstand so\b",
    "is another (differs)": r"\b(?:is|are|was|were) an?other(?:s)?\b(?! (?:way|one of|name))|\bothers than\b|\banother than\b",
    "comes to (an end) / came to": r"\bcom(?:es?|ing) to (?:an?|its|no|their) (?:good )?ends?\b|\bcame to (?:an?|its|no|their) ends?\b|\bcom(?:es?) to be\b",
    "goes on / go on (resumes, continues)": r"\b(?:goes|go|going|went|gone) on\b",
    "has not / knows not / that there is not": r"\b(?:has|have|had) not\b(?= *[.,;:)]|$)|\bwhich `?\w+`? has not\b|\bthat there is(?: not)?\b(?= *[.,;)]|$)",
    "by hand of / be said / is said": r"\b(?:is|are|was|were|be) said\b|\bsaid already\b|\bsays so\b|\bsaid so\b",
    "what is (…) as a noun": r"\bof what (?:is|was|it|they|has|comes|a|the|stands)\b|\bwhat is (?:not|no|missing|left|kept|wanted|asked|given)\b",
    "lets go, gives up, lies, rests": r"\blets? go\b|\bl(?:ies|ie|ying) (?:in|there|beside|on)\b|\brests? (?:as|there|on|in|where)\b",
    "beside (next to, along with)": r"\bbeside\b",
    "meanwhile, all the while, at once": r"\bmeanwhile\b|\ball the while\b|\bin the meantime\b",
    "circle (cycle)": r"\bcircles?\b",
    "kept / keep (stored, retained, durable)": r"\bkept\b",
    "gives (returns)": r"(?:^|[.;:] )Gives? (?:the|a|an|back|what|it|its|them|no|`)\b|\bgives back\b|\bis given (?:back|up)\b",
    "of its own (separate, own)": r"\bof (?:its|their) own\b",
    "nobody, somebody (of code)": r"\b(?:nobody|somebody|anybody|no one)\b",
    "by which / in whose / of whose": r"\b(?:in|of|by|for|with|on) whose\b|\bby which\b|\bin place of\b",
}


def files(paths):
    out = subprocess.run(["git", "ls-files", "--", *paths], capture_output=True, text=True, check=True).stdout.split("\n")
    skip = re.compile(r"(^|/)(compile_fail|snapshots|fixtures|definitions)/|^jlens/src/|\.(snap|stderr)$")
    return [f for f in out if re.search(r"\.(rs|md|toml|py)$", f) and not skip.search(f) and f != "Cargo.lock"]


COMMENT = re.compile(r"(?:^|\s)//[/!]?\s?(.*)$")
STRING = re.compile(r'"((?:[^"\\]|\\.){12,})"')


def prose(name, text):
    fenced = False
    for number, line in enumerate(text.split("\n"), 1):
        if name.endswith(".md"):
            if line.lstrip().startswith("```"):
                fenced = not fenced
            elif not fenced:
                yield number, re.sub(r"`[^`]*`", "`x`", line)
        elif name.endswith(".rs"):
            m = COMMENT.search(line)
            if m and '"' not in line[: m.start()]:
                yield number, m.group(1)
            else:
                for s in STRING.findall(line):
                    if " " in s.strip():
                        yield number, s
        else:
            m = re.search(r"#\s?(.*)$", line)
            if m:
                yield number, m.group(1)


def added(commit):
    """The numbers of the lines that were added since a commit, by file."""
    out = subprocess.run(["git", "diff", "-U0", "--no-color", commit], capture_output=True, text=True, errors="replace", check=True).stdout
    lines, name = collections.defaultdict(set), None
    for line in out.split("\n"):
        if line.startswith("+++ "):
            name = line[6:]
        elif m := re.match(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@", line):
            first, count = int(m[1]), int(m[2] or 1)
            lines[name].update(range(first, first + count))
    return lines


def main(args):
    wanted = since = None
    if args[:1] == ["--list"]:
        wanted, args = args[1], args[2:]
    elif args[:1] == ["--since"]:
        since, args = added(args[1]), args[2:]
    compiled = {k: re.compile(v) for k, v in PHRASES.items()}
    counts, per_file, lines, unnamed = collections.Counter(), collections.Counter(), 0, 0
    for f in files(args or ["."]):
        try:
            text = open(f, encoding="utf-8").read()
        except (OSError, UnicodeDecodeError):
            continue
        if "/src/" in f and f.endswith(".rs") and not text.startswith("//!"):
            unnamed += 1
            print(f"{f}: the first line is no `//!` that says what the file is")
        for number, line in prose(f, text):
            if since is not None and number not in since.get(f, ()):
                continue
            lines += 1
            for k, pattern in compiled.items():
                n = len(pattern.findall(line))
                if n:
                    counts[k] += n
                    per_file[f] += n
                    if since is not None or f.endswith(".md") and not wanted or wanted and k.startswith(wanted):
                        print(f"{f}:{number}: {line.strip()[:160]}")
    if wanted:
        return 0
    for k, n in counts.most_common():
        print(f"{n:6}  {k}")
    total = sum(counts.values())
    print(f"{total:6}  in {lines} lines of prose, {1000 * total / max(lines, 1):.1f} in 1,000")
    for f, n in per_file.most_common(15):
        print(f"{n:6}  {f}")
    pages = sum(n for f, n in per_file.items() if f.endswith(".md"))
    return 1 if pages or unnamed or total * 1000 > MOST * lines else 0


sys.exit(main(sys.argv[1:]))
