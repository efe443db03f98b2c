# /// script
# requires-python = "==3.12.*"
# dependencies = [
#   "numpy==2.5.5", "pandas==3.1.1", "scikit-learn==1.9.1", "scipy==1.18.1", "shap==0.54.1",
#   "onnx==1.23.2", "onnxruntime==1.31.1", "skl2onnx==1.20.0", "onnxmltools==1.16.0", "protobuf==6.33.6",
#   "xgboost==3.4.1", "lightgbm==4.7.0",
# ]
# ///
"""Tree SHAP goldens: src/explainers/golden/tree-*.json, each with its .onnx.

Libraries: scikit-learn 1.9.1, xgboost 3.4.1, lightgbm 4.7.0, skl2onnx 1.20.0, onnxmltools 1.16.0, onnxruntime 1.31.1, shap 0.54.1.
Seeds: 5301 to 5310, one a model.

Every value is computed on the ensemble as the ONNX file holds it (float32 thresholds, leaves and base values), in float64:
- tree-interventional-*: the definition, averaged over the background; "measured" says how far shap's own C code is on the same trees.
- tree-path-*: covers are the numbers of background rows that reach each node of the ONNX trees. These covers are written into shap's
  dictionary of trees, and the values are shap's (TreeExplainer, tree_path_dependent). tree-path-zero-cover has nodes that no background
  row reaches; there a child's share is 0.5, which shap does not know, so the values come from the definition.
Values explain the raw output (before LOGISTIC or SOFTMAX). Columns in front of the trees (imputer, scaler, cast) stay apart, so that a
column's value belongs to the column of the table.
"""

from __future__ import annotations

import warnings

import numpy as np
import onnx
import onnxruntime as ort
import shap
import skl2onnx
import sklearn
from onnx import helper
from onnxmltools import convert_lightgbm, convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType as ToolsFloat
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from golden import (ROOT, TOLERANCE_RULE, covers, distance_to_thresholds, dyadic, find_ensemble, goes_true, interventional, leaves, path_dependent, raw_scores, read_ensemble, relative, save_onnx, session,
                    versions, write_json)

warnings.filterwarnings("ignore")
HOME = ROOT / "src/explainers/golden"
OPSETS = {"": 18, "ai.onnx.ml": 3}
OPTIONS = {"zipmap": False}
N_ROWS, N_BACKGROUND = 12, 45


def shap_model(ensemble, background):
    """The ensemble as the dictionary of trees that shap reads, with covers from the background."""
    trees = []
    scale = 1 / len(ensemble.trees) if ensemble.aggregate == "AVERAGE" else 1.0
    for tree in ensemble.trees:
        leaf = tree.feature < 0
        threshold = tree.threshold.copy()
        for i in np.flatnonzero(~leaf):
            assert tree.mode[i] in ("BRANCH_LEQ", "BRANCH_LT"), tree.mode[i]
            if tree.mode[i] == "BRANCH_LT":
                threshold[i] = np.nextafter(threshold[i], -np.inf)
        trees.append({
            "children_left": np.where(leaf, -1, tree.true), "children_right": np.where(leaf, -1, tree.false),
            "children_default": np.where(leaf, -1, np.where(tree.missing_true, tree.true, tree.false)),
            "features": np.where(leaf, -2, tree.feature), "thresholds": np.where(leaf, 0.0, threshold),
            "values": np.ascontiguousarray(tree.values * scale), "node_sample_weight": covers(tree, background),
        })
    base = ensemble.base if len(ensemble.base) > 1 else float(ensemble.base[0])
    return {"trees": trees, "base_offset": base, "internal_dtype": np.float64, "input_dtype": np.float64}


