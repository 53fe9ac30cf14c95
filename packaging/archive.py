"""usage: archive.py FOLDER FILE

Writes a .tar.gz of a folder. The same files result in the same bytes: no times, users or order of the file system."""

import gzip
import sys
import tarfile
from pathlib import Path


def main() -> None:
    folder, output = Path(sys.argv[1]), Path(sys.argv[2])
    with output.open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for path in sorted(folder.rglob("*")):
                if not path.is_file():
                    continue
                member = archive.gettarinfo(str(path), str(path.relative_to(folder.parent)))
                member.mtime = member.uid = member.gid = 0
                member.uname = member.gname = ""
                member.mode = 0o755 if path.name in ("stepwright", "stepwright.exe") else 0o644
                with path.open("rb") as content:
                    archive.addfile(member, content)


main()
