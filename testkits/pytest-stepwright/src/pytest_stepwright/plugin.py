"""The fixtures, and what a failed test shows."""

from __future__ import annotations

import itertools
import shlex
from typing import Any, Iterator

import pytest

from .mocks import TaskServer
from .moto import MotoServer
from .server import Server
from .stepfunctions import StepFunctions

# The accounts of tests, in order.
_ACCOUNTS = itertools.count(100_000_000_001)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("stepwright_arguments", "further arguments of `stepwright serve`", default="")
    parser.addini("stepwright_moto", "tasks without a mock call a server of moto, which starts with the session", type="bool", default=False)
    parser.addini("stepwright_templates", "templates of SAM, CloudFormation or CDK whose state machines each test has", type="paths")


@pytest.fixture(scope="session")
def stepwright_arguments(pytestconfig: pytest.Config) -> list[str]:
    """The arguments of `stepwright serve`. Override it to add some that are known only at run time."""
    arguments = shlex.split(pytestconfig.getini("stepwright_arguments"))
    for template in pytestconfig.getini("stepwright_templates"):
        arguments += ["--template", str(template)]
    return arguments


@pytest.fixture(scope="session")
def stepwright_moto_server(pytestconfig: pytest.Config) -> Iterator[MotoServer | None]:
    """The server of moto with `stepwright_moto = true`; each test starts without its resources."""
    if not pytestconfig.getini("stepwright_moto"):
        yield None
        return
    moto = MotoServer()
    yield moto
    moto.stop()


@pytest.fixture(scope="session")
def stepwright_server(stepwright_arguments: list[str], stepwright_moto_server: MotoServer | None) -> Iterator[Server]:
    """The server of the session. Each test has another account of it."""
    services = ["--aws-endpoint", stepwright_moto_server.endpoint] if stepwright_moto_server else []
    server = Server([*stepwright_arguments, *services])
    yield server
    server.stop()


@pytest.fixture(scope="session")
def _stepwright_tasks() -> Iterator[TaskServer]:
    tasks = TaskServer()
    yield tasks
    tasks.stop()


@pytest.fixture
def stepfunctions(
    stepwright_server: Server, stepwright_moto_server: MotoServer | None, _stepwright_tasks: TaskServer, request: pytest.FixtureRequest
) -> Iterator[StepFunctions]:
    """Step Functions in a new account, on virtual time."""
    if stepwright_moto_server:
        stepwright_moto_server.reset()
    services = stepwright_moto_server.endpoint if stepwright_moto_server else None
    service = StepFunctions(stepwright_server, _stepwright_tasks, str(next(_ACCOUNTS)), services)
    request.node.stash[_SERVICE] = service
    yield service
    service.close()
    service.check_faults()


_SERVICE: pytest.StashKey[StepFunctions] = pytest.StashKey()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Iterator[None]:
    outcome = yield
    report = outcome.get_result()
    service = item.stash.get(_SERVICE, None)
    if report.when != "call" or not report.failed or service is None:
        return
    for execution in service.executions:
        try:
            text = f"{execution!r}\n{execution.timeline()}"
            folder = item.config.rootpath / ".pytest_cache" / "stepwright"
            path = folder / f"{item.name}-{execution.name}.html".replace("/", "_")
            text += f"\npicture and data: {execution.write_report(path)}"
        except Exception as error:
            text = f"the execution cannot be shown: {error}"
        report.sections.append(("Step Functions", text))
