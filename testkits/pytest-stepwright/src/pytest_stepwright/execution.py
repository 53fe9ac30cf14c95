"""An execution of a state machine, for assertions."""

from __future__ import annotations

import json
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .mocks import Call
from .server import command

if TYPE_CHECKING:
    from .stepfunctions import StepFunctions


# The start of the cause of a task without a mock.
_NO_MOCK = "There is no handler and no mock"


class Execution:
    """An execution. Its properties describe the current moment."""

    def __init__(self, stepfunctions: StepFunctions, arn: str, definition: str) -> None:
        self._stepfunctions = stepfunctions
        self.arn = arn
        self.definition = definition
        self._ended: dict[str, Any] | None = None
        self._history: list[dict[str, Any]] | None = None

    def describe(self) -> dict[str, Any]:
        """Returns the response of DescribeExecution."""
        if self._ended is not None:
            return self._ended
        described = self._stepfunctions.call("DescribeExecution", executionArn=self.arn)
        for name in ("startDate", "stopDate"):
            if name in described:
                described[name] = _time(described[name])
        if described["status"] != "RUNNING":
            self._ended = described
        return described

    @property
    def name(self) -> str:
        return self.arn.rsplit(":", 1)[1]

    @property
    def status(self) -> str:
        """`RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT` or `ABORTED`."""
        return self.describe()["status"]

    @property
    def output(self) -> Any:
        """The output. Raises `AssertionError` if the execution did not succeed."""
        described = self.describe()
        if described["status"] != "SUCCEEDED":
            raise AssertionError(self._explain(described))
        return json.loads(described["output"])

    @property
    def error(self) -> str | None:
        return self.describe().get("error")

    @property
    def cause(self) -> str | None:
        return self.describe().get("cause")

    @property
    def history(self) -> list[dict[str, Any]]:
        """The events, as GetExecutionHistory returns them."""
        if self._history is not None:
            return self._history
        events = self._stepfunctions.pages("GetExecutionHistory", "events", executionArn=self.arn, maxResults=1000)
        for event in events:
            event["timestamp"] = _time(event["timestamp"])
        if self._ended is not None:
            self._history = events
        return events

    @property
    def path(self) -> list[str]:
        """The names of the states in the order in which they were entered."""
        return [event["stateEnteredEventDetails"]["name"] for event in self.history if "stateEnteredEventDetails" in event]

    @property
    def calls(self) -> list[Call]:
        """The calls of mocked tasks."""
        return [call for call in self._stepfunctions.calls() if call.execution_name == self.name]

    @property
    def duration(self) -> timedelta:
        """The virtual time from the start to the end, or until now."""
        described = self.describe()
        start: datetime = described["startDate"]
        return described.get("stopDate", self._stepfunctions.now) - start

    def wait(self, timeout: float = 30) -> Execution:
        """Lets virtual time pass until the execution has ended.

        Raises `TimeoutError` if it waits for something else, and `LookupError` if a task has no mock.
        """
        self._stepfunctions.let_time_pass(timeout)
        _, has_no_mock, missing = (self.cause or "").partition(_NO_MOCK)
        if has_no_mock:
            # A fault of the test, and no result of the state machine.
            raise LookupError("\n".join([has_no_mock + missing, *self._stepfunctions.unknown_mocks()]))
        if self.status == "RUNNING":
            raise TimeoutError(f"the execution waits for an answer in {self.path[-1:]}; answer its token, or use `advance`")
        return self

    def stop(self, error: str = "Stopped", cause: str = "") -> Execution:
        """Aborts the execution."""
        self._stepfunctions.call("StopExecution", executionArn=self.arn, error=error, cause=cause)
        return self

    def timeline(self) -> str:
        """Returns a line for each state: when it was entered, how long it took, and how it ended."""
        return _timeline(self.history)

    def write_report(self, path: str | Path) -> Path:
        """Writes an HTML page with the picture, the timeline and the data of each state."""
        return self._write(Path(path), "report")

    def write_picture(self, path: str | Path) -> Path:
        """Writes the diagram with the path; the extension selects the format: .svg, .mmd, .html."""
        return self._write(Path(path), "graph")

    def _write(self, path: Path, action: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        history = path.with_suffix(".history.json")
        definition = path.with_suffix(".asl.json")
        history.write_text(json.dumps({"events": self.history}, default=_timestamp), encoding="utf-8")
        definition.write_text(self.definition, encoding="utf-8")
        arguments = [command(), action, str(definition), "--history", str(history), "--output", str(path)]
        done = subprocess.run(arguments, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return path

    def _explain(self, described: dict[str, Any]) -> str:
        status = described["status"]
        reason = ": ".join(text for text in (described.get("error"), described.get("cause")) if text)
        return f"the execution has no output, because it is {status}\n{reason}".strip()

    def __repr__(self) -> str:
        return f"<Execution {self.name} {self.status} {' > '.join(self.path)}>"


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, timezone.utc)


def _timestamp(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(f"{value!r} is no JSON")


def _timeline(history: list[dict[str, Any]]) -> str:
    if not history:
        return "no events"
    start = history[0]["timestamp"]
    by_id = {event["id"]: event for event in history}
    rows: list[list[str]] = []
    open_rows: dict[int, list[str]] = {}

    def entry_of(event: dict[str, Any]) -> int | None:
        """Returns the event with which the state of an event was entered."""
        seen = event
        while seen is not None:
            if seen["id"] in open_rows:
                return seen["id"]
            seen = by_id.get(seen.get("previousEventId", 0))
        return None

    for event in history:
        if "stateEnteredEventDetails" in event:
            row = [_offset(event["timestamp"] - start), event["stateEnteredEventDetails"]["name"], "", "entered"]
            rows.append(row)
            open_rows[event["id"]] = row
            continue
        entry = entry_of(event)
        if entry is None:
            continue
        if "stateExitedEventDetails" in event:
            row = open_rows.pop(entry)
            row[2] = _offset(event["timestamp"] - by_id[entry]["timestamp"])
            row[3] = "exited" if row[3] == "entered" else f"exited after {row[3]}"
        elif event["type"].endswith(("Failed", "TimedOut")):
            details = next((value for key, value in event.items() if key.endswith("EventDetails")), {})
            open_rows[entry][3] = f"{event['type']}: {details.get('error', '')}"
    widths = [max(len(row[column]) for row in rows) for column in range(3)] if rows else []
    lines = ["  ".join(text.ljust(width) for text, width in zip(row, widths)) + "  " + row[3] for row in rows]
    last = history[-1]
    details = next((value for key, value in last.items() if key.endswith("EventDetails")), {})
    if "error" in details:
        lines.append(f"{last['type']}: {details['error']}: {details.get('cause', '')}")
    return "\n".join(lines)


def _offset(time: timedelta) -> str:
    seconds = time.total_seconds()
    parts = []
    for length, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= length:
            parts.append(f"{int(seconds // length)}{unit}")
            seconds %= length
    if seconds or not parts:
        parts.append(f"{seconds:.3f}".rstrip("0").rstrip(".") + "s")
    return " ".join(parts[:2])
