"""Starts the command of the container as a process on this machine."""

import os
import subprocess
import urllib.request


class DockerContainer:
    def __init__(self, image):
        self._command, self._exposed, self._files, self._strategy = [], None, {}, None

    def with_command(self, command):
        self._command = command.split()
        return self

    def with_exposed_ports(self, port):
        self._exposed = port
        return self

    def with_volume_mapping(self, host, container, mode="ro"):
        self._files[container] = str(host)
        return self

    def waiting_for(self, strategy):
        self._strategy = strategy
        return self

    def __enter__(self):
        command = [self._files.get(part, part) for part in self._command]
        arguments = [os.environ["STEPWRIGHT_BINARY"], *command, "--port", "0"]
        self._process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        endpoint = self._process.stdout.readline().strip()
        self._port = int(endpoint.rsplit(":", 1)[1])
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        assert self._strategy.port == self._exposed
        opener.open(f"http://127.0.0.1:{self._port}{self._strategy.path}", timeout=10).close()
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()
        self._process.stdout.close()

    def get_container_host_ip(self):
        return "127.0.0.1"

    def get_exposed_port(self, port):
        assert port == self._exposed, f"the port {port} is not exposed"
        return self._port
