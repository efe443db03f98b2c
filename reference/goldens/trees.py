# /// script
# requires-python = "==3.12.*"
# dependencies = [
#   "numpy==2.5.5", "scikit-learn==1.9.1", "scipy==1.18.1",
#   "onnx==1.23.2", "onnxruntime==1.31.1", "skl2onnx==1.20.0", "onnxmltools==1.16.0", "protobuf==6.33.6",
#   "xgboost==3.4.1", "lightgbm==4.7.0",
# ]
# ///
"""Tree ensembles as ONNX, with rows and what ONNX Runtime answers: src/trees/golden/<id>.onnx and <id>.json.

Libraries: scikit-learn 1.9.1, xgboost 3.4.1, lightgbm 4.7.0, skl2onnx 1.20.0, onnxmltools 1.16.0, onnx 1.23.2, onnxruntime 1.31.1.
Seeds: 5501 to 5511, one a model.

Rows are float32 values: table rows, rows with a value exactly on a threshold and one float32 step to either side of it, rows with NaN,
and rows with infinities (JSON: null is NaN, "Infinity" and "-Infinity" are the infinities). The converters do not write ai.onnx.ml 5,
so those files are written here with onnx.helper: one from the boosted regression trees, one small one with set membership.
"""

from __future__ import annotations

import warnings

import numpy as np
import onnx
import onnxruntime as ort
import skl2onnx
import sklearn
from onnx import TensorProto, helper, numpy_helper
from onnxmltools import convert_lightgbm, convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType as ToolsFloat
from skl2onnx import to_onnx
from skl2onnx.common.data_types import DoubleTensorType
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.ensemble import (ExtraTreesRegressor, GradientBoostingClassifier, GradientBoostingRegressor, HistGradientBoostingClassifier, HistGradientBoostingRegressor, RandomForestClassifier,
                              RandomForestRegressor)

from golden import ROOT, TOLERANCE_RULE, find_ensemble, raw_scores, read_ensemble, relative, save_onnx, session, versions, write_json

warnings.filterwarnings("ignore")
HOME = ROOT / "src/trees/golden"
OPSETS = {"": 18, "ai.onnx.ml": 3}
OPTIONS = {"zipmap": False}


def splits(model):
    """(feature, threshold) of every branch."""
    node = next(n for n in model.graph.node if n.op_type.startswith("TreeEnsemble"))
    at = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    if node.op_type == "TreeEnsemble":
        return list(zip(at["nodes_featureids"], numpy_helper.to_array(at["nodes_splits"]).tolist()))
    values = at["nodes_values"] if "nodes_values" in at else numpy_helper.to_array(at["nodes_values_as_tensor"]).tolist()
    return [(f, v) for f, v, m in zip(at["nodes_featureids"], values, at["nodes_modes"]) if m != b"LEAF"]


def make_rows(x, model, seed, double=False):
    """Rows and a word for each: table, on threshold, below, above, missing, infinite."""
    kind = np.float64 if double else np.float32
    rng = np.random.default_rng(seed)
    x = x[rng.permutation(len(x))].astype(kind)
    rows, notes = [*x[:20]], ["table"] * 20
    found = splits(model)
    for k, i in enumerate(rng.permutation(len(found))[:12]):
        feature, threshold = found[i]
        threshold = kind(threshold)
        for value, note in ((threshold, "on a threshold"), (np.nextafter(threshold, kind(-np.inf)), "one step below"), (np.nextafter(threshold, kind(np.inf)), "one step above")):
            row = x[20 + k].copy()
            row[feature] = value
            rows.append(row)
            notes.append(note)
    for k in range(8):
        row = x[40 + k].copy()
        row[rng.random(len(row)) < (0.3 if k < 6 else 1.1)] = np.nan
        if not np.isnan(row).any():
            row[k % len(row)] = np.nan
        rows.append(row)
        notes.append("missing")
    for k, value in enumerate((np.inf, -np.inf, np.inf, -np.inf, np.inf, -np.inf)):
        row = x[50 + k].copy()
        row[rng.random(len(row)) < (0.4 if k < 4 else 1.1)] = value
        if not np.isinf(row).any():
            row[k % len(row)] = value
        rows.append(row)
        notes.append("infinite")
    return np.array(rows), notes


