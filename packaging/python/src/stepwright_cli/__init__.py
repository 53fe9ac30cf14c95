"""The command `stepwright` as a Python package."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path


def find_binary() -> Path:
    """Returns the path of the command. Raises `FileNotFoundError` if the package's scripts were not installed."""
    name = "stepwright.exe" if sys.platform == "win32" else "stepwright"
    package = Path(__file__).resolve().parent
    # The second folder is that of `pip install --target`, the third that of `pip install --user`.
    folders = [Path(sysconfig.get_path("scripts")), package.parent / "bin", Path(sysconfig.get_path("scripts", f"{_os()}_user"))]
    for folder in folders:
        if (folder / name).is_file():
            return folder / name
    raise FileNotFoundError(f"`{name}` is in none of {', '.join(map(str, folders))}; install `stepwright-cli` again")


def _os() -> str:
    return "nt" if sys.platform == "win32" else "posix"
