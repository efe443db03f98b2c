"""Writes and checks `.limpid` study files (format version 1, docs/limpid-format.md). Needs only numpy.

`StudyBuilder` collects the parts of a study and writes the archive; `check` re-opens a written file and verifies the layout,
every offset and hash, and that `numpy.load` gives each array with the dtype and shape that the manifest promises.

    python limpid_file.py study.limpid ...      # checks files
"""

from __future__ import annotations

import hashlib
import io
import json
import struct
import sys
import zipfile
from pathlib import Path

import numpy as np

FORMAT = "limpid-study"
FORMAT_VERSION = 1
BLOCK_ROWS = 8192
LOCAL_HEADER_BYTES = 30
NUMERIC_DTYPES = ("<f8", "<f4", "<i4", "|u1")


def npy_bytes(array):
    """An array as a `.npy` 1.0 file: C order, little-endian."""
    array = np.asarray(array)
    array = np.require(array, dtype=array.dtype.newbyteorder("<"), requirements="C")
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, version=(1, 0), allow_pickle=False)
    return buffer.getvalue()


def smallest_numeric(values):
    """The smallest allowed dtype that holds every value exactly (NaN is missing and needs a float)."""
    values = np.asarray(values, dtype="<f8")
    whole = not np.isnan(values).any() and bool(np.all(values == np.floor(values)))
    if whole and len(values) and values.min() >= 0 and values.max() <= 255:
        return values.astype("|u1")
    if whole and len(values) and np.abs(values).max() < 2**31:
        return values.astype("<i4")
    narrow = values.astype("<f4")
    return narrow if np.array_equal(narrow.astype("<f8"), values, equal_nan=True) else values


def is_integer(values):
    """Whether every present value is a whole number."""
    values = np.asarray(values, dtype="<f8")
    present = values[~np.isnan(values)]
    return bool(np.all(present == np.floor(present)))


