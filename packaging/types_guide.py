"""usage: types_guide.py PAGE FOLDER

Writes the schemas of the guide about types to `order.schemas.json`, and its clients to `client.ts` and `client.py`."""

import re
import sys
from pathlib import Path


def main() -> None:
    page, folder = Path(sys.argv[1]), Path(sys.argv[2])
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    for language, file in (("json", "order.schemas.json"), ("ts", "client.ts"), ("python", "client.py")):
        found = [text for kind, text in blocks if kind == language]
        if len(found) != 1:
            sys.exit(f"error: {page} has {len(found)} blocks of {language}")
        (folder / file).write_text(found[0], encoding="utf-8")


main()