def write(case, seed, description, model, x, library, labels=(), double=False, modules=(), rows=None, notes=None, against=None, source=None):
    data = save_onnx(HOME / f"{case}.onnx", model)
    if rows is None:
        rows, notes = make_rows(x, model, seed, double)
    run = session(data)
    got = dict(zip([o.name for o in run.get_outputs()], run.run(None, {run.get_inputs()[0].name: rows})))
    classifier = len(got) == 2
    scores_name = list(got)[-1]
    scores = np.asarray(got[scores_name], dtype=np.float64).reshape(len(rows), -1)
    measured = {}
    op = next(n for n in model.graph.node if n.op_type.startswith("TreeEnsemble")).op_type
    raw = None
    if (source or op != "TreeEnsemble") and not double:
        ensemble = read_ensemble(source or model, rows.shape[1])
        raw = raw_scores(ensemble, rows.astype(np.float64))
        whole = raw
        if ensemble.post == "LOGISTIC":
            whole = 1 / (1 + np.exp(-raw))
        elif ensemble.post == "SOFTMAX":
            whole = np.exp(raw - raw.max(axis=1, keepdims=True))
            whole /= whole.sum(axis=1, keepdims=True)
        # Of a binary model only class 1 is compared: with one weight column the runtime writes class 0 as its mirror.
        binary = classifier and scores.shape[1] == 2
        measured["float64 evaluation against ONNX Runtime"] = relative(whole[:, -1:] if binary else whole, scores[:, 1:] if binary else scores)
    if against is not None:
        theirs = np.asarray(against(rows), dtype=np.float64).reshape(len(rows), -1)
        # LightGBM and scikit-learn compare with float64 thresholds, so a value next to one may take the other branch there.
        for words in (("table",), ("missing",), ("on a threshold", "one step below", "one step above")):
            here = np.isin(notes, words)
            measured[f"ONNX Runtime against the library, rows: {', '.join(words)}"] = relative(scores[here], theirs[here])
    write_json(
        HOME / f"{case}.json",
        {
            "library": library,
            "versions": versions(np, sklearn, skl2onnx, onnx, ort, *modules),
            "seed": seed,
            "tolerance": {"rule": TOLERANCE_RULE, "scores": 2e-6, "raw": 1e-9},
            "measured": measured,
            "description": description,
            "model": f"{case}.onnx",
            "operator": op,
            "opsets": {o.domain or "ai.onnx": o.version for o in model.opset_import},
            "task": "regression" if not classifier else "binary" if scores.shape[1] == 2 else "multiclass",
            "classLabels": list(labels),
            "inputType": "double" if double else "float",
            "outputs": {"label": list(got)[0] if classifier else None, "scores": scores_name},
            "rows": rows,
            "rowNotes": notes,
            "labels": [v.item() if isinstance(v, np.generic) else v for v in got[list(got)[0]]] if classifier else None,
            "scores": scores,
            "raw": raw,
        },
    )
    print(f"{case}: {len(data)} bytes, {rows.shape[0]} rows, {measured}")


def as_opset_5(model):
    """The same ensemble as one ai.onnx.ml 5 TreeEnsemble."""
    node = find_ensemble(model)
    ensemble = read_ensemble(model, 1)
    assert len(ensemble.base) == 1 and ensemble.post == "NONE"
    roots, modes, features, thresholds, missing, yes, yes_leaf, no, no_leaf, weights = [], [], [], [], [], [], [], [], [], []
    mode_numbers = {"BRANCH_LEQ": 0, "BRANCH_LT": 1, "BRANCH_GTE": 2, "BRANCH_GT": 3, "BRANCH_EQ": 4, "BRANCH_NEQ": 5}

    def leaf(tree, i):
        weights.append(tree.values[i, 0])
        return len(weights) - 1

    def place(tree, i):
        here = len(modes)
        modes.append(mode_numbers[tree.mode[i]])
        features.append(int(tree.feature[i]))
        thresholds.append(tree.threshold[i])
        missing.append(int(tree.missing_true[i]))
        for store, flag in ((yes, yes_leaf), (no, no_leaf)):
            store.append(0)
            flag.append(0)
        for store, flag, child in ((yes, yes_leaf, tree.true[i]), (no, no_leaf, tree.false[i])):
            flag[here] = int(tree.feature[child] < 0)
            store[here] = leaf(tree, child) if flag[here] else place(tree, child)
        return here

    for tree in ensemble.trees:
        roots.append(place(tree, 0))
    inner = helper.make_node(
        "TreeEnsemble", [node.input[0]], ["sum"], domain="ai.onnx.ml", n_targets=1, aggregate_function=1, post_transform=0, tree_roots=roots,
        nodes_modes=numpy_helper.from_array(np.array(modes, np.uint8), "modes"), nodes_featureids=features, nodes_splits=numpy_helper.from_array(np.array(thresholds, np.float32), "splits"),
        nodes_missing_value_tracks_true=missing, nodes_truenodeids=yes, nodes_trueleafs=yes_leaf, nodes_falsenodeids=no, nodes_falseleafs=no_leaf,
        leaf_targetids=[0] * len(weights), leaf_weights=numpy_helper.from_array(np.array(weights, np.float32), "weights"))
    # ai.onnx.ml 5 has no base values: an Add behind the trees holds them.
    graph = helper.make_graph([inner, helper.make_node("Add", ["sum", "base"], ["variable"])], "trees", list(model.graph.input),
                              [helper.make_tensor_value_info("variable", TensorProto.FLOAT, [None, 1])], [numpy_helper.from_array(ensemble.base.astype(np.float32), "base")])
    out = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21), helper.make_opsetid("ai.onnx.ml", 5)], ir_version=10)
    onnx.checker.check_model(out)
    return out


