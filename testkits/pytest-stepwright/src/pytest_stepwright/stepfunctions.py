"""The service of one test."""

from __future__ import annotations

import itertools
import json
import warnings
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Callable

from .execution import Execution
from .mocks import Call, Mocks, TaskServer, UnusedMockWarning
from .server import Server

ROLE = "arn:aws:iam::{account}:role/tests"


class StepFunctions:
    """Step Functions in an account of its own: state machines, executions, mocks and a clock."""

    def __init__(self, server: Server, tasks: TaskServer, account: str, services: str | None = None) -> None:
        self._server = server
        self._services = services
        self._tasks = tasks
        self.account = account
        self.region = "us-east-1"
        self._mocks = Mocks()
        self._url = tasks.add(account, self._mocks)
        self._open: set[str] = set()
        self._machines: dict[tuple[str, str, str], str] = {}
        self._names = itertools.count(1)
        self.executions: list[Execution] = []

    @property
    def endpoint(self) -> str:
        """The URL of the service, for code that creates its own clients."""
        return self._server.endpoint

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which any SDK, also in another process, uses this account, and moto for other services."""
        variables = {
            "AWS_ACCESS_KEY_ID": self.account,
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ENDPOINT_URL_SFN": self.endpoint,
        }
        if self._services:
            variables["AWS_ENDPOINT_URL"] = self._services
        return variables

    def service(self, name: str) -> Any:
        """A client of boto3 for another service, as in `service("sqs")`, at the server of `stepwright_moto`."""
        if not self._services:
            raise RuntimeError("no server of moto is running; add `stepwright_moto = true` to the options of pytest")
        import boto3

        return boto3.session.Session().client(
            name, endpoint_url=self._services, region_name=self.region, aws_access_key_id="test", aws_secret_access_key="test"
        )

    @cached_property
    def client(self) -> Any:
        """A client of boto3 for Step Functions in this account."""
        # Here, because the import takes longer than most tests.
        import boto3
        from botocore.config import Config

        return boto3.session.Session().client(
            "stepfunctions",
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id=self.account,
            aws_secret_access_key="test",
            # The host `sync-127.0.0.1` does not exist.
            config=Config(inject_host_prefix=False, retries={"max_attempts": 1}),
        )

    def call(self, operation: str, **members: Any) -> dict[str, Any]:
        """Calls an operation of the API in this account, faster than boto3; times are numbers of seconds."""
        return self._server.call(self.account, operation, **members)

    def pages(self, operation: str, items: str, **members: Any) -> list[dict[str, Any]]:
        """Returns the items of all pages of an operation."""
        found: list[dict[str, Any]] = []
        page = self.call(operation, **members)
        found += page[items]
        while page.get("nextToken"):
            page = self.call(operation, nextToken=page["nextToken"], **members)
            found += page[items]
        return found

    # Mocks

    def mock(self, name: str, result: Any = None, *, token: bool = False) -> None:
        """Mocks the tasks of a state, a function or a resource.

        `result` is the output, a `TaskError`, a function of the input, or a `Sequence` of them. With `token=True`, a state with
        `.waitForTaskToken` waits until the test calls `succeed` or `fail`.
        """
        self._mocks.set(name, result, is_expected=True)
        self._open.discard(name)
        if token:
            self._open.add(name)
        self._send()

    def mock_all(self, results: dict[str, Any]) -> None:
        """Mocks several tasks, by their names. Unlike with `mock`, a task that is not called causes no warning."""
        for name, result in results.items():
            self._mocks.set(name, result, is_expected=False)
        self._send()

    def task(self, name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Decorates a function that executes a task."""

        def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
            self.mock(name, function)
            return function

        return decorate

    def mock_file(self, file: str | Path | dict[str, Any]) -> None:
        """Sets the test cases of a MockConfigFile of Step Functions Local. Call it before anything else in a test."""
        if self._machines:
            raise RuntimeError("`mock_file` removes all state machines; call it first")
        mocks = file if isinstance(file, dict) else json.loads(Path(file).read_text(encoding="utf-8"))
        self._server.control("reset", account=self.account, mocks=mocks)
        self._send()

    def _send(self) -> None:
        self._server.control("tasks", account=self.account, url=self._url, names=self._mocks.names, open=sorted(self._open))

    def calls(self, name: str | None = None) -> list[Call]:
        """Returns the calls of mocked tasks, or of one of them."""
        return [call for call in self._mocks.calls if name in (None, call.name, call.state)]

    def unknown_mocks(self) -> list[str]:
        """Returns a sentence for each mock whose name no state machine of the test has."""
        return self._server.control("check", account=self.account)["unknown"]

    # Executions

    def create(self, definition: str | Path | dict[str, Any], *, name: str = "StateMachine", type: str = "STANDARD") -> str:
        """Creates a state machine, unless the test has created it already. Returns its ARN."""
        text = _definition(definition)
        key = (name, type, text)
        if key not in self._machines:
            if any(existing == name for existing, _, _ in self._machines):
                name = f"{name}-{next(self._names)}"
            role = ROLE.format(account=self.account)
            created = self.call("CreateStateMachine", name=name, definition=text, roleArn=role, type=type)
            self._machines[key] = created["stateMachineArn"]
        return self._machines[key]

    def run(self, definition: str | Path | dict[str, Any], input: Any = None, **options: Any) -> Execution:
        """Runs an execution to its end: waits, retries and timeouts take no time.

        `definition` is a dict, the path of a file, or the name of a state machine of a template. `case` chooses a test case of
        `mock_file`; `name` names the state machine.
        """
        execution = self._start(definition, input, **options)
        return execution.wait()

    def start(self, definition: str | Path | dict[str, Any], input: Any = None, **options: Any) -> Execution:
        """Starts an execution and stops the clock: time passes with `advance`, and with `Execution.wait`."""
        self._server.control("time", account=self.account, stopped=True)
        execution = self._start(definition, input, **options)
        self._server.control("wait", account=self.account)
        return execution

    def _start(
        self, definition: str | Path | dict[str, Any], input: Any, *, case: str | None = None, name: str = "StateMachine"
    ) -> Execution:
        arn, text = self._machine(definition, name)
        started = self.call(
            "StartExecution",
            stateMachineArn=f"{arn}#{case}" if case else arn,
            input=json.dumps({} if input is None else input),
        )
        execution = Execution(self, started["executionArn"], text)
        self.executions.append(execution)
        return execution

    def _machine(self, definition: str | Path | dict[str, Any], name: str) -> tuple[str, str]:
        """Returns the ARN and the text of a definition, or of a state machine that exists."""
        is_name = isinstance(definition, str) and not definition.lstrip().startswith("{") and not Path(definition).is_file()
        if not is_name:
            return self.create(definition, name=name), _definition(definition)
        assert isinstance(definition, str)
        machines = {one["name"]: one["stateMachineArn"] for one in self.pages("ListStateMachines", "stateMachines")}
        if definition not in machines:
            raise LookupError(f"`{definition}` is neither a file nor a state machine; there are {sorted(machines) or 'none'}")
        described = self.call("DescribeStateMachine", stateMachineArn=machines[definition])
        return machines[definition], described["definition"]

    # Answers of tokens

    def succeed(self, name: str, output: Any = None) -> None:
        """Completes the last call of a mock with `token=True`."""
        self.call("SendTaskSuccess", taskToken=self._token(name), output=json.dumps(output))
        self._server.control("wait", account=self.account)

    def fail(self, name: str, error: str, cause: str = "") -> None:
        """Fails the last call of a mock with `token=True`."""
        self.call("SendTaskFailure", taskToken=self._token(name), error=error, cause=cause)
        self._server.control("wait", account=self.account)

    def _token(self, name: str) -> str:
        tokens = [call.token for call in self.calls(name) if call.token]
        if not tokens:
            raise LookupError(f"no call of `{name}` has a task token")
        return tokens[-1]

    # Time

    @property
    def now(self) -> datetime:
        """The virtual time."""
        text = self._server.control("time", account=self.account)["now"]
        return datetime.fromisoformat(text.replace("Z", "+00:00"))

    def advance(self, **time: float) -> datetime:
        """Lets virtual time pass, as in `advance(days=3)`; the names are those of `timedelta`. Returns the new time."""
        seconds = timedelta(**time).total_seconds()
        advanced = self._server.control("advance", account=self.account, seconds=seconds)
        if not advanced["idle"]:
            raise TimeoutError(f"a task did not return within 30 seconds{self._mocks.progress()}")
        return datetime.fromisoformat(advanced["now"].replace("Z", "+00:00"))

    def let_time_pass(self, timeout: float = 30) -> None:
        """Lets virtual time jump until nothing more happens."""
        stopped = self._server.control("time", account=self.account)["stopped"]
        if stopped:
            self._server.control("time", account=self.account, stopped=False)
        waited = self._server.control("wait", account=self.account, timeoutSeconds=timeout)
        if stopped:
            self._server.control("time", account=self.account, stopped=True)
        if not waited["idle"]:
            raise TimeoutError(f"executions still make progress after {timeout} seconds{self._mocks.progress()}")

    # The end

    def close(self) -> None:
        """Removes the account. Warns of mocks that nothing called."""
        checked = self._server.control("check", account=self.account)
        if checked["unknown"]:
            self._mocks.faults.append(LookupError("\n".join(checked["unknown"])))
        for name in self._mocks.expected.intersection(checked["unused"]):
            warnings.warn(f"nothing called the mock of `{name}`", UnusedMockWarning, stacklevel=2)
        self._tasks.remove(self.account)
        self._server.control("reset", account=self.account, remove=True)

    def check_faults(self) -> None:
        """Raises the first exception of a Python function that is no `TaskError`, or an error for mocks with unknown names."""
        if self._mocks.faults:
            raise self._mocks.faults[0]


def _definition(definition: str | Path | dict[str, Any]) -> str:
    if isinstance(definition, dict):
        return json.dumps(definition)
    if isinstance(definition, str) and definition.lstrip().startswith("{"):
        return definition
    return Path(definition).read_text(encoding="utf-8")
