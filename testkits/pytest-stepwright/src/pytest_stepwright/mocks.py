"""Mocks of tasks, and the HTTP server in the process of the test that executes them."""

from __future__ import annotations

import inspect
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable, Iterable


class TaskError(Exception):
    """The failure of a task, with the name that `Retry` and `Catch` match."""

    def __init__(self, error: str, cause: str = "") -> None:
        super().__init__(f"{error}: {cause}" if cause else error)
        self.error = error
        self.cause = cause


class UnusedMockWarning(UserWarning):
    """Nothing called a mock of the test."""


class Sequence:
    """One result for each call; the last one repeats."""

    def __init__(self, *results: Any) -> None:
        if not results:
            raise ValueError("a sequence needs at least one result")
        self._results = list(results)

    def next(self) -> Any:
        return self._results.pop(0) if len(self._results) > 1 else self._results[0]


@dataclass
class Call:
    """A call of a mocked task."""

    name: str
    input: Any
    state: str
    state_machine: str
    execution_name: str
    resource: str
    target: str | None
    attempt: int
    token: str | None = field(repr=False, default=None)

    def __getitem__(self, key: Any) -> Any:
        return self.input[key]


class Mocks:
    """The mocks of one test."""

    def __init__(self) -> None:
        self._results: dict[str, Any] = {}
        # The names that the test expects to be called.
        self.expected: set[str] = set()
        self._lock = threading.Lock()
        self.calls: list[Call] = []
        # The calls whose functions have not returned.
        self.running: list[Call] = []
        # Exceptions of Python functions, which are faults of the test.
        self.faults: list[BaseException] = []

    def set(self, name: str, result: Any, *, is_expected: bool) -> None:
        self._results[name] = result
        if is_expected:
            self.expected.add(name)

    @property
    def names(self) -> list[str]:
        return list(self._results)

    def execute(self, request: dict[str, Any]) -> dict[str, Any]:
        """Returns the body of the response to a task."""
        call = Call(
            name=request["name"],
            input=request["input"],
            state=request["state"],
            state_machine=request["stateMachine"],
            execution_name=request["executionName"],
            resource=request["resource"],
            target=request["target"],
            attempt=request["attempt"],
            token=request["token"],
        )
        with self._lock:
            self.calls.append(call)
            self.running.append(call)
            result = self._results[call.name]
            if isinstance(result, Sequence):
                result = result.next()
        try:
            if callable(result) and not isinstance(result, BaseException):
                result = result(call.input, call) if _takes_call(result) else result(call.input)
            if isinstance(result, BaseException):
                raise result
            return _output(call, result)
        except TaskError as error:
            return self._failure(call, error)
        # Also `pytest.fail` and `sys.exit`, which are no `Exception`.
        except BaseException as error:
            return self._fault(error)
        finally:
            with self._lock:
                self.running = [other for other in self.running if other is not call]

    def progress(self) -> str:
        """Returns the mocks that have not returned, for the message of a timeout."""
        with self._lock:
            names = sorted({call.name for call in self.running})
        return f"; the mocks that have not returned: {', '.join(f'`{name}`' for name in names)}" if names else ""

    def _failure(self, call: Call, error: TaskError) -> dict[str, Any]:
        """Returns the body of the response to a task that failed."""
        for text in (error.error, error.cause):
            if not isinstance(text, str):
                return self._fault(TypeError(f"the mock of `{call.name}` raised a TaskError with {text!r}, which is not a text"))
        return {"error": error.error, "cause": error.cause}

    def _fault(self, error: BaseException) -> dict[str, Any]:
        """Keeps a fault of the test, and returns the body of the response to its task."""
        with self._lock:
            self.faults.append(error)
        return {"error": type(error).__name__, "cause": _printable(str(error))}


def _output(call: Call, result: Any) -> dict[str, Any]:
    """Returns a body of a response. Raises an error that names the mock if JSON cannot represent the result."""
    try:
        if inspect.isawaitable(result):
            if inspect.iscoroutine(result):
                result.close()
            raise TypeError("it is an awaitable, and mocks are plain functions")
        # Encoded, because a surrogate is no text.
        return json.loads(json.dumps({"output": result}, allow_nan=False, ensure_ascii=False).encode())
    except (TypeError, ValueError, RecursionError) as error:
        raise TypeError(f"the mock of `{call.name}` returned no JSON: {error}") from None


def _printable(text: str) -> str:
    return text.encode(errors="replace").decode()


def _takes_call(function: Callable[..., Any]) -> bool:
    """Returns whether a function has a second positional parameter, for the `Call`."""
    try:
        parameters: Iterable[inspect.Parameter] = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return False
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    required = [one for one in parameters if one.kind in kinds and one.default is one.empty]
    return len(required) >= 2


class TaskServer:
    """An HTTP server whose path selects the mocks of a test."""

    def __init__(self) -> None:
        self._mocks: dict[str, Mocks] = {}
        mocks = self._mocks

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Without it, the body would wait for the acknowledgement of the headers.
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                of_test = mocks.get(self.path.strip("/"))
                if of_test is None:
                    answer: dict[str, Any] = {"error": "TestEnded", "cause": "the test of this execution has ended"}
                else:
                    answer = of_test.execute(json.loads(body))
                text = json.dumps(answer).encode()
                self.send_response(200)
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, format: str, *arguments: Any) -> None:
                pass

        class HttpServer(ThreadingHTTPServer):
            daemon_threads = True
            # A Map with many iterations connects often.
            request_queue_size = 256

        self._server = HttpServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def add(self, key: str, mocks: Mocks) -> str:
        """Adds the mocks of a test. Returns their URL."""
        self._mocks[key] = mocks
        return f"http://127.0.0.1:{self._server.server_port}/{key}"

    def remove(self, key: str) -> None:
        self._mocks.pop(key, None)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
