"""The server of moto, which tasks without a mock call."""

from __future__ import annotations

import urllib.request
from typing import Any


class MotoServer:
    """A server of moto in this process, on a free port."""

    def __init__(self) -> None:
        try:
            # Here, because moto is an option.
            from moto.server import ThreadedMotoServer
        except ImportError as error:
            raise RuntimeError("`stepwright_moto` needs the package moto; run `pip install 'moto[server]'`") from error
        self._server: Any = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._server.start()
        host, port = self._server.get_host_and_port()
        self.endpoint = f"http://{host}:{port}"

    def reset(self) -> None:
        """Removes the resources of all services."""
        request = urllib.request.Request(f"{self.endpoint}/moto-api/reset", method="POST")
        # A proxy of the environment is not for this machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        opener.open(request, timeout=30).close()

    def stop(self) -> None:
        """Ends the server."""
        self._server.stop()
