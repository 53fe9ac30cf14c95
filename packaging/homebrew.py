"""usage: homebrew.py VERSION FOLDER

Prints the formula of Homebrew for a release, with the checksums of the archives in a folder. On Linux it installs the static command."""

import sys
from pathlib import Path

RELEASES = "https://github.com/stepwright/stepwright/releases/download"
ARCHIVES = {
    ("macos", "arm"): "aarch64-apple-darwin",
    ("macos", "intel"): "x86_64-apple-darwin",
    ("linux", "arm"): "aarch64-unknown-linux-musl",
    ("linux", "intel"): "x86_64-unknown-linux-musl",
}


def checksum(folder: Path, name: str) -> str:
    path = folder / f"{name}.tar.gz.sha256"
    if not path.is_file():
        sys.exit(f"error: {path} is missing; the formula needs the archives of all platforms")
    value = path.read_text(encoding="utf-8").split()[0]
    if len(value) != 64 or set(value) - set("0123456789abcdef"):
        sys.exit(f"error: {path} does not begin with a SHA-256 checksum")
    return value


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    version, folder = sys.argv[1], Path(sys.argv[2])
    lines = [
        "class Stepwright < Formula",
        '  desc "Check, run and test AWS Step Functions state machines"',
        '  homepage "https://github.com/stepwright/stepwright"',
        f'  version "{version}"',
        '  license any_of: ["MIT", "Apache-2.0"]',
    ]
    for system in ("macos", "linux"):
        lines += ["", f"  on_{system} do"]
        for processor in ("arm", "intel"):
            name = f"stepwright-{version}-{ARCHIVES[system, processor]}"
            lines += [
                f"    on_{processor} do",
                f'      url "{RELEASES}/v{version}/{name}.tar.gz"',
                f'      sha256 "{checksum(folder, name)}"',
                "    end",
            ]
        lines += ["  end"]
    lines += [
        "",
        "  def install",
        '    bin.install "stepwright"',
        '    bash_completion.install "completions/stepwright.bash" => "stepwright"',
        '    zsh_completion.install "completions/stepwright.zsh" => "_stepwright"',
        '    fish_completion.install "completions/stepwright.fish"',
        "  end",
        "",
        "  test do",
        '    assert_match version.to_s, shell_output("#{bin}/stepwright --version")',
        "  end",
        "end",
    ]
    print("\n".join(lines))


main()
