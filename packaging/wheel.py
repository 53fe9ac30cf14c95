"""Packs an existing command into a wheel, without maturin and Rust: wheel.py BINARY TARGET OUT."""

import base64
import hashlib
import re
import stat
import sys
import zipfile
from pathlib import Path

PYTHON = Path(__file__).parent / "python"
# The tag of pip for each target. A wheel for manylinux is built by maturin, which checks its libraries.
PLATFORMS = {
    "aarch64-apple-darwin": "macosx_11_0_arm64",
    "aarch64-pc-windows-msvc": "win_arm64",
    "aarch64-unknown-linux-gnu": "linux_aarch64",
    "aarch64-unknown-linux-musl": "musllinux_1_2_aarch64",
    "x86_64-apple-darwin": "macosx_10_12_x86_64",
    "x86_64-pc-windows-msvc": "win_amd64",
    "x86_64-unknown-linux-gnu": "linux_x86_64",
    "x86_64-unknown-linux-musl": "musllinux_1_2_x86_64",
}


def setting(name: str) -> str:
    """Returns a text of the project table. Python 3.9 has no parser of TOML."""
    found = re.search(rf'^{name} = "(.*)"$', (PYTHON / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        raise SystemExit(f"error: packaging/python/pyproject.toml has no `{name}`")
    return found[1]


def main(binary: str, target: str, out: str) -> None:
    if target not in PLATFORMS:
        raise SystemExit(f"error: there is no wheel for {target}")
    version, tag = setting("version"), f"py3-none-{PLATFORMS[target]}"
    stem = f"{setting('name').replace('-', '_')}-{version}"
    metadata = [
        "Metadata-Version: 2.1",
        f"Name: {setting('name')}",
        f"Version: {version}",
        f"Summary: {setting('description')}",
        f"License: {setting('license')}",
        f"Requires-Python: {setting('requires-python')}",
        "Description-Content-Type: text/markdown",
        "",
        (PYTHON / "README.md").read_text(encoding="utf-8"),
    ]
    wheel = ["Wheel-Version: 1.0", "Generator: stepwright", "Root-Is-Purelib: false", f"Tag: {tag}", ""]
    files = {path.relative_to(PYTHON / "src").as_posix(): path.read_bytes() for path in sorted((PYTHON / "src").rglob("*.py*")) if "__pycache__" not in path.parts}
    command = f"{stem}.data/scripts/{'stepwright.exe' if 'windows' in target else 'stepwright'}"
    files[command] = Path(binary).read_bytes()
    files[f"{stem}.dist-info/METADATA"] = "\n".join(metadata).encode()
    files[f"{stem}.dist-info/WHEEL"] = "\n".join(wheel).encode()
    record = [f"{name},sha256={digest(content)},{len(content)}" for name, content in files.items()]
    record += [f"{stem}.dist-info/RECORD,,", ""]
    files[f"{stem}.dist-info/RECORD"] = "\n".join(record).encode()
    path = Path(out) / f"{stem}-{tag}.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            # The same bytes for the same files.
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (stat.S_IFREG | (0o755 if name == command else 0o644)) << 16
            archive.writestr(entry, content)
    print(path)


def digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


if __name__ == "__main__":
    main(*sys.argv[1:])
