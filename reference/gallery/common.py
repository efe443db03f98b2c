"""What the gallery scripts share: ONNX export and runs, the facts for end-to-end tests, and the index of the gallery."""

import json
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
GALLERY = HERE.parent.parent / "public" / "gallery"
EXPECTED = HERE / "expected"
ORDER = ["census-income", "penguins", "cars", "breast-cancer", "mimic-global"]

sys.path.insert(0, str(HERE.parent))
import limpid_file  # noqa: E402

BLOCK_ROWS = limpid_file.BLOCK_ROWS


def export(model, initial_types, name, options=None):
    """skl2onnx's graph of a fitted model, the same bytes on every run (skl2onnx lists the operator sets in the order of a Python set)."""
    from skl2onnx import to_onnx

    onnx_model = to_onnx(model, initial_types=initial_types, options=options, target_opset={"": 17, "ai.onnx.ml": 3}, name=name)
    operator_sets = sorted(onnx_model.opset_import, key=lambda o: o.domain)
    del onnx_model.opset_import[:]
    onnx_model.opset_import.extend(operator_sets)
    return onnx_model


def remove_zipmap(model):
    """Replaces a ZipMap's output (a list of dictionaries) by the tensor that it reads."""
    import onnx

    for node in [n for n in model.graph.node if n.op_type == "ZipMap"]:
        width = max(len(a.strings) or len(a.ints) for a in node.attribute)
        for i, output in enumerate(model.graph.output):
            if output.name == node.output[0]:
                tensor = onnx.helper.make_tensor_value_info(node.input[0], onnx.TensorProto.FLOAT, [None, width])
                model.graph.output[i].CopyFrom(tensor)
        model.graph.node.remove(node)
    onnx.checker.check_model(model)
    return model


def signature_of(model, task, class_labels, space):
    """The manifest's `signature`, read from the graph; `class_labels` as the graph holds them."""
    import onnx

    types = {onnx.TensorProto.FLOAT: "float", onnx.TensorProto.STRING: "string", onnx.TensorProto.INT64: "int64"}
    inputs = []
    for graph_input in model.graph.input:
        tensor = graph_input.type.tensor_type
        dims = tensor.shape.dim
        inputs.append({"name": graph_input.name, "type": types[tensor.elem_type], "width": dims[1].dim_value, "rank": len(dims)})
    names = [o.name for o in model.graph.output]
    label, scores = (None, names[0]) if task == "regression" else names
    outputs = {"label": label, "scores": scores, "scoreWidth": len(class_labels) or 1, "classLabels": class_labels, "space": space}
    return {"task": task, "inputs": inputs, "outputs": outputs}


class Runner:
    """Runs the model of a written study on its own table, through its own bindings, with ONNX Runtime."""

    def __init__(self, path):
        import onnxruntime

        self.manifest = limpid_file.check(path)
        with np.load(path, allow_pickle=False) as arrays:
            self.arrays = {name: arrays[name] for name in arrays.files}
        model = self.manifest["model"]
        self.session = onnxruntime.InferenceSession(bytes(self.arrays["model/model.onnx"]), providers=["CPUExecutionProvider"])
        self.features = model["features"]
        columns = self.manifest["table"]["columns"]
        self.encoded = np.column_stack([self._encode(columns[f["column"]]) for f in self.features])

    def _encode(self, column):
        values = self.array(column["entry"]).astype(np.float64)
        return np.where(values < 0, np.nan, values) if column["kind"] == "categorical" else values

    def array(self, entry):
        return self.arrays[entry[: -len(".npy")]]

    def predict(self, encoded):
        """(stored outputs [n, k], scores [n, c], labels or None) of encoded rows: categories are codes, missing is NaN."""
        numbers = {"float": np.float32, "int64": np.int64}
        feeds = {}
        types = {i["name"]: i["type"] for i in self.manifest["model"]["signature"]["inputs"]}
        for binding in self.manifest["model"]["bindings"]:
            kind = types[binding["input"]]
            if kind == "string":
                feeds[binding["input"]] = np.array([[self._text(f, row[f]) for f in binding["features"]] for row in encoded], dtype=object)
            else:
                feeds[binding["input"]] = encoded[:, binding["features"]].astype(numbers[kind])
        outputs = self.manifest["model"]["signature"]["outputs"]
        task = self.manifest["outputs"]["task"]
        names = [n for n in (outputs["scores"], outputs["label"]) if n]
        result = self.session.run(names, feeds)
        scores = np.asarray(result[0]).reshape(len(encoded), -1)
        stored = scores[:, 1:] if task == "binary" else scores
        return stored, scores, result[1] if len(result) > 1 else None

    def _text(self, feature, code):
        schema = self.features[feature]
        return schema["missingText"] if np.isnan(code) else schema["labels"][int(code)]

    def stored_predictions(self):
        return np.column_stack([self.array(e) for e in self.manifest["predictions"]["entries"]])

    def local(self, explanation):
        """[nOutputs, rows, features]"""
        return np.stack([np.concatenate([self.array(e) for e in blocks]) for blocks in explanation["local"]])


