#!/usr/bin/env python3
"""Writes `models.bin`: the API models of all services that Step Functions can call, from botocore (Apache-2.0).

    pip install --target packages botocore
    python3 derive.py packages

A model is botocore's `service-2.json` without its documentation, constraints and unused shapes, with short names of shapes, and with two further
members of `metadata`: `host`, the host name of the service (`{region}` stands for the region), and `signingRegion` for a service that is in one region
only. `--models DIR` of the command reads the models of an installed botocore with the same code.

The file has an index in its first part: the length of the index in four bytes (big endian), then a line for each service (its folder in botocore, the
offset after the index, and the length), separated by blanks. Then each model follows, compressed as zlib does.

`asl/src/integrations/derive.py` writes the names of services and actions from the same package: use the same version for both.
"""
import csv, gzip, json, re, sys, zlib
from pathlib import Path

FOLDER = Path(__file__).parent
SERVICES = FOLDER / "../integrations/services.csv"
# Services that only optimized integrations call.
FURTHER = ["bedrock-runtime", "stepfunctions", "s3"]
# The only services whose single protocol is CBOR, which the client does not have.
NO_PROTOCOL = {"partnercentral-revenue-measurement"}
METADATA = ["apiVersion", "endpointPrefix", "jsonVersion", "protocol", "protocols", "signingName", "targetPrefix", "xmlNamespace"]
OPERATION = ["http", "endpoint", "httpChecksumRequired"]
REFERENCE = ["location", "locationName", "flattened", "xmlAttribute", "streaming", "idempotencyToken", "jsonvalue", "xmlNamespace", "timestampFormat",
             "queryName", "eventstream"]
SHAPE = ["payload", "flattened", "timestampFormat", "xmlNamespace", "document", "eventstream", "locationName"]
SCALARS = ["string", "boolean", "integer", "long", "float", "double", "blob", "timestamp", "character"]


def main(packages):
    sys.path.insert(0, packages)
    import botocore, botocore.session
    data = Path(botocore.__file__).parent / "data"
    session = botocore.session.Session()
    session.set_credentials("id", "secret")
    index, blobs, offset = [], [], 0
    for folder, unsupported in services():
        if folder in NO_PROTOCOL:
            continue
        versions = sorted(path for path in (data / folder).iterdir() if (path / "service-2.json.gz").exists())
        model = compact(json.load(gzip.open(versions[-1] / "service-2.json.gz")), unsupported)
        model["metadata"].update(host(session, folder))
        blob = zlib.compress(json.dumps(model, separators=(",", ":")).encode(), 9)
        index.append(f"{folder} {offset} {len(blob)}\n")
        blobs.append(blob)
        offset += len(blob)
    text = "".join(index).encode()
    content = len(text).to_bytes(4, "big") + text + b"".join(blobs)
    (FOLDER / "models.bin").write_bytes(content)
    (FOLDER / "version.txt").write_text(f"botocore {botocore.__version__}\n")
    print(f"{len(blobs)} models, {len(content)} bytes")


def services():
    """The folders of botocore, each with the operations that Step Functions cannot call."""
    found = {}
    with open(SERVICES) as file:
        for row in csv.DictReader(line for line in file if not line.startswith("#")):
            if row["command"]:
                found[row["command"]] = set(row["unsupported"].split())
    for folder in FURTHER:
        found.setdefault(folder, set())
    return sorted(found.items())


def host(session, folder):
    """The host name, from botocore's own rules, in two regions."""
    def of(region):
        client = session.create_client(folder, region_name=region)
        return client.meta.endpoint_url.split("://")[1]
    try:
        east, west = of("us-east-1"), of("us-west-2")
    except Exception as error:
        sys.exit(f"{folder}: botocore does not know its endpoint: {error}")
    if west == east:
        region = re.search(r"[a-z]+-[a-z]+-\d", east)
        return {"host": east, "signingRegion": region[0] if region else "us-east-1"}
    # S3 has a host without a region for us-east-1.
    return {"host": west.replace("us-west-2", "{region}")}


def picked(entry, names):
    return {name: entry[name] for name in names if name in entry}


def compact(model, unsupported):
    shapes, names, out = model["shapes"], {}, {}

    def name(long):
        if long in names:
            return names[long]
        shape = shapes[long]
        kept = {"type": shape["type"], **picked(shape, SHAPE)}
        if shape["type"] in SCALARS:
            # Scalars without further properties are named after their types.
            short = shape["type"][:2] if len(kept) == 1 else f"{shape['type'][:2]}{kept.get('timestampFormat', '')}{len(names)}"
        else:
            short = str(len(names))
        names[long] = short
        out[short] = kept
        if "members" in shape:
            kept["members"] = {member: reference(target) for member, target in shape["members"].items()}
        for part in ("member", "key", "value"):
            if part in shape:
                kept[part] = reference(shape[part])
        return short

    def reference(target):
        return {"shape": name(target["shape"]), **picked(target, REFERENCE)}

    operations = {}
    for operation, entry in model["operations"].items():
        action = operation[0].lower() + operation[1:]
        if operation in unsupported or action in unsupported:
            continue
        kept = picked(entry, OPERATION)
        # The default.
        if kept["http"] == {"method": "POST", "requestUri": "/"}:
            del kept["http"]
        kept.update({part: {**reference(entry[part]), **picked(entry[part], ["resultWrapper"])} for part in ("input", "output") if part in entry})
        operations[operation] = kept
    for long, shape in shapes.items():
        if shape.get("exception"):
            out[long] = {"type": "structure", "exception": True, **picked(shape, ["error"])}
    return {"metadata": picked(model["metadata"], METADATA), "operations": operations, "shapes": out}


main(sys.argv[1])