def by_hand(name, attributes, n_features, opset_ml, operator="TreeEnsembleRegressor", outputs=("variable",)):
    node = helper.make_node(operator, ["X"], list(outputs), domain="ai.onnx.ml", **attributes)
    kinds = [TensorProto.INT64, TensorProto.FLOAT] if len(outputs) == 2 else [TensorProto.FLOAT]
    shapes = [[None], [None, None]] if len(outputs) == 2 else [[None, None]]
    graph = helper.make_graph([node], name, [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, n_features])],
                              [helper.make_tensor_value_info(o, k, s) for o, k, s in zip(outputs, kinds, shapes)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21), helper.make_opsetid("ai.onnx.ml", opset_ml)], ir_version=10)
    onnx.checker.check_model(model)
    return model


def every_comparison():
    """Six trees of one split, one for each comparison, NaN to the true side in every second one; and a tree that is a single leaf."""
    modes = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"]
    t = range(len(modes))
    attributes = {
        "n_targets": 2, "aggregate_function": "SUM", "post_transform": "NONE", "base_values": [0.25, -1.0],
        "nodes_treeids": [i for i in t for _ in range(3)] + [6], "nodes_nodeids": [0, 1, 2] * 6 + [0], "nodes_featureids": [f for i in t for f in (i % 3, 0, 0)] + [0],
        "nodes_modes": [m for mode in modes for m in (mode, "LEAF", "LEAF")] + ["LEAF"], "nodes_values": [v for _ in t for v in (0.1, 0.0, 0.0)] + [0.0],
        "nodes_truenodeids": [1, 0, 0] * 6 + [0], "nodes_falsenodeids": [2, 0, 0] * 6 + [0], "nodes_missing_value_tracks_true": [v for i in t for v in (i % 2, 0, 0)] + [0],
        "target_treeids": [i for i in t for _ in range(2)] + [6], "target_nodeids": [1, 2] * 6 + [0], "target_ids": [i % 2 for i in t for _ in range(2)] + [1],
        "target_weights": [float(w) for i in t for w in (2**i, -(2**i) / 2)] + [0.125],
    }
    return by_hand("comparisons", attributes, 3, 3)


def membership():
    """Set membership (codes 2, 5 and 7), then a threshold; NaN is no member."""
    attributes = {
        "n_targets": 1, "aggregate_function": 1, "post_transform": 0, "tree_roots": [0],
        "nodes_modes": numpy_helper.from_array(np.array([6, 0], np.uint8), "modes"), "nodes_featureids": [0, 1], "nodes_splits": numpy_helper.from_array(np.array([0, 0.5], np.float32), "splits"),
        "nodes_missing_value_tracks_true": [0, 1], "nodes_truenodeids": [1, 2], "nodes_trueleafs": [0, 1], "nodes_falsenodeids": [0, 1], "nodes_falseleafs": [1, 1],
        "membership_values": numpy_helper.from_array(np.array([2, 5, 7, np.nan], np.float32), "members"), "leaf_targetids": [0, 0, 0],
        "leaf_weights": numpy_helper.from_array(np.array([1, 20, 300], np.float32), "weights"),
    }
    return by_hand("membership", attributes, 2, 5, "TreeEnsemble")