def run_onnx(model, feeds):
    """The scores (or values) of a graph for whole columns: [rows, outputs], as ONNX Runtime gives them."""
    import onnxruntime

    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    scores = session.run([session.get_outputs()[-1].name], feeds)[0]
    return scores.reshape(len(scores), -1)


def sum_by_origin(values, origin, n_features):
    """[outputs, rows, features] from [outputs, rows, engineered columns]: engineered column j came from feature `origin[j]`."""
    total = np.zeros((*values.shape[:2], n_features))
    for j, feature in enumerate(origin):
        total[:, :, feature] += values[:, :, j]
    return total


def expit(x):
    return 1 / (1 + np.exp(-x))


def classes_of(stored):
    """Predicted class by row: above one half for binary, else the first largest."""
    return (stored[:, 0] > 0.5).astype(np.int32) if stored.shape[1] == 1 else stored.argmax(axis=1).astype(np.int32)


def residual(local, base, predictions, link):
    """max |link(sum + base) - prediction| for local [k, n, f], base [k], predictions [n, k]."""
    sums = np.asarray(local, dtype=np.float64).sum(axis=2).T + np.asarray(base)[None, :]
    return float(np.abs(link(sums) - predictions.astype(np.float64)).max())


def measured(local, base, predictions, link=lambda x: x):
    """The badge for local values as they are stored (float32), rounded up to two digits."""
    worst = residual(np.float32(local), base, predictions, link)
    digits = 10.0 ** (np.floor(np.log10(worst)) - 1) if worst > 0 else 1.0
    return {"kind": "measured", "maxResidual": float(f"{np.ceil(worst / digits) * digits:.1e}")}


def mean_abs(local):
    """[features]: per class the mean over rows of |value|, then the mean over classes."""
    return np.abs(np.asarray(local, dtype=np.float64)).mean(axis=1).mean(axis=0)


def ranked(names, values, count):
    return [{"name": names[i], "value": float(values[i])} for i in np.argsort(-np.asarray(values), kind="stable")[:count]]


def verify(path):
    """ONNX Runtime gives the stored predictions again, bit for bit, and each explanation sums to them within its badge."""
    run = Runner(path)
    stored, _, labels = run.predict(run.encoded)
    saved = run.stored_predictions()
    assert stored.dtype == saved.dtype and np.array_equal(stored, saved), "stored predictions are not the model's"
    if labels is not None:
        known = run.manifest["model"]["signature"]["outputs"]["classLabels"]
        classes = run.array(run.manifest["predictions"]["classes"])
        assert [known[c] for c in classes] == [str(text) for text in labels.ravel()], "predicted classes are not the model's"
        assert np.array_equal(classes, classes_of(saved))
    for explanation in run.manifest["explanations"]:
        link = {"log-odds": expit, "probability": lambda x: x, "value": lambda x: x}[explanation["space"]]
        rows = run.array(explanation["rows"])
        worst = residual(run.local(explanation), run.array(explanation["baseValues"]), saved[rows], link)
        assert worst <= explanation["badge"]["maxResidual"], (explanation["id"], worst)
    return run


