"""usage: sbom.py TARGET

Prints the bill of materials of the command for a target, in the format CycloneDX 1.5: each crate with its version, licence and checksum."""

import json
import re
import subprocess
import sys
import tomllib


def main() -> None:
    target = sys.argv[1]
    arguments = ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", target]
    metadata = json.loads(subprocess.run(arguments, check=True, capture_output=True, text=True).stdout)
    arguments = ["cargo", "tree", "--locked", "-p", "stepwright-cli", "--target", target, "-e", "normal,build", "--prefix", "none", "--format", "{p}"]
    tree = subprocess.run(arguments, check=True, capture_output=True, text=True).stdout
    used = {tuple(line.split(" ")[:2]) for line in tree.splitlines() if line}
    with open("Cargo.lock", "rb") as file:
        locked = {(one["name"], one["version"]): one.get("checksum") for one in tomllib.load(file)["package"]}
    components = []
    for package in sorted(metadata["packages"], key=lambda one: (one["name"], one["version"])):
        name, version = package["name"], package["version"]
        if (name, f"v{version}") not in used:
            continue
        component = {
            "type": "library",
            "bom-ref": f"pkg:cargo/{name}@{version}",
            "name": name,
            "version": version,
            "purl": f"pkg:cargo/{name}@{version}",
        }
        if package.get("license"):
            # Old crates separate alternatives by a slash.
            component["licenses"] = [{"expression": re.sub(r"\s*/\s*", " OR ", package["license"])}]
        if locked.get((name, version)):
            component["hashes"] = [{"alg": "SHA-256", "content": locked[name, version]}]
        components.append(component)
    command = next(one for one in components if one["name"] == "stepwright-cli")
    components.remove(command)
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {**command, "type": "application"}, "properties": [{"name": "target", "value": target}]},
        "components": components,
    }
    print(json.dumps(bill, indent=2))


main()
