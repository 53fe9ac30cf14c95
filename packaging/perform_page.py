"""usage: perform_page.py PAGE LANGUAGE FOLDER FILE

Performs a guide: writes its definition to `order.asl.json` and its blocks of a language to one file in a folder. LANGUAGE is all of the line that begins
a block, as in `python` or `python moto`."""

import re
import sys
from pathlib import Path


def main() -> None:
    page, language, folder, file = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), sys.argv[4]
    blocks = re.findall(r"^```(\w[^\n]*)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    (folder / "order.asl.json").write_text(next(text for kind, text in blocks if kind == "json"), encoding="utf-8")
    tests = [text for kind, text in blocks if kind == language]
    if not tests:
        sys.exit(f"error: {page} has no blocks of {language}")
    (folder / file).write_text("\n\n".join(tests), encoding="utf-8")


main()