def write_expected(path, row_ids, edit_row, edits, ice):
    """Facts that an end-to-end test can compare with: all from Python and ONNX Runtime.

    `edits`: [(feature name, new value: number or text)], each applied alone to `edit_row`; `ice`: (row, feature name).
    """
    run = verify(path)
    names = [f["name"] for f in run.features]
    manifest = run.manifest
    regression = manifest["outputs"]["task"] == "regression"

    def facts(encoded):
        stored, scores, _ = run.predict(encoded)
        prediction = [float(v) for v in stored[0]]
        if regression:
            return {"prediction": prediction}
        return {"prediction": prediction, "probabilities": [float(v) for v in scores[0]], "predictedClass": int(classes_of(stored)[0])}

    def shown(feature, value):
        schema = run.features[feature]
        if np.isnan(value):
            return None
        return schema["labels"][int(value)] if schema["kind"] == "categorical" else float(value)

    edit_records = []
    for name, value in edits:
        feature = names.index(name)
        schema = run.features[feature]
        changed = run.encoded[[edit_row]].copy()
        before = shown(feature, changed[0, feature])
        changed[0, feature] = schema["labels"].index(value) if schema["kind"] == "categorical" else value
        assert before != shown(feature, changed[0, feature])
        assert not np.allclose(run.predict(changed)[0], run.predict(run.encoded[[edit_row]])[0], atol=1e-3), f"{name}: the edit changes nothing"
        edit_records.append({"row": edit_row, "feature": name, "kind": schema["kind"], "before": before, "value": value, **facts(changed)})
    ice_row, ice_name = ice
    ice_record = {"row": ice_row, "feature": ice_name, "value": shown(names.index(ice_name), run.encoded[ice_row, names.index(ice_name)])}
    record = {
        "id": manifest["study"]["id"],
        "rows": manifest["table"]["nRows"],
        "task": manifest["outputs"]["task"],
        "classLabels": manifest["outputs"].get("classLabels", []),
        "predictionSpace": manifest["predictions"]["space"],
        "explanations": [explanation_facts(run, e) for e in manifest["explanations"]],
        "predictions": [{"row": r, **facts(run.encoded[[r]])} for r in row_ids],
        "edits": edit_records,
        "ice": [{**ice_record, **facts(run.encoded[[ice_row]])}],
    }
    write_json(EXPECTED / f"{manifest['study']['id']}.json", record)


def explanation_facts(run, explanation):
    """Ranking, base and the values of the first explained row."""
    names = [f["name"] for f in explanation["features"]]
    local = run.local(explanation)
    base = run.array(explanation["baseValues"])
    first = int(run.array(explanation["rows"])[0])
    return {
        "id": explanation["id"],
        "name": explanation["name"],
        "featureSpace": explanation["featureSpace"],
        "space": explanation["space"],
        "explained": explanation["nRows"],
        "features": len(names),
        "maxResidual": explanation["badge"]["maxResidual"],
        "base": [float(v) for v in base],
        "topFeatures": ranked(names, mean_abs(local), 8),
        "firstRow": {"row": first, "values": [{n: float(v) for n, v in zip(names, output[0])} for output in local]},
    }


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n", encoding="utf-8")


def list_in_gallery(path, sentence, importance, features, explained):
    """Adds or replaces one sample in gallery.json. `importance` [features] makes the shares of its picture."""
    manifest = limpid_file.check(path)
    study = manifest["study"]
    top = ranked(features, np.asarray(importance) / np.sum(importance), 5)
    sample = {
        "id": study["id"],
        "name": study["name"],
        "file": path.name,
        "bytes": path.stat().st_size,
        "sentence": sentence,
        "task": manifest["outputs"]["task"],
        "rows": manifest["table"]["nRows"],
        "features": len(features),
        "explained": explained,
        "topFeatures": [{"name": t["name"], "share": round(t["value"], 4)} for t in top],
    }
    index = GALLERY / "gallery.json"
    samples = json.loads(index.read_text(encoding="utf-8"))["samples"] if index.exists() else []
    samples = [s for s in samples if s["id"] != sample["id"]] + [sample]
    write_json(index, {"version": 1, "samples": sorted(samples, key=lambda s: ORDER.index(s["id"]))})