def two_columns(model, n_trees):
    """A copy whose leaves also hold class 0: 1 / trees - the weight of class 1."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    node = find_ensemble(copy)
    held = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    columns = ("class_ids", "class_nodeids", "class_treeids", "class_weights")
    assert len(set(held["class_ids"])) == 1
    for attribute in [a for a in node.attribute if a.name in columns]:
        node.attribute.remove(attribute)
    pair = lambda values: [v for value in values for v in (value, value)]  # noqa: E731
    weights = [float(np.float32(v)) for w in held["class_weights"] for v in (1 / n_trees - w, w)]
    for name, values in zip(columns, ([0, 1] * len(held["class_ids"]), pair(held["class_nodeids"]), pair(held["class_treeids"]), weights)):
        node.attribute.append(helper.make_attribute(name, values))
    return copy


def rows_for_empty_leaves(ensemble, seen, chosen):
    """Rows to add so that every leaf has a background row: shap refuses a leaf without cover."""
    added = []
    for tree in ensemble.trees:
        for leaf, path in leaves(tree):
            inside = np.logical_and.reduce([goes_true(tree, node, seen[:, tree.feature[node]]) == branch for node, _, branch in path])
            if not inside[chosen + added].any():
                added.append(int(np.flatnonzero(inside)[0]))
    return added


def as_outputs(values):
    values = np.asarray(values)
    return values.transpose(2, 0, 1) if values.ndim == 3 else values[None]


def golden(case, seed, description, model, x, names, output, task, space, labels=(), prepare=None, feed=None, avoid_zero_cover=True, n_background=N_BACKGROUND, features=None, pick=None):
    """Writes tree-interventional-<case>.json and tree-path-<case>.json. prepare: table rows -> what the trees see."""
    for stale in list(model.graph.node):
        stale.doc_string = ""
    data = save_onnx(HOME / f"tree-{case}.onnx", model)
    ensemble = read_ensemble(model, x.shape[1])
    see = prepare or (lambda r: r)
    order = np.random.default_rng(seed).permutation(len(x))
    chosen = order[:n_background].tolist()
    if avoid_zero_cover:
        chosen += rows_for_empty_leaves(ensemble, see(x), chosen)
    background = x[chosen]
    rest = x[[i for i in order if i not in set(chosen)]]
    apart = distance_to_thresholds(ensemble, see(rest)) > 1e-6
    rows = rest[apart][:N_ROWS] if pick is None else rest[apart][pick(rest[apart])][:N_ROWS]
    seen, seen_background = see(rows), see(background)
    if prepare:  # a float32 scaler in front must not decide a branch by its rounding
        assert distance_to_thresholds(ensemble, seen_background).min() > 1e-6

    run = session(data)
    answer = run.run([output], feed(rows) if feed else {run.get_inputs()[0].name: rows.astype(np.float32)})[0].astype(np.float64).reshape(len(rows), -1)
    raw = raw_scores(ensemble, seen)
    whole = raw
    if ensemble.post == "LOGISTIC":
        whole = 1 / (1 + np.exp(-raw))
    elif ensemble.post == "SOFTMAX":
        whole = np.exp(raw - raw.max(axis=1, keepdims=True))
        whole /= whole.sum(axis=1, keepdims=True)
    stored = [1] if task == "binary" and len(ensemble.base) == 2 else list(range(len(ensemble.base)))
    predictions = answer[:, 1:2] if task == "binary" and answer.shape[1] == 2 else answer
    own = {"float64 evaluation of the ONNX trees against ONNX Runtime": relative(whole[:, stored], predictions)}

    def write(kind, library, values, base, measured, tolerance, more):
        residual = np.abs(values[stored].sum(axis=2).T + np.asarray(base)[stored] - raw[:, stored]).max()
        write_json(
            HOME / f"tree-{kind}-{case}.json",
            {
                "library": library,
                "versions": versions(np, sklearn, shap, skl2onnx, onnx, ort, *more),
                "seed": seed,
                "tolerance": {"rule": TOLERANCE_RULE, "values": tolerance, "baseValues": tolerance, "raw": 1e-9, "predictions": 2e-6},
                "measured": {**own, **measured, "efficiency residual": float(residual)},
                "description": description,
                "explainer": "tree-interventional" if kind == "interventional" else "tree-path-dependent",
                "model": f"tree-{case}.onnx",
                "task": task,
                "outputNames": ["value"] if task == "regression" else [str(labels[1])] if task == "binary" else [str(c) for c in labels],
                "output": output,
                "space": space,
                "postTransform": ensemble.post,
                "aggregate": ensemble.aggregate,
                "featureNames": list(names),
                "features": features or [{"name": n, "kind": "numeric", "labels": []} for n in names],
                "rows": rows,
                "background": background,
                "values": values[stored],
                "baseValues": np.asarray(base)[stored],
                "raw": raw[:, stored],
                "predictions": predictions,
            },
        )
        return measured

    libraries = [__import__(m) for m in ("xgboost", "lightgbm") if case.startswith(m[:3])]
    values, base = interventional(ensemble, seen, seen_background)
    given = as_outputs(shap.TreeExplainer(shap_model(ensemble, seen_background), data=seen_background, feature_perturbation="interventional").shap_values(seen, check_additivity=False))
    a = write("interventional", "interventional Shapley values from the definition, own code", values, base, {"shap interventional against the definition (its C code rounds thresholds to float32)": relative(given[stored], values[stored])}, 1e-9, libraries)

    values, base = path_dependent(ensemble, seen, seen_background)
    as_dict = shap_model(ensemble, seen_background)  # a new one: with data, shap overwrites the covers and puts 1e-6 for 0
    deep_empty = any(t["node_sample_weight"][i] == 0 and t["children_left"][i] >= 0 for t in as_dict["trees"] for i in range(len(t["features"])))
    if avoid_zero_cover:
        explainer = shap.TreeExplainer(as_dict, feature_perturbation="tree_path_dependent")
        given = as_outputs(explainer.shap_values(seen, check_additivity=False))
        given_base = np.atleast_1d(explainer.expected_value)
        b = write("path", "shap TreeExplainer, tree_path_dependent, covers from the background", given, given_base,
                  {"shap against the definition": relative(given[stored], values[stored]), "shap base against the definition": relative(given_base[stored], base[stored])}, 1e-9, libraries)
    else:
        b = write("path", "path-dependent Tree SHAP from the definition, own code (0.5 below a parent without cover)", values, base, {"a branch without cover": bool(deep_empty)}, 1e-9, libraries)
    print(case, len(data), "bytes", "post", ensemble.post, "single" if ensemble.single_column else "", {**own, **a, **b})


def forests():
    seed = 5301
    raw = load_breast_cancer(as_frame=True)
    names = ["mean radius", "mean texture", "mean smoothness", "mean concavity", "radius error", "worst texture", "worst perimeter", "worst symmetry"]
    x, y = dyadic(raw.frame[names].to_numpy()), raw.target.to_numpy()
    forest = RandomForestClassifier(25, max_depth=4, min_samples_leaf=30, random_state=seed).fit(x, y)
    model = to_onnx(forest, np.zeros((1, 8), np.float32), options=OPTIONS, target_opset=OPSETS)
    golden("rf-binary", seed, "Random forest, one weight column, no post transform; probability of class 1.", model, x, names, "probabilities", "binary", "probability", [0, 1])
    golden("rf-binary-two-columns", seed, "The same forest with a weight for each class at every leaf (as older converters write it).", two_columns(model, 25), x, names, "probabilities", "binary",
           "probability", [0, 1])
    deep = RandomForestClassifier(12, max_depth=6, min_samples_leaf=2, random_state=seed + 1).fit(x, y)
    golden("zero-cover", seed + 1, "Deep forest: some branches are reached by no background row.", to_onnx(deep, np.zeros((1, 8), np.float32), options=OPTIONS, target_opset=OPSETS),
           x, names, "probabilities", "binary", "probability", [0, 1], avoid_zero_cover=False, n_background=15)

    seed = 5303
    raw = load_wine(as_frame=True)
    names = ["alcohol", "malic_acid", "alcalinity_of_ash", "total_phenols", "color_intensity", "hue", "proline"]
    labels = np.array(["Barolo", "Grignolino", "Barbera"])
    x, y = dyadic(raw.frame[names].to_numpy()), labels[raw.target]
    forest = RandomForestClassifier(20, max_depth=4, min_samples_leaf=12, random_state=seed).fit(x, y)
    golden("rf-multiclass", seed, "Random forest, three classes with string labels, probability of every class.", to_onnx(forest, np.zeros((1, 7), np.float32), options=OPTIONS, target_opset=OPSETS),
           x, names, "probabilities", "multiclass", "probability", forest.classes_.tolist())

    seed = 5304
    raw = load_diabetes(as_frame=True, scaled=False)
    names = ["age", "sex", "bmi", "bp", "s1", "s3", "s5", "s6"]
    x, y = dyadic(raw.frame[names].to_numpy()), raw.target.to_numpy()
    forest = RandomForestRegressor(15, max_depth=4, min_samples_leaf=25, random_state=seed).fit(x, y)
    model = to_onnx(forest, np.zeros((1, 8), np.float32), target_opset=OPSETS)
    node = find_ensemble(model)
    held = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    weights = np.asarray(held["target_weights"], np.float32) * np.float32(15)
    for attribute in [a for a in node.attribute if a.name in ("target_weights", "aggregate_function")]:
        node.attribute.remove(attribute)
    node.attribute.extend([helper.make_attribute("target_weights", weights.tolist()), helper.make_attribute("aggregate_function", "AVERAGE")])
    golden("average-regression", seed, "Regression forest with aggregate AVERAGE and undivided leaf values (as older converters write it).", model, x, names, "variable", "regression", "value")


def boosting():
    seed = 5305
    raw = load_diabetes(as_frame=True, scaled=False)
    names = ["age", "sex", "bmi", "bp", "s1", "s3", "s5", "s6"]
    x, y = dyadic(raw.frame[names].to_numpy()), raw.target.to_numpy()
    boost = GradientBoostingRegressor(n_estimators=40, max_depth=3, learning_rate=0.15, min_samples_leaf=25, random_state=seed).fit(x, y)
    golden("gb-regression", seed, "Gradient boosting, regression, base value.", to_onnx(boost, np.zeros((1, 8), np.float32), target_opset=OPSETS), x, names, "variable", "regression", "value")

    seed = 5306
    raw = load_breast_cancer(as_frame=True)
    names = ["mean radius", "mean texture", "mean smoothness", "mean concavity", "mean symmetry", "worst texture", "worst area", "worst smoothness"]
    x, y = dyadic(raw.frame[names].to_numpy()), raw.target.to_numpy()
    boost = GradientBoostingClassifier(n_estimators=30, max_depth=3, min_samples_leaf=25, random_state=seed).fit(x, y)
    golden("gb-binary", seed, "Gradient boosting, binary, one weight column, base value, LOGISTIC; raw log-odds explained.",
           to_onnx(boost, np.zeros((1, 8), np.float32), options=OPTIONS, target_opset=OPSETS), x, names, "probabilities", "binary", "logit", [0, 1])

    import lightgbm
    import xgboost

    seed = 5307
    holes = x.copy()
    rng = np.random.default_rng(seed)
    holes[rng.random(x.shape) < 0.12] = np.nan
    some_nan = lambda rows: np.r_[np.flatnonzero(np.isnan(rows).any(axis=1))[:9], np.flatnonzero(~np.isnan(rows).any(axis=1))]  # noqa: E731
    plain = dict(n_jobs=1, random_state=seed, tree_method="exact")
    model = xgboost.XGBClassifier(n_estimators=25, max_depth=3, learning_rate=0.3, min_child_weight=8, **plain).fit(holes, y)
    golden("xgboost-binary-missing", seed, "XGBoost, binary, `<` comparisons, missing values, one weight column, base value, LOGISTIC; raw log-odds explained.",
           convert_xgboost(model, initial_types=[("input", ToolsFloat([None, 8]))], target_opset=15), holes, names, "probabilities", "binary", "logit", [0, 1], pick=some_nan)

    seed = 5308
    raw3 = load_wine(as_frame=True)
    names3 = ["alcohol", "malic_acid", "alcalinity_of_ash", "total_phenols", "color_intensity", "hue"]
    x3, y3 = dyadic(raw3.frame[names3].to_numpy()), raw3.target.to_numpy()
    model = xgboost.XGBClassifier(n_estimators=10, max_depth=3, learning_rate=0.3, min_child_weight=3, **{**plain, "random_state": seed}).fit(x3, y3)
    golden("xgboost-multiclass", seed, "XGBoost, three classes, base values, SOFTMAX; raw scores explained.", convert_xgboost(model, initial_types=[("input", ToolsFloat([None, 6]))], target_opset=15),
           x3, names3, "probabilities", "multiclass", "logit", [0, 1, 2])

    seed = 5309
    model = lightgbm.LGBMClassifier(n_estimators=25, num_leaves=8, min_child_samples=30, learning_rate=0.2, random_state=seed, n_jobs=1, verbose=-1, deterministic=True).fit(holes, y)
    golden("lightgbm-binary-missing", seed, "LightGBM, binary, missing values, LOGISTIC, Cast and Mul behind the trees; raw log-odds explained.",
           convert_lightgbm(model, initial_types=[("input", ToolsFloat([None, 8]))], target_opset=15, zipmap=False), holes, names, "probabilities", "binary", "logit", [0, 1], pick=some_nan)


def pipeline():
    """Imputer, scaler and cast in front of the trees; one input a column, one of them int64; blanks in the table."""
    seed = 5310
    raw = load_diabetes(as_frame=True, scaled=False)
    names = ["age", "bmi", "bp", "s5", "sex"]
    x, y = dyadic(raw.frame[names].to_numpy()), raw.target.to_numpy()
    rng = np.random.default_rng(seed)
    hole = rng.random(x.shape) < 0.12
    hole[:, 4] = False
    x[hole] = np.nan
    import pandas as pd

    def frame(rows):
        t = pd.DataFrame(rows, columns=names)
        t["sex"] = t["sex"].astype(np.int64)
        return t

    model = make_pipeline(
        ColumnTransformer([("numbers", make_pipeline(SimpleImputer(strategy="mean"), StandardScaler()), names[:4]), ("codes", "passthrough", names[4:])]),
        GradientBoostingRegressor(n_estimators=30, max_depth=3, learning_rate=0.15, min_samples_leaf=30, random_state=seed),
    ).fit(frame(x), y)
    exported = to_onnx(model, initial_types=[(n, Int64TensorType([None, 1]) if n == "sex" else FloatTensorType([None, 1])) for n in names], target_opset=OPSETS)
    inside = find_ensemble(exported).input[0]
    probe = onnx.ModelProto()
    probe.CopyFrom(exported)
    probe.graph.output.append(helper.make_tensor_value_info(inside, onnx.TensorProto.FLOAT, None))
    run = session(probe.SerializeToString())
    feed = lambda rows: {n: rows[:, [j]].astype(np.int64 if n == "sex" else np.float32) for j, n in enumerate(names)}  # noqa: E731
    see = lambda rows: run.run([inside], feed(rows))[0].astype(np.float64)  # noqa: E731
    print("pipeline nodes:", [n.op_type for n in exported.graph.node])
    features = [{"name": n, "kind": "numeric", "labels": [], "input": n} for n in names]
    golden("pipeline-missing", seed, "Imputer, scaler and concat (and cast of an int64 column) in front of boosted trees; rows with blanks. Values belong to the columns of the table.",
           exported, x, names, "variable", "regression", "value", prepare=see, feed=feed, features=features, pick=lambda rows: np.r_[np.flatnonzero(np.isnan(rows).any(axis=1))[:8], np.flatnonzero(~np.isnan(rows).any(axis=1))])


if __name__ == "__main__":
    forests()
    boosting()
    pipeline()
