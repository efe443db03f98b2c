# /// script
# requires-python = "==3.12.*"
# dependencies = ["numpy==2.5.5"]
# ///
"""What numpy.save writes for the arrays of the command line's .npz: src/formats/results/golden/arrays.json.

Each entry has numpy's type text, the shape, and the array's bytes in hex. No seeds: the arrays are written out here.
"""

from __future__ import annotations

import io
import json
import pathlib

import numpy as np
from numpy.lib import format as npy

ARRAYS = {
    "texts": np.array(["age", "größe", "a\U0001f600b", ""]),
    "one text": np.array("tree-interventional"),
    "numbers": np.array([[0.1, np.nan, -0.0], [1 / 3, np.inf, 5e-324]]),
    "one number": np.array(0.25),
    "rows": np.array([0, 7, -1], dtype="<i4"),
}


def main() -> None:
    entries = {}
    for name, array in ARRAYS.items():
        buffer = io.BytesIO()
        np.save(buffer, array)
        buffer.seek(0)
        version = npy.read_magic(buffer)
        assert version == (1, 0)
        shape, fortran, dtype = npy.read_array_header_1_0(buffer)
        assert not fortran
        entries[name] = {"descr": dtype.str, "shape": list(shape), "body": buffer.read().hex()}
    target = pathlib.Path(__file__).parents[2] / "src/formats/results/golden/arrays.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    golden = {"library": "numpy", "versions": {"numpy": np.__version__}, "arrays": entries}
    target.write_text(json.dumps(golden, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


main()
