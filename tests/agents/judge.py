"""Judges the files that an agent leaves: the validator checks them, and the command runs them with mocks.

The text of a definition is never compared with the solution's, because a task has many solutions. A check of text applies only if the task asks for
it: comments that must remain, and a small change. The agent's files are data for this module: a link, a device or a huge file is a failure.
"""

import difflib
import json
import os
import re
import stat
import subprocess
import tempfile
from datetime import datetime

# Definitions have at most 1,048,576 characters. Templates are larger, but not by much.
MOST_BYTES = 4 << 20
# Virtual time skips waits, so a longer run is an endless loop.
MOST_SECONDS = 60
FIELDS = {"writes", "valid", "commands", "cases", "values", "comments", "changed_lines"}
CASE_FIELDS = {"definition", "case", "mocks", "objects", "type", "input", "output", "error", "path", "enters", "avoids", "calls", "timeouts", "seconds"}


class Failure(Exception):
    """The file cannot be judged; the message says why."""


def read(folder, name):
    path = os.path.join(folder, name)
    try:
        found = os.lstat(path)
    except OSError as problem:
        raise Failure(f"`{name}` cannot be read: {problem.strerror}") from None
    if not stat.S_ISREG(found.st_mode):
        raise Failure(f"`{name}` is not a regular file")
    if found.st_size > MOST_BYTES:
        raise Failure(f"`{name}` has more than {MOST_BYTES} bytes")
    with open(path, "rb") as file:
        return file.read()


def text(folder, name):
    try:
        return read(folder, name).decode()
    except UnicodeDecodeError:
        raise Failure(f"`{name}` is not UTF-8") from None


def names(folder):
    """The files of a folder and of the folders in it, relative to it."""
    return sorted(os.path.relpath(os.path.join(at, file), folder) for at, _, files in os.walk(folder) for file in files)


def same(expected, actual):
    """Equality of JSON. In Python, `True` equals 1."""
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if isinstance(expected, dict) and isinstance(actual, dict):
        return expected.keys() == actual.keys() and all(same(expected[key], actual[key]) for key in expected)
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(map(same, expected, actual))
    return expected == actual


def contains(expected, actual):
    """Whether `actual` has each member that `expected` has, at any depth. Lists must have equal lengths."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        return all(key in actual and contains(value, actual[key]) for key, value in expected.items())
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(map(contains, expected, actual))
    return same(expected, actual)


def short(value):
    printed = value if isinstance(value, str) else json.dumps(value)
    return printed if len(printed) <= 300 else printed[:300] + "…"


def first_line(output):
    lines = output.decode(errors="replace").strip().splitlines()
    return short(lines[0]) if lines else "no output"


class Execution:
    """The history of one execution, with the executions of a Distributed Map's items."""

    def __init__(self, history):
        self.path, self.calls, self.timeouts = [], {}, {}
        self.end = history["events"][-1]
        at = [datetime.fromisoformat(event["timestamp"].replace("Z", "+00:00")) for event in history["events"]]
        self.seconds = (at[-1] - at[0]).total_seconds()
        self.add(history)

    def add(self, history):
        events = {event["id"]: event for event in history["events"]}
        for event in history["events"]:
            if entered := event.get("stateEnteredEventDetails"):
                self.path.append(entered["name"])
            for kind, arguments in (("taskScheduled", "parameters"), ("lambdaFunctionScheduled", "input"), ("activityScheduled", "input")):
                if details := event.get(f"{kind}EventDetails"):
                    cause = event
                    while "stateEnteredEventDetails" not in cause:
                        cause = events[cause["previousEventId"]]
                    state = cause["stateEnteredEventDetails"]["name"]
                    self.calls.setdefault(state, []).append(json.loads(details[arguments]))
                    self.timeouts.setdefault(state, set()).add(details.get("timeoutInSeconds"))
        for child in history.get("children", []):
            self.add(child)


