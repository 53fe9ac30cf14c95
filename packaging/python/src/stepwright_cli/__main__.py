"""Runs the command: `python -m stepwright_cli`."""

import os
import subprocess
import sys

from stepwright_cli import find_binary


def main() -> None:
    binary = str(find_binary())
    if sys.platform == "win32":
        sys.exit(subprocess.run([binary, *sys.argv[1:]]).returncode)
    # The command replaces this process, so that signals reach it.
    os.execv(binary, [binary, *sys.argv[1:]])


if __name__ == "__main__":
    main()
