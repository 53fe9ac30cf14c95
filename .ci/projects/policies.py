"""Holds the policies of a SAM template's state machines against what `stepwright policy` makes of their definitions.

    policies.py STEPWRIGHT TEMPLATE

Both must allow the same actions on the same resources. Where the command can only say `*` (the ARN of a queue cannot be made of a URL that
the template gives), the template names the resource.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

from cfnlint.decode.cfn_yaml import load


def text(value):
    """A value of CloudFormation as the text of `Fn::Sub`."""
    match value:
        case {"Ref": name}:
            return "${%s}" % name
        case {"Fn::GetAtt": [name, attribute]}:
            return "${%s.%s}" % (name, attribute)
        case {"Fn::GetAtt": str(path)}:
            return "${%s}" % path
        case {"Fn::Sub": str(said)}:
            return said
        case str(plain):
            return plain
    raise SystemExit(f"error: {value} is no text that this program knows")


def several(value):
    return value if isinstance(value, list) else [value]


def grants(statements, fill=lambda said: said):
    """Each action on each resource."""
    found = set()
    for statement in statements:
        condition = json.dumps(statement.get("Condition"), sort_keys=True)
        for action in several(statement["Action"]):
            for resource in several(statement["Resource"]):
                found.add((action, fill(text(resource)), condition))
    return found


def main(stepwright, template):
    resources = load(template)["Resources"]
    folder = Path(template).parent
    machines = [
        (name, resource["Properties"])
        for name, resource in resources.items()
        if resource["Type"] == "AWS::Serverless::StateMachine"
    ]
    wrong = 0
    for name, machine in machines:
        options = ["--type", machine["Type"], "--region", "${AWS::Region}", "--account", "${AWS::AccountId}"]
        options += ["--logging"] if "Logging" in machine else []
        options += ["--tracing"] if machine.get("Tracing", {}).get("Enabled") else []
        made = subprocess.run(
            [stepwright, "policy", folder / machine["DefinitionUri"], *options], check=True, capture_output=True, text=True
        )
        values = {key: text(value) for key, value in machine["DefinitionSubstitutions"].items()}
        needed = grants(
            json.loads(made.stdout)["Statement"],
            lambda said: re.sub(r"\$\{(\w+)\}", lambda found: values[found.group(1)], said),
        )
        given = grants(statement for policy in machine["Policies"] for statement in policy["Statement"])
        too_little = {grant for grant in needed - given if grant[1] != "*" or not any(one[0] == grant[0] for one in given)}
        vague = {grant[0] for grant in needed - given if grant[1] == "*"}
        too_much = {grant for grant in given - needed if grant[0] not in vague}
        for what, which in ("lacks", too_little), ("does not need", too_much):
            for action, resource, _ in sorted(which):
                wrong += 1
                print(f"error: {template}: `{name}` {what} {action} on {resource}", file=sys.stderr)
    if wrong or not machines:
        raise SystemExit(1)
    print(f"{template}: the policies of {len(machines)} state machines are those of their definitions")


main(*sys.argv[1:])