class Judge:
    def __init__(self, stepwright, task, work):
        self.stepwright, self.task, self.work = stepwright, task, work
        self.before = os.path.join(task, "files")
        with open(os.path.join(task, "judge.json"), encoding="utf-8") as file:
            self.rules = json.load(file)
        unknown = set(self.rules) - FIELDS | {key for case in self.rules.get("cases", []) for key in case.keys() - CASE_FIELDS}
        if unknown:
            raise SystemExit(f"error: {task}/judge.json has unknown fields: {', '.join(sorted(unknown))}")
        # Neither settings nor credentials of this machine may change the result.
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "STEPWRIGHT_", "SFN_", "OTEL_"))}

    def problems(self):
        """What does not hold, as sentences; none if the task is solved."""
        found = []
        steps = [self.unchanged, self.ignores]
        steps += [lambda name=name, most=most: self.valid(name, most) for name, most in self.rules.get("valid", {}).items()]
        steps += [lambda command=command: self.succeeds(command) for command in self.rules.get("commands", [])]
        steps += [lambda value=value: self.value(value) for value in self.rules.get("values", [])]
        steps += [lambda name=name: self.comments(name) for name in self.rules.get("comments", [])]
        steps += [lambda name=name, most=most: self.changed_lines(name, most) for name, most in self.rules.get("changed_lines", {}).items()]
        steps += [lambda case=case: self.case(case) for case in self.rules.get("cases", [])]
        for step in steps:
            try:
                found += step()
            except Failure as problem:
                found.append(str(problem))
            except RecursionError:
                found.append("the JSON is nested too deep to be judged")
        return list(dict.fromkeys(found))

    def command(self, *arguments):
        """Runs `stepwright` in the agent's folder."""
        try:
            return subprocess.run(
                [self.stepwright, *arguments], cwd=self.work, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=MOST_SECONDS
            )
        except subprocess.TimeoutExpired:
            raise Failure(f"`stepwright {' '.join(arguments[:2])}` did not end within {MOST_SECONDS} s") from None

    def unchanged(self):
        writes = self.rules["writes"]
        for name in names(self.before):
            if name not in writes and read(self.before, name) != read(self.work, name):
                yield f"`{name}` has changed, but the task does not ask for it"

    def ignores(self):
        """A comment that silences a rule is no solution."""
        for name in self.rules["writes"]:
            silenced = re.compile(r"stepwright:\s*allow", re.I)
            before = len(silenced.findall(text(self.before, name))) if os.path.exists(os.path.join(self.before, name)) else 0
            if len(silenced.findall(text(self.work, name))) > before:
                yield f"`{name}` silences a rule of the validator"

    def valid(self, name, most):
        read(self.work, name)
        result = self.command("validate", "--no-config", "--format", "json", "--type", most.get("type", "STANDARD"), "--", name)
        if result.returncode not in (0, 1):
            raise Failure(f"`{name}` cannot be validated: {first_line(result.stderr)}")
        report = json.loads(result.stdout)
        diagnostics = report["diagnostics"]
        first = f": {diagnostics[0]['rule']} {diagnostics[0]['message']} (at {diagnostics[0]['pointer'] or '/'})" if diagnostics else ""
        errors = sum(file["errors"] for file in report["files"])
        warnings = sum(file["warnings"] for file in report["files"])
        if report["result"] != "OK" or errors:
            yield f"`{name}` has {errors} errors{first}"
        elif warnings > most.get("warnings", 0):
            yield f"`{name}` has {warnings} warnings, and {most.get('warnings', 0)} are allowed{first}"
        if len(report["files"]) != most.get("machines", 1):
            yield f"`{name}` has {len(report['files'])} state machines instead of {most.get('machines', 1)}"

    def succeeds(self, command):
        result = self.command(*command)
        if result.returncode:
            yield f"`stepwright {' '.join(command)}` fails with {result.returncode}: {first_line(result.stdout + result.stderr)}"

    def value(self, rule):
        try:
            value = json.loads(text(self.work, rule["file"]))
        except ValueError as problem:
            raise Failure(f"`{rule['file']}` is not JSON: {problem}") from None
        absent = object()
        for step in rule["pointer"].split("/")[1:]:
            step = step.replace("~1", "/").replace("~0", "~")
            if isinstance(value, list) and step.isdigit() and int(step) < len(value):
                value = value[int(step)]
            else:
                value = value.get(step, absent) if isinstance(value, dict) else absent
        where = f"{rule['pointer']} in `{rule['file']}`"
        if rule.get("absent"):
            if value is not absent:
                yield f"{where} must be absent"
        elif "most" in rule:
            if value is not absent and not (isinstance(value, (int, float)) and value <= rule["most"]):
                yield f"{where} is {short(value)}, and at most {rule['most']} is allowed"
        elif value is absent:
            yield f"{where} is missing"
        elif "is" in rule and not same(rule["is"], value):
            yield f"{where} is {short(value)} instead of {short(rule['is'])}"

    def comments(self, name):
        """Each comment of YAML, and each `Comment` of a definition, must remain."""
        comment = re.compile(r"(?:^|\s)(#.*)$|(\"?Comment\"?:\s*.*?),?$", re.M)
        after = [a or b for a, b in comment.findall(text(self.work, name))]
        for a, b in comment.findall(text(self.before, name)):
            if (a or b) in after:
                after.remove(a or b)
            else:
                yield f"`{name}` has lost a comment: {a or b}"

    def changed_lines(self, name, most):
        before, after = text(self.before, name).splitlines(), text(self.work, name).splitlines()
        blocks = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
        changed = sum(max(b - a, d - c) for kind, a, b, c, d in blocks if kind != "equal")
        if changed > most:
            yield f"{changed} lines of `{name}` have changed, and the task needs at most {most}"

    def case(self, case):
        name = case["definition"]
        read(self.work, name)
        with tempfile.TemporaryDirectory() as folder:
            history = os.path.join(folder, "history.json")
            arguments = ["run", name, "--progress", "never", "--type", case.get("type", "STANDARD"), "--history", history]
            arguments += ["--input", json.dumps(case.get("input", {}))]
            if "case" in case:
                arguments += ["--mocks", os.path.join(self.task, "mocks", case.get("mocks", "MockConfigFile.json")), "--case", case["case"]]
            if "objects" in case:
                objects = os.path.join(folder, "objects")
                subprocess.run(["cp", "-r", os.path.join(self.task, "mocks", case["objects"]), objects], check=True)
                arguments += ["--objects", objects]
            result = self.command(*arguments)
            label = f"`{name}`, case {case['case']}" if "case" in case else f"`{name}`, input {short(case.get('input', {}))}"
            if not os.path.exists(history):
                raise Failure(f"{label}: no execution ran: {first_line(result.stderr)}")
            with open(history, encoding="utf-8") as file:
                execution = Execution(json.load(file))
        return [f"{label}: {problem}" for problem in self.differences(case, execution)]

    def differences(self, case, execution):
        failed = execution.end.get("executionFailedEventDetails", {})
        succeeded = execution.end.get("executionSucceededEventDetails")
        if "error" in case:
            if succeeded is not None:
                yield f"the execution must fail with `{case['error']}`, but it succeeds with {short(succeeded['output'])}"
            elif failed.get("error") != case["error"]:
                yield f"the error is `{failed.get('error')}` instead of `{case['error']}`: {short(failed.get('cause') or '')}"
        elif succeeded is None:
            yield f"the execution fails with `{failed.get('error')}`: {short(failed.get('cause') or '')}"
        elif "output" in case and not same(case["output"], json.loads(succeeded["output"])):
            yield f"the output is {short(succeeded['output'])} instead of {short(case['output'])}"
        if "path" in case and case["path"] != execution.path:
            yield f"the path is {' > '.join(execution.path)} instead of {' > '.join(case['path'])}"
        for state in case.get("enters", []):
            if state not in execution.path:
                yield f"the state `{state}` must be entered"
        for state in case.get("avoids", []):
            if state in execution.path:
                yield f"the state `{state}` must not be entered"
        for state, expected in case.get("calls", {}).items():
            calls = list(execution.calls.get(state, []))
            if len(calls) != len(expected):
                yield f"the state `{state}` makes {len(calls)} calls instead of {len(expected)}"
                continue
            for arguments in expected:
                match = next((call for call in calls if contains(arguments, call)), None)
                if match is None:
                    yield f"no call of the state `{state}` has the arguments {short(arguments)}: {short(calls)}"
                    break
                calls.remove(match)
        for state, seconds in case.get("timeouts", {}).items():
            if execution.timeouts.get(state) != {seconds}:
                yield f"the state `{state}` must have a timeout of {seconds} s"
        if "seconds" in case and not case["seconds"][0] <= execution.seconds <= case["seconds"][1]:
            yield f"the execution takes {execution.seconds:g} s instead of {case['seconds'][0]} to {case['seconds'][1]} s"
