#!/bin/sh
# Installs the `stepwright` command of a release: downloads the archive for this machine and verifies its checksum.
#
#   curl --proto '=https' -fsSL https://github.com/stepwright/stepwright/releases/latest/download/install.sh | sh
#   sh install.sh --to /usr/local/bin --version 0.1.0
#
# Needs curl, tar, and sha256sum or shasum. STEPWRIGHT_RELEASES is another server with the same paths, such as a mirror.
# The checksum comes from the same server as the archive: it shows that the download is not damaged, not that the release is genuine.
set -eu

# The release that this script belongs to; `packaging/build installer` writes it here.
version=@VERSION@
releases=${STEPWRIGHT_RELEASES:-https://github.com/stepwright/stepwright/releases}
folder=${HOME:-}/.local/bin
# The C library of the machine that builds the releases. A program for it does not start with an older one.
glibc=2.39

fail() {
    echo "error: $*" >&2
    exit 1
}

usage() {
    cat <<'TEXT'
Installs the `stepwright` command.

Usage: install.sh [--to DIR] [--version VERSION]

  --to DIR           the folder of the command; by default ~/.local/bin
  --version VERSION  another release, such as 0.1.0
  --target TARGET    another archive, such as x86_64-unknown-linux-musl; by default that of this machine
TEXT
}

# Whether the first version is at least the second: 2.39 and 2.4 differ in the number after the dot.
is_at_least() {
    [ "${1%%.*}" -gt "${2%%.*}" ] || { [ "${1%%.*}" -eq "${2%%.*}" ] && [ "${1#*.}" -ge "${2#*.}" ]; }
}

# `gnu` if this machine has a recent glibc; otherwise `musl`, whose programs need no library.
libc() {
    found=$(getconf GNU_LIBC_VERSION 2>/dev/null) || found=
    case $found in
        "glibc "[0-9]*.[0-9]*)
            found=${found#glibc }
            # 2.39.1 has the interface of 2.39.
            minor=${found#*.}
            if is_at_least "${found%%.*}.${minor%%[!0-9]*}" "$glibc"; then echo gnu; else echo musl; fi
            ;;
        *) echo musl ;;
    esac
}

detect() {
    machine=$(uname -m)
    system=$(uname -s)
    # A shell under Rosetta reports the processor that it emulates.
    if [ "$system" = Darwin ] && [ "$(sysctl -n sysctl.proc_translated 2>/dev/null)" = 1 ]; then
        machine=arm64
    fi
    case $machine in
        x86_64 | amd64) machine=x86_64 ;;
        aarch64 | arm64) machine=aarch64 ;;
        *) fail "there is no archive for the processor $machine; build the command with \`cargo install --locked stepwright-cli\`" ;;
    esac
    case $system in
        Linux) echo "$machine-unknown-linux-$(libc)" ;;
        Darwin) echo "$machine-apple-darwin" ;;
        *) fail "there is no archive for $system; build the command with \`cargo install --locked stepwright-cli\`" ;;
    esac
}

download() {
    # wget has no option that refuses a redirect to http.
    command -v curl >/dev/null 2>&1 || fail "curl is not installed; install it"
    # The command comes over https, also after a redirect, unless the mirror of the user has http.
    case $releases in
        http://*) protocols==http,https ;;
        *) protocols==https ;;
    esac
    curl -fsSL --proto "$protocols" --proto-redir "$protocols" --retry 3 -o "$2" "$1"
}

checksum() {
    if command -v sha256sum >/dev/null 2>&1; then
        sha256sum "$1"
    elif command -v shasum >/dev/null 2>&1; then
        shasum -a 256 "$1"
    else
        fail "neither sha256sum nor shasum is installed, so the checksum cannot be verified; install one of them"
    fi
}

main() {
    target=
    while [ $# -gt 0 ]; do
        case $1 in
            --to | --version | --target)
                [ $# -ge 2 ] && [ -n "$2" ] || fail "$1 has no value; \`install.sh --help\` shows its use"
                case $1 in
                    --to) folder=$2 ;;
                    --version) version=${2#v} ;;
                    --target) target=$2 ;;
                esac
                shift 2
                ;;
            --help | -h)
                usage
                return 0
                ;;
            *) fail "unknown argument \`$1\`; \`install.sh --help\` shows the arguments" ;;
        esac
    done
    case $version in
        [0-9]*) ;;
        *) fail "this script belongs to no release; choose one with --version, such as --version 0.1.0" ;;
    esac
    [ "$folder" != /.local/bin ] || fail "HOME is not set; choose a folder with --to"
    [ -n "$target" ] || target=$(detect)
    name=stepwright-$version-$target
    url=$releases/download/v$version/$name.tar.gz
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM
    download "$url" "$work/$name.tar.gz" || fail "cannot download $url; check the version and the network"
    download "$url.sha256" "$work/expected" || fail "cannot download $url.sha256, so the archive cannot be verified"
    expected=$(cut -d ' ' -f 1 "$work/expected")
    found=$(checksum "$work/$name.tar.gz" | cut -d ' ' -f 1)
    [ -n "$found" ] && [ "$found" = "$expected" ] ||
        fail "the checksum of $url is $found and not $expected; nothing was installed"
    tar -xzf "$work/$name.tar.gz" -C "$work"
    "$work/$name/stepwright" --version >/dev/null || fail "the command does not start on this machine; try \`--target\` with another archive"
    mkdir -p "$folder"
    # Renamed in the same folder, so that a running command is never half written.
    cp "$work/$name/stepwright" "$folder/.stepwright.$$"
    chmod 755 "$folder/.stepwright.$$"
    mv -f "$folder/.stepwright.$$" "$folder/stepwright"
    echo "installed $("$folder/stepwright" --version) in $folder"
    case :$PATH: in
        *":$folder:"*) ;;
        *) echo "note: $folder is not in PATH; add the line \`export PATH=\"$folder:\$PATH\"\` to the profile of your shell" ;;
    esac
}

# The last line, so that a partial download of this script does nothing.
main "$@"