def write_archive(path, manifest, entries):
    """Writes the zip: `manifest.json` first, then `entries` (name -> bytes) in order; fills `manifest["entries"]`."""
    directory, position = {}, 0
    for name, data in entries.items():
        position += LOCAL_HEADER_BYTES + len(name.encode("ascii"))
        directory[name] = {"offset": position, "length": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        position += len(data)
    text = json.dumps({**manifest, "entries": directory}, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, allowZip64=False) as archive:
        for name, data in [("manifest.json", text.encode("utf-8")), *entries.items()]:
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.external_attr = 0o644 << 16
            archive.writestr(info, data)
    return path


class StudyBuilder:
    """Collects a study part by part, in the order of the manifest, then `write(path)`."""

    def __init__(self, study_id, name, description, table_name, n_rows, notes="", written_by="limpid reference scripts"):
        self.entries = {}
        self.n_rows = n_rows
        self.manifest = {
            "format": FORMAT,
            "formatVersion": FORMAT_VERSION,
            "writtenBy": written_by,
            "study": {"id": study_id, "name": name, "description": description, "notes": notes},
            "table": {"name": table_name, "nRows": n_rows, "columns": []},
            "outputs": None,
            "target": None,
            "predictions": None,
            "model": None,
            "explanations": [],
            "points": [],
            "findings": [],
        }

    def put(self, name, array):
        self.entries[name] = npy_bytes(array)
        return name

    def _column(self, column, array):
        columns = self.manifest["table"]["columns"]
        index = len(columns)
        columns.append({**column, "entry": self.put(f"table/{index}.npy", array)})
        return index

    def numeric(self, name, values, role="feature"):
        """@returns position of the new column"""
        column = {"name": name, "kind": "numeric", "role": role, "integer": is_integer(values)}
        return self._column(column, smallest_numeric(values))

    def categorical(self, name, texts, labels, role="feature", missing_text=""):
        """`texts` that are None are missing; every other one has to be among `labels`."""
        code = {label: i for i, label in enumerate(labels)}
        codes = np.array([-1 if text is None else code[text] for text in texts], dtype="<i4")
        column = {"name": name, "kind": "categorical", "role": role, "labels": list(labels), "missingText": missing_text}
        return self._column(column, codes)

    def feature_schema(self, column):
        """A table column as `model.features` and `explanations[].features` list it."""
        c = self.manifest["table"]["columns"][column]
        return {
            "name": c["name"],
            "kind": c["kind"],
            "integer": c.get("integer", False),
            "labels": c.get("labels", []),
            "missingText": c.get("missingText", ""),
            "column": column,
        }

    def regression(self, target_name, unit):
        self.manifest["outputs"] = {"task": "regression", "targetName": target_name, "unit": unit}

    def classification(self, target_name, class_labels):
        task = "binary" if len(class_labels) == 2 else "multiclass"
        self.manifest["outputs"] = {"task": task, "targetName": target_name, "classLabels": list(class_labels)}

    def target(self, values, column):
        kind = "value" if self.manifest["outputs"]["task"] == "regression" else "class"
        entry = self.put("target.npy", np.asarray(values, dtype="<f8" if kind == "value" else "<i4"))
        self.manifest["target"] = {"kind": kind, "column": column, "entry": entry}

    def predictions(self, stored, classes, space, source):
        """`stored` [nRows, nOutputs] keeps its float width; `classes` None for regression."""
        entries = [self.put(f"predictions/{k}.npy", stored[:, k]) for k in range(stored.shape[1])]
        classes_entry = None if classes is None else self.put("predictions/classes.npy", np.asarray(classes, dtype="<i4"))
        self.manifest["predictions"] = {"space": space, "source": source, "entries": entries, "classes": classes_entry}

    def model(self, name, onnx_bytes, signature, feature_columns, bindings):
        self.entries["model/model.onnx"] = onnx_bytes
        self.manifest["model"] = {
            "name": name,
            "kind": "onnx",
            "entry": "model/model.onnx",
            "signature": signature,
            "features": [self.feature_schema(c) for c in feature_columns],
            "bindings": bindings,
        }

    def explanation(
        self, explanation_id, name, method, feature_space, columns, space, badge, provenance, rows=(), local=None, base=None, saved=None
    ):
        """`local` [nOutputs, rows, features] in its float width, `base` [nOutputs]; both None for a global-only explanation.

        `saved` = (overall [features], meaning, signed) when the tool gave a global importance of its own.
        """
        e = len(self.manifest["explanations"])
        folder = f"explanations/{e}"
        outputs = self.manifest["outputs"]
        n_outputs = len(outputs["classLabels"]) if outputs["task"] == "multiclass" else 1
        rows = np.asarray(rows, dtype="<i4")
        rows_entry = self.put(f"{folder}/rows.npy", rows)
        local_entries = None
        if local is not None:
            assert local.shape == (n_outputs, len(rows), len(columns)), local.shape
            local_entries = [
                [
                    self.put(f"{folder}/local/{k}/{b}.npy", local[k, start : start + BLOCK_ROWS])
                    for b, start in enumerate(range(0, len(rows), BLOCK_ROWS))
                ]
                for k in range(n_outputs)
            ]
        base_entry = None if base is None else self.put(f"{folder}/base.npy", np.asarray(base, dtype="<f8"))
        saved_record = None
        if saved is not None:
            overall, meaning, signed = saved
            overall_entry = self.put(f"{folder}/global/overall.npy", np.asarray(overall, dtype="<f8"))
            saved_record = {"overall": overall_entry, "perOutput": None, "meaning": meaning, "spread": None, "signed": signed}
        defaults = {"seed": None, "backgroundHash": None, "backgroundRows": None, "evaluations": None, "seconds": None, "source": None}
        self.manifest["explanations"].append(
            {
                "id": explanation_id,
                "name": name,
                "method": method,
                "featureSpace": feature_space,
                "features": [self.feature_schema(c) for c in columns],
                "space": space,
                "nOutputs": n_outputs,
                "nRows": len(rows),
                "completed": len(rows),
                "state": "complete",
                "rows": rows_entry,
                "local": local_entries,
                "standardErrors": None,
                "baseValues": base_entry,
                "saved": saved_record,
                "badge": badge,
                "provenance": {**defaults, **provenance},
            }
        )

    def finding(self, severity, code, message, fix=None, place=None):
        record = {"severity": severity, "code": code, "message": message}
        if fix is not None:
            record["fix"] = fix
        if place is not None:
            record["place"] = place
        self.manifest["findings"].append(record)

    def write(self, path):
        write_archive(path, self.manifest, self.entries)
        check(path)
        return Path(path)


def _require(condition, message):
    if not condition:
        raise ValueError(message)


def read_local_header(raw, at):
    """(name, flags, method, start of data, length) of the zip entry whose local header starts at `at`."""
    signature, _, flags, method, _, _, _, packed, size, name_length, extra_length = struct.unpack_from("<IHHHHHIIIHH", raw, at)
    _require(signature == 0x04034B50, f"no local header at byte {at}")
    _require(packed == size, f"packed and plain size differ at byte {at}")
    name = raw[at + LOCAL_HEADER_BYTES : at + LOCAL_HEADER_BYTES + name_length].decode("ascii")
    return name, flags, method, at + LOCAL_HEADER_BYTES + name_length + extra_length, size


def check(path):
    """Verifies a written file. @returns its manifest @raises ValueError naming what is wrong"""
    raw = Path(path).read_bytes()
    _require(len(raw) < 2**32, "needs zip64")
    headers, at = {}, 0
    while raw[at : at + 4] == b"PK\x03\x04":
        name, flags, method, start, size = read_local_header(raw, at)
        _require(method == 0, f"{name}: not stored")
        _require(flags & 0x8 == 0, f"{name}: has a data descriptor")
        _require(name not in headers, f"{name}: twice in the archive")
        headers[name] = (start, size)
        at = start + size
    _require(next(iter(headers)) == "manifest.json", "manifest.json is not the first entry")
    start, size = headers.pop("manifest.json")
    origin = start + size
    manifest = json.loads(raw[start:origin], parse_constant=lambda text: _require(False, f"bare {text} in the manifest"))
    _require(manifest["format"] == FORMAT and manifest["formatVersion"] == FORMAT_VERSION, "other format or version")
    directory = manifest["entries"]
    _require(set(directory) == set(headers), f"manifest and archive list different entries: {set(directory) ^ set(headers)}")
    for name, record in directory.items():
        first = origin + record["offset"]
        _require((first, record["length"]) == headers[name], f"{name}: offset or length is wrong")
        _require(hashlib.sha256(raw[first : first + record["length"]]).hexdigest() == record["sha256"], f"{name}: hash is wrong")

    used = set()
    with np.load(path, allow_pickle=False) as arrays, zipfile.ZipFile(path) as archive:
        _require(archive.testzip() is None, "a CRC is wrong")

        def array(entry, dtypes, shape):
            data = arrays[entry[: -len(".npy")]]
            used.add(entry)
            first = headers[entry][0]
            _require(raw[first : first + 8] == b"\x93NUMPY\x01\x00", f"{entry}: not npy 1.0")
            _require(data.dtype.str in dtypes, f"{entry}: dtype {data.dtype.str}")
            _require(data.shape == shape, f"{entry}: shape {data.shape}, expected {shape}")
            _require(data.flags.c_contiguous, f"{entry}: not C order")
            return data

        _check_parts(manifest, array, used)
    if manifest["model"]:
        used.add(manifest["model"]["entry"])
    _require(used == set(directory), f"entries that nothing refers to: {set(directory) - used}")
    return manifest


def _check_parts(manifest, array, used):
    """Every array that the manifest refers to: dtype, shape, and ranges of codes."""
    n_rows = manifest["table"]["nRows"]
    columns = manifest["table"]["columns"]
    _require(len({c["name"] for c in columns}) == len(columns), "column names repeat")
    for column in columns:
        kinds = {"numeric": NUMERIC_DTYPES, "categorical": ("<i4",), "boolean": ("|u1",), "datetime": ("<f8",)}
        values = array(column["entry"], kinds[column["kind"]], (n_rows,))
        if column["kind"] == "categorical":
            _require(values.min() >= -1 and values.max() < len(column["labels"]), f"{column['name']}: code out of range")
            _require(len(set(column["labels"])) == len(column["labels"]), f"{column['name']}: labels repeat")
        if column["kind"] == "numeric":
            _require(column["integer"] == is_integer(values), f"{column['name']}: integer flag is wrong")

    outputs = manifest["outputs"]
    n_classes = len(outputs.get("classLabels", []))
    n_outputs = n_classes if outputs["task"] == "multiclass" else 1
    target = manifest["target"]
    if target:
        values = array(target["entry"], ("<i4",) if target["kind"] == "class" else ("<f8",), (n_rows,))
        _require(target["kind"] == "value" or (values.min() >= -1 and values.max() < n_classes), "target: class out of range")
    predictions = manifest["predictions"]
    if predictions:
        if predictions["entries"] is not None:
            _require(len(predictions["entries"]) == n_outputs, "predictions: wrong number of outputs")
            for entry in predictions["entries"]:
                array(entry, ("<f4", "<f8"), (n_rows,))
        if predictions["classes"] is not None:
            classes = array(predictions["classes"], ("<i4",), (n_rows,))
            _require(classes.min() >= -1 and classes.max() < n_classes, "predictions: class out of range")
    model = manifest["model"]
    if model:
        inputs = {i["name"]: i for i in model["signature"]["inputs"]}
        _require(sorted(b["input"] for b in model["bindings"]) == sorted(inputs), "bindings and inputs differ")
        bound = [f for b in model["bindings"] for f in b["features"]]
        _require(sorted(bound) == list(range(len(model["features"]))), "a model feature is bound twice or never")
        for binding in model["bindings"]:
            _require(inputs[binding["input"]]["width"] in (None, len(binding["features"])), "binding is not as wide as its input")

    _require(len({e["id"] for e in manifest["explanations"]}) == len(manifest["explanations"]), "explanation ids repeat")
    for explanation in manifest["explanations"]:
        features, n = explanation["features"], explanation["nRows"]
        _require(explanation["nOutputs"] == n_outputs, "explanation: wrong number of outputs")
        for feature in features:
            if feature["column"] is None:
                continue
            column = columns[feature["column"]]
            _require(feature["name"] == column["name"] and feature["kind"] == column["kind"], "explanation: feature is not its column")
            _require((column["role"] == "engineered") == (explanation["featureSpace"] == "engineered"), "explanation: wrong feature space")
        rows = array(explanation["rows"], ("<i4",), (n,))
        _require(n == 0 or (rows.min() >= 0 and rows.max() < n_rows and len(set(rows.tolist())) == n), "explanation: rows out of range")
        for blocks in explanation["local"] or []:
            for b, entry in enumerate(blocks):
                values = array(entry, ("<f4", "<f8"), (min(BLOCK_ROWS, n - b * BLOCK_ROWS), len(features)))
                _require(bool(np.isfinite(values).all()), f"{entry}: not finite")
        if explanation["baseValues"]:
            array(explanation["baseValues"], ("<f8",), (n_outputs,))
        saved = explanation["saved"]
        if saved:
            array(saved["overall"], ("<f8",), (len(features),))
            for entry in saved["perOutput"] or []:
                array(entry, ("<f8",), (len(features),))
            if saved["spread"]:
                array(saved["spread"], ("<f8",), (len(features),))


if __name__ == "__main__":
    for file in sys.argv[1:]:
        manifest = check(file)
        print(f"{file}: {manifest['table']['nRows']} rows, {len(manifest['entries'])} entries, ok")
