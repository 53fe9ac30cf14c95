"""usage: unpack_image.py ARCHIVE FOLDER

Unpacks the layers of an image from a docker archive, and checks its configuration: a user without rights, a health check by the command itself, a
volume for the store."""

import json
import sys
import tarfile
from pathlib import Path


def main() -> None:
    path, folder = Path(sys.argv[1]), Path(sys.argv[2])
    with tarfile.open(path) as archive:
        manifest = json.load(archive.extractfile("manifest.json"))[0]
        config = json.load(archive.extractfile(manifest["Config"]))["config"]
        assert config["User"] == "65532:65532", "the image runs as root"
        assert config["Healthcheck"]["Test"] == ["CMD", "/stepwright", "health"], "the image has another health check"
        assert config["Entrypoint"] == ["/stepwright"] and config["Cmd"][0] == "serve", "the image starts something else"
        assert list(config["Volumes"]) == ["/data"], "the store is not in a volume"
        for layer in manifest["Layers"]:
            with tarfile.open(fileobj=archive.extractfile(layer)) as files:
                files.extractall(folder, filter="tar", numeric_owner=True)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    print(f"the image has {size / 1e6:.1f} MB")


main()
