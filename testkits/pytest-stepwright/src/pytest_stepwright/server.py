"""The process of `stepwright serve`, and requests to its paths for tests."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import threading
import urllib.parse
from pathlib import Path
from typing import Any, Sequence

# How long the server may take to start.
START_SECONDS = 30


class ServerError(Exception):
    """The server does not start, or refuses a request."""


def command() -> str:
    """Returns the path of the command: `STEPWRIGHT_BINARY`, the package `stepwright-cli`, or the PATH."""
    chosen = os.environ.get("STEPWRIGHT_BINARY")
    if chosen:
        return chosen
    name = "stepwright.exe" if sys.platform == "win32" else "stepwright"
    for folder in (sysconfig.get_path("scripts"), Path(sys.executable).parent):
        if folder and (Path(folder) / name).is_file():
            return str(Path(folder) / name)
    found = shutil.which("stepwright")
    if not found:
        raise ServerError("the command `stepwright` is missing; run `pip install stepwright-cli`, or set STEPWRIGHT_BINARY")
    return found


class Server:
    """`stepwright serve` on a free port. Each account is independent of the others."""

    def __init__(self, arguments: Sequence[str] = ()) -> None:
        # The server may print more than a pipe holds.
        self._log = tempfile.TemporaryFile(mode="w+", encoding="utf-8")
        self._process = subprocess.Popen(
            [command(), "serve", "--port", "0", "--virtual-time", "--accounts", "any", "--exit-with-parent", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            # Ctrl-C ends the session of pytest, which then ends the server.
            start_new_session=True,
        )
        self.endpoint = self._wait_for_endpoint()
        self._address = urllib.parse.urlsplit(self.endpoint).netloc
        self._connections = threading.local()

    def _wait_for_endpoint(self) -> str:
        assert self._process.stdout is not None
        overdue = threading.Timer(START_SECONDS, self._process.kill)
        overdue.start()
        try:
            line = self._process.stdout.readline().strip()
        finally:
            overdue.cancel()
        if not line:
            self._process.wait()
            raise ServerError(f"`stepwright serve` did not start:\n{self.log()}")
        return line

    def log(self) -> str:
        """Returns what the server has printed on standard error."""
        self._log.seek(0)
        return self._log.read()

    def control(self, action: str, **members: Any) -> dict[str, Any]:
        """Sends a request to a path below `/testing/`. Raises `ServerError` if the server refuses it."""
        return self._post(f"/testing/{action}", members, {})

    def call(self, account: str, operation: str, **members: Any) -> dict[str, Any]:
        """Calls an operation of the API in an account, without the time that boto3 takes. Times are numbers."""
        headers = {
            "X-Amz-Target": f"AWSStepFunctions.{operation}",
            "Authorization": f"AWS4-HMAC-SHA256 Credential={account}/20260101/us-east-1/states/aws4_request, SignedHeaders=host, Signature=0",
        }
        return self._post("/", members, headers)

    def _post(self, path: str, members: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
        connection = getattr(self._connections, "connection", None)
        if connection is None:
            connection = self._connections.connection = http.client.HTTPConnection(self._address, timeout=660)
        body = json.dumps({name: value for name, value in members.items() if value is not None})
        headers = {"Content-Type": "application/x-amz-json-1.0", **headers}
        for is_last in (False, True):
            try:
                connection.request("POST", path, body, headers)
                response = connection.getresponse()
                answer = json.loads(response.read())
                break
            except BaseException as error:
                # Also after Ctrl-C: the next request must not wait for the response to this one.
                connection.close()
                if not isinstance(error, (OSError, http.client.HTTPException)):
                    raise
                self._check_runs(error)
                # The server closes idle connections.
                if is_last or not isinstance(error, (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)):
                    raise
        if response.status != 200:
            code = str(answer.get("__type", "")).rsplit("#", 1)[-1]
            raise ServerError(f"{code}: {answer.get('message', answer)}\n{self.log()}".strip())
        return answer

    def _check_runs(self, error: Exception) -> None:
        """Raises `ServerError` if the server has ended. It closes its connections before its process ends."""
        try:
            status = self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return
        reason = f"the signal {-status}" if status < 0 else f"the status {status}"
        raise ServerError(f"`stepwright serve` has ended with {reason}:\n{self.log()}".rstrip()) from error

    def stop(self) -> None:
        """Ends the server."""
        # Executions of tests need no grace period.
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._log):
            if stream is not None:
                stream.close()