def main():
    import lightgbm
    import xgboost

    cancer, wine, diabetes = load_breast_cancer(), load_wine(), load_diabetes(scaled=False)
    xb, yb = cancer.data[:, [0, 1, 4, 7, 13, 21, 24]], cancer.target
    xw, yw = wine.data[:, [0, 1, 4, 6, 9, 10]], np.array(["Barolo", "Grignolino", "Barbera"])[wine.target]
    xd, yd = diabetes.data[:, [0, 1, 2, 3, 6, 8]], diabetes.target
    f32 = np.float32
    six, seven = np.zeros((1, 6), f32), np.zeros((1, 7), f32)

    seed = 5501
    model = RandomForestClassifier(20, max_depth=5, random_state=seed).fit(xb, yb)
    write("rf-binary", seed, "Random forest, binary, int64 labels, one weight column.", to_onnx(model, seven, options=OPTIONS, target_opset=OPSETS), xb, "scikit-learn", [0, 1])
    seed = 5502
    model = RandomForestClassifier(15, max_depth=6, random_state=seed).fit(xw, yw)
    write("rf-multiclass", seed, "Random forest, three classes, string labels.", to_onnx(model, six, options=OPTIONS, target_opset=OPSETS), xw, "scikit-learn", model.classes_.tolist())
    seed = 5503
    boosted = GradientBoostingRegressor(n_estimators=30, max_depth=3, random_state=seed).fit(xd, yd)
    exported = to_onnx(boosted, six, target_opset=OPSETS)
    write("gb-regression", seed, "Gradient boosting, regression, base value.", exported, xd, "scikit-learn")
    write("gb-regression-opset5", seed, "The same trees as an ai.onnx.ml 5 TreeEnsemble, base value in an Add behind it.", as_opset_5(exported), xd, "onnx.helper", source=exported)
    seed = 5504
    model = GradientBoostingClassifier(n_estimators=20, max_depth=3, random_state=seed).fit(xb, yb)
    write("gb-binary", seed, "Gradient boosting, binary, LOGISTIC, one weight column, base value.", to_onnx(model, seven, options=OPTIONS, target_opset=OPSETS), xb, "scikit-learn", [0, 1])
    model = GradientBoostingClassifier(n_estimators=8, max_depth=3, random_state=seed).fit(xw, yw)
    write("gb-multiclass", seed, "Gradient boosting, three classes, SOFTMAX, base values.", to_onnx(model, six, options=OPTIONS, target_opset=OPSETS), xw, "scikit-learn", model.classes_.tolist())

    rng = np.random.default_rng(5505)
    holes, holes3, holesd = (np.where(rng.random(x.shape) < 0.12, np.nan, x).astype(f32) for x in (xb, xw, xd))
    seed = 5505
    model = HistGradientBoostingClassifier(max_iter=15, max_leaf_nodes=12, random_state=seed).fit(holes, yb)
    write("histgb-binary-missing", seed, "Histogram boosting, binary, trained with missing values.", to_onnx(model, seven, options=OPTIONS, target_opset=OPSETS), holes, "scikit-learn", [0, 1],
          against=model.predict_proba)
    model = HistGradientBoostingRegressor(max_iter=20, max_leaf_nodes=10, random_state=seed).fit(holesd, yd)
    write("histgb-regression-missing", seed, "Histogram boosting, regression, trained with missing values.", to_onnx(model, six, target_opset=OPSETS), holesd, "scikit-learn", against=model.predict)

    seed = 5506
    common = dict(n_jobs=1, random_state=seed, tree_method="exact")
    seven_in, six_in = [("input", ToolsFloat([None, 7]))], [("input", ToolsFloat([None, 6]))]
    model = xgboost.XGBClassifier(n_estimators=20, max_depth=4, **common).fit(holes, yb)
    write("xgboost-binary-missing", seed, "XGBoost, binary, `<`, missing values, LOGISTIC, one weight column.", convert_xgboost(model, initial_types=seven_in, target_opset=15), holes, "xgboost, onnxmltools",
          [0, 1], modules=[xgboost], against=model.predict_proba)
    model = xgboost.XGBClassifier(n_estimators=8, max_depth=3, **common).fit(holes3, wine.target)
    write("xgboost-multiclass-missing", seed, "XGBoost, three classes, SOFTMAX, missing values.", convert_xgboost(model, initial_types=six_in, target_opset=15), holes3, "xgboost, onnxmltools",
          [0, 1, 2], modules=[xgboost], against=model.predict_proba)
    model = xgboost.XGBRegressor(n_estimators=20, max_depth=4, **common).fit(holesd, yd)
    write("xgboost-regression-missing", seed, "XGBoost, regression, missing values, base value.", convert_xgboost(model, initial_types=six_in, target_opset=15), holesd, "xgboost, onnxmltools",
          modules=[xgboost], against=model.predict)

    seed = 5507
    common = dict(random_state=seed, n_jobs=1, verbose=-1, deterministic=True, num_leaves=10, min_child_samples=8)
    model = lightgbm.LGBMClassifier(n_estimators=20, **common).fit(holes, yb)
    write("lightgbm-binary-missing", seed, "LightGBM, binary, missing values, LOGISTIC.", convert_lightgbm(model, initial_types=seven_in, target_opset=15, zipmap=False), holes, "lightgbm, onnxmltools",
          [0, 1], modules=[lightgbm], against=model.predict_proba)
    model = lightgbm.LGBMClassifier(n_estimators=8, **common).fit(holes3, wine.target)
    write("lightgbm-multiclass-missing", seed, "LightGBM, three classes, SOFTMAX, missing values.", convert_lightgbm(model, initial_types=six_in, target_opset=15, zipmap=False), holes3,
          "lightgbm, onnxmltools", [0, 1, 2], modules=[lightgbm], against=model.predict_proba)
    model = lightgbm.LGBMRegressor(n_estimators=20, **common).fit(holesd, yd)
    write("lightgbm-regression-missing", seed, "LightGBM, regression, missing values.", convert_lightgbm(model, initial_types=six_in, target_opset=15), holesd, "lightgbm, onnxmltools",
          modules=[lightgbm], against=model.predict)

    seed = 5508
    model = RandomForestRegressor(12, max_depth=5, random_state=seed).fit(xd, yd)
    exported = to_onnx(model, six, target_opset=OPSETS)
    node = find_ensemble(exported)
    weights = np.asarray(helper.get_attribute_value(next(a for a in node.attribute if a.name == "target_weights")), f32) * f32(12)
    for attribute in [a for a in node.attribute if a.name in ("target_weights", "aggregate_function")]:
        node.attribute.remove(attribute)
    node.attribute.extend([helper.make_attribute("target_weights", weights.tolist()), helper.make_attribute("aggregate_function", "AVERAGE")])
    write("rf-regression-average", seed, "Regression forest, aggregate AVERAGE with undivided leaves.", exported, xd, "scikit-learn")

    seed = 5509
    model = ExtraTreesRegressor(8, max_depth=5, random_state=seed).fit(xd, yd)
    exported = to_onnx(model, initial_types=[("X", DoubleTensorType([None, 6]))], target_opset=OPSETS)
    # The converter declares a double output, which the operator does not have: ONNX Runtime refuses the file as it is.
    exported.graph.output[0].type.tensor_type.elem_type = TensorProto.FLOAT
    write("et-regression-double", seed, "Extra trees, regression, double input and double thresholds (the declared output type is corrected to float).", exported, xd, "scikit-learn", double=True)

    specials = np.array([-np.inf, -1, 0.09999999, 0.1, 0.10000001, 0.2, np.inf, np.nan], f32)
    near = np.array([np.nextafter(f32(0.1), f32(-1)), f32(0.1), np.nextafter(f32(0.1), f32(1))], f32)
    values = np.concatenate([specials, near, [-0.0, 0.0]]).astype(f32)
    rng = np.random.default_rng(5510)
    rows = np.vstack([np.column_stack([values] * 3), rng.choice(values, (30, 3))]).astype(f32)
    write("every-comparison", 5510, "All six comparisons, two targets, base values, NaN to either side, a tree that is one leaf.", every_comparison(), None, "onnx.helper", rows=rows,
          notes=["special"] * len(rows))
    rows = np.array([[c, v] for c in (0, 1, 2, 3, 4, 5, 6, 7, 8, 2.5, -2, np.nan, np.inf) for v in (0.25, 0.5, 0.75, np.nan)], f32)
    write("membership-opset5", 5511, "ai.onnx.ml 5 with BRANCH_MEMBER: codes 2, 5 and 7.", membership(), None, "onnx.helper", rows=rows, notes=["special"] * len(rows))


if __name__ == "__main__":
    main()
