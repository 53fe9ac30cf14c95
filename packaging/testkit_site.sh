# Sourced by the tests of pytest-stepwright.
# shellcheck shell=bash

# Installs the package into a folder for PYTHONPATH, as `pip install` does it, without a build backend.
testkit_site() {
    mkdir -p "$1/pytest_stepwright-0.1.0.dist-info"
    cp -r testkits/pytest-stepwright/src/pytest_stepwright "$1"
    printf '[pytest11]\nstepwright = pytest_stepwright.plugin\n' >"$1/pytest_stepwright-0.1.0.dist-info/entry_points.txt"
    printf 'Metadata-Version: 2.1\nName: pytest-stepwright\nVersion: 0.1.0\n' >"$1/pytest_stepwright-0.1.0.dist-info/METADATA"
}
