# /// script
# requires-python = "==3.12.*"
# dependencies = [
#   "numpy==2.5.5", "pandas==3.1.1", "scikit-learn==1.9.1", "scipy==1.18.1", "shap==0.54.1",
#   "onnx==1.23.2", "onnxruntime==1.31.1", "skl2onnx==1.20.0", "onnxmltools==1.16.0", "protobuf==6.33.6",
#   "xgboost==3.4.1", "lightgbm==4.7.0",
# ]
# ///
"""Kernel SHAP goldens: src/explainers/golden/kernel-*.json, each with its .onnx.

Libraries: shap 0.54.1 (KernelExplainer, l1_reg=False), scikit-learn 1.9.1, skl2onnx 1.20.0, onnxruntime 1.31.1.
Seeds: 5201 to 5207, one a model. The explained function is ONNX Runtime on the float32 ONNX beside the golden, so a reader that runs
the same file meets only the rounding of the runtime. Where all 2^M - 2 coalitions fit shap's budget the values are shap's; from
M = 12 they are exact Shapley values by brute force over all 2^M coalitions (checked against shap where shap enumerates).
"""

from __future__ import annotations

import warnings

import numpy as np
import onnx
import onnxruntime as ort
import pandas as pd
import shap
import skl2onnx
import sklearn
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVR

from golden import ROOT, TOLERANCE_RULE, brute_force, dyadic, relative, save_onnx, scores_function, session, versions, write_json

warnings.filterwarnings("ignore")
HOME = ROOT / "src/explainers/golden"
OPSETS = {"": 18, "ai.onnx.ml": 3}
OPTIONS = {"zipmap": False}


def logit(p):
    return np.log(p / (1 - p))


def numeric(names):
    return [{"name": n, "kind": "numeric", "labels": []} for n in names]


def write(case, *, seed, description, model, task, names, features, space, output, f, rows, background, weights=None, link="identity", tolerance, exact_only=False, double=None, **more):
    """Computes one golden. f: rows -> stored outputs; double: the same model in float64, to measure what float32 does."""
    transform = logit if link == "logit" else (lambda y: y)
    weights = np.full(len(background), 1 / len(background)) if weights is None else np.asarray(weights, dtype=float) / np.sum(weights)
    exact = [brute_force(f, row, background, weights, transform) for row in rows]
    truth = np.stack([v for v, _ in exact], axis=1)
    base = exact[0][1]
    measured = {}
    if double is not None:
        native = np.stack([brute_force(double, row, background, weights, transform)[0] for row in rows], axis=1)
        measured["float32 ONNX against the float64 library"] = relative(truth, native)
    values = truth
    if not exact_only:
        data = shap.utils._legacy.DenseData(background, list(names), None, weights)
        np.random.seed(seed)
        explainer = shap.KernelExplainer(f, data, link=link)
        given = np.asarray(explainer.shap_values(rows, nsamples=2**13, l1_reg=False, silent=True))
        values = given.transpose(2, 0, 1) if given.ndim == 3 else given[None]
        base_shap = np.atleast_1d(explainer.expected_value)
        measured["shap against brute force"] = relative(values, truth)
        measured["shap base value against brute force"] = relative(base_shap, base)
        base = base_shap
    predictions = f(rows)
    measured["efficiency residual"] = float(np.abs(values.sum(axis=2).T + base - transform(predictions)).max())
    write_json(
        HOME / f"{case}.json",
        {
            "library": "exact Shapley values by brute force, own code" if exact_only else "shap KernelExplainer",
            "versions": versions(np, sklearn, shap, skl2onnx, onnx, ort),
            "seed": seed,
            "tolerance": {"rule": TOLERANCE_RULE, "values": tolerance, "baseValues": tolerance, "predictions": max(2e-6, tolerance if space == "value" else 0)},
            "measured": measured,
            "description": description,
            "explainer": "kernel-shap",
            "exactByEnumeration": not exact_only,
            "model": model,
            "task": task,
            "outputNames": names_of_outputs(task, more.pop("labels", [])),
            "output": output,
            "space": space,
            "link": link,
            "featureNames": list(names),
            "features": features,
            **more,
            "rows": rows,
            "background": background,
            "backgroundWeights": weights,
            "values": values,
            "baseValues": base,
            "predictions": predictions,
        },
    )
    print(case, "M =", len(names), {k: f"{v:.1e}" for k, v in measured.items()}, "phi max", np.abs(values).max(axis=(1, 2)).round(3))


def names_of_outputs(task, labels):
    return ["value"] if task == "regression" else [str(labels[1])] if task == "binary" else [str(x) for x in labels]


def split(x, n_background, n_rows, seed):
    order = np.random.default_rng(seed).permutation(len(x))
    return x[order[n_background : n_background + n_rows]], x[order[:n_background]]


def binary():
    seed = 5201
    raw = load_breast_cancer(as_frame=True)
    names = ["mean radius", "mean texture", "mean smoothness", "mean concavity", "mean symmetry", "radius error", "worst texture", "worst symmetry"]
    x, y = dyadic(raw.frame[names].to_numpy()), raw.target.to_numpy()
    model = make_pipeline(StandardScaler(), MLPClassifier((6,), alpha=2.0, max_iter=120, random_state=seed)).fit(x, y)
    data = save_onnx(HOME / "kernel-binary.onnx", to_onnx(model, np.zeros((1, 8), np.float32), options=OPTIONS, target_opset=OPSETS))
    f = scores_function(data, "probabilities", "binary")
    rows, background = split(x, 24, 6, seed)
    common = dict(seed=seed, model="kernel-binary.onnx", task="binary", names=names, features=numeric(names), output="probabilities", f=f, rows=rows, labels=[0, 1],
                  double=lambda r: model.predict_proba(r)[:, 1:])
    write("kernel-binary-identity", description="Binary net, probability, identity link, 24 background rows, all 254 coalitions.", space="probability", background=background, tolerance=5e-6, **common)
    write("kernel-binary-logit", description="Same net, logit link: applied after the mean over the background.", space="logit", background=background, link="logit", tolerance=1e-5, **common)
    means = shap.kmeans(x[:300], 7)
    write("kernel-binary-kmeans", description="Same net, weighted background: 7 k-means centres (rounded to observed values) with their weights.", space="probability",
          background=np.asarray(means.data), weights=means.weights, tolerance=5e-6, **common)
    write("kernel-binary-kmeans-logit", description="Weighted background and logit link.", space="logit", link="logit",
          background=np.asarray(means.data), weights=means.weights, tolerance=1e-5, **common)
    still = background.copy()
    still[:, 2] = rows[0, 2]
    rows2 = rows.copy()
    rows2[:3, 2] = rows[0, 2]
    common["rows"] = rows2
    write("kernel-binary-constant", description="Column 2 does not vary in the background: rows 0 to 2 hold the same value (value 0), the others do not. shap leaves out features that do not vary for a row.",
          space="probability", background=still, tolerance=5e-6, **common)


def multiclass():
    seed = 5202
    raw = load_wine(as_frame=True)
    names = ["alcohol", "malic_acid", "ash", "total_phenols", "color_intensity", "hue", "proline"]
    labels = np.array(["Barolo", "Grignolino", "Barbera"])
    x, y = dyadic(raw.frame[names].to_numpy()), labels[raw.target]
    model = make_pipeline(StandardScaler(), MLPClassifier((7,), alpha=1.0, max_iter=200, random_state=seed)).fit(x, y)
    data = save_onnx(HOME / "kernel-multiclass.onnx", to_onnx(model, np.zeros((1, 7), np.float32), options=OPTIONS, target_opset=OPSETS))
    rows, background = split(x, 20, 6, seed)
    write("kernel-multiclass", seed=seed, description="Three classes with string labels, every class explained, identity link.", model="kernel-multiclass.onnx", task="multiclass", names=names,
          features=numeric(names), space="probability", output="probabilities", f=scores_function(data, "probabilities", "all"), rows=rows, background=background, labels=model.classes_,
          double=model.predict_proba, tolerance=5e-6)


def regression():
    seed = 5203
    raw = load_diabetes(as_frame=True, scaled=False)
    names = ["age", "sex", "bmi", "bp", "s1", "s3", "s5", "s6"]
    x, y = dyadic(raw.frame[names].to_numpy()), raw.target.to_numpy()
    model = make_pipeline(StandardScaler(), SVR(C=80, gamma=0.08)).fit(x, y)
    data = save_onnx(HOME / "kernel-regression.onnx", to_onnx(model, np.zeros((1, 8), np.float32), target_opset=OPSETS))
    rows, background = split(x, 25, 6, seed)
    write("kernel-regression", seed=seed, description="Support vector regression, 25 background rows.", model="kernel-regression.onnx", task="regression", names=names, features=numeric(names),
          space="value", output="variable", f=scores_function(data, "variable", "all"), rows=rows, background=background, double=lambda r: model.predict(r)[:, None], tolerance=2e-5)


def columns():
    """One input a column, two of them words: rows hold codes, the model gets labels."""
    seed = 5204
    rng = np.random.default_rng(seed)
    n = 500
    labels = {"fuel": ["diesel", "electric", "petrol"], "shop": ["", "A & B", "Zoë"]}
    codes = np.column_stack([rng.integers(0, 3, n), rng.integers(0, 3, n)])
    x = np.column_stack([np.round(rng.normal(60, 16, n)) / 4, codes[:, 0], rng.integers(0, 200, n), codes[:, 1], np.round(rng.gamma(2, 8, n) * 8) / 8]).astype(float)
    names = ["age of car", "fuel", "mileage", "shop", "price"]
    z = 0.2 * (x[:, 0] - 15) - 0.9 * (codes[:, 0] == 1) + 0.012 * (x[:, 2] - 100) + 0.8 * (codes[:, 1] == 2) * (x[:, 4] > 14) - 0.03 * x[:, 4]
    y = np.where(rng.random(n) < 1 / (1 + np.exp(-z)), "sold", "kept")

    def frame(rows):
        return pd.DataFrame({c: np.array(labels[c], dtype=object)[rows[:, j].astype(int)] if c in labels else rows[:, j] for j, c in enumerate(names)})

    words = list(labels)
    numbers = [c for c in names if c not in words]
    model = make_pipeline(ColumnTransformer([("numbers", StandardScaler(), numbers), ("words", OneHotEncoder(handle_unknown="ignore"), words)]),
                          MLPClassifier((6,), alpha=1.0, max_iter=200, random_state=seed)).fit(frame(x), y)
    exported = to_onnx(model, initial_types=[(c, StringTensorType([None, 1]) if c in words else FloatTensorType([None, 1])) for c in names], options=OPTIONS, target_opset=OPSETS)
    data = save_onnx(HOME / "kernel-columns.onnx", exported)
    run = session(data)
    inputs = [i.name for i in run.get_inputs()]

    def f(rows):
        t = frame(np.asarray(rows))
        feed = {i: t[[c]].to_numpy(object if c in words else np.float32) for i, c in zip(inputs, names)}
        return run.run(["probabilities"], feed)[0][:, 1:].astype(np.float64)

    rows, background = split(x, 30, 8, seed)
    features = [{"name": c, "kind": "categorical" if c in words else "numeric", "labels": labels.get(c, []), "input": i} for c, i in zip(names, inputs)]
    write("kernel-columns", seed=seed, description="One input a column, strings and floats. Rows and background hold codes for the words (features[j].labels); code 0 of shop is the empty string.",
          model="kernel-columns.onnx", task="binary", names=names, features=features, space="probability", output="probabilities", f=f, rows=rows, background=background, labels=model.classes_,
          double=lambda r: model.predict_proba(frame(np.asarray(r)))[:, 1:], tolerance=5e-6)


def wide():
    """More features than shap enumerates with its default budget: exact values to hold sampling and its error bars against."""
    seed = 5205
    raw = load_breast_cancer(as_frame=True)
    names = list(raw.feature_names[:12])
    x, y = dyadic(raw.frame[names].to_numpy()), raw.target.to_numpy()
    model = make_pipeline(StandardScaler(), MLPClassifier((9,), alpha=0.5, max_iter=200, random_state=seed)).fit(x, y)
    data = save_onnx(HOME / "kernel-exact-12.onnx", to_onnx(model, np.zeros((1, 12), np.float32), options=OPTIONS, target_opset=OPSETS))
    rows, background = split(x, 16, 5, seed)
    write("kernel-exact-12", seed=seed, description="12 features (4,094 coalitions), binary net, probability: exact values by brute force.", model="kernel-exact-12.onnx", task="binary",
          names=names, features=numeric(names), space="probability", output="probabilities", f=scores_function(data, "probabilities", "binary"), rows=rows, background=background, labels=[0, 1],
          exact_only=True, tolerance=5e-6)
    write("kernel-exact-12-logit", seed=seed, description="The same net and rows with the logit link.", model="kernel-exact-12.onnx", task="binary",
          names=names, features=numeric(names), space="logit", link="logit", output="probabilities", f=scores_function(data, "probabilities", "binary"), rows=rows, background=background, labels=[0, 1],
          exact_only=True, tolerance=1e-5)
    seed = 5206
    rng = np.random.default_rng(seed)
    x = np.round(rng.normal(size=(400, 13)) * 64) / 64
    y = x[:, 0] * x[:, 1] + np.sin(2 * x[:, 2]) + np.maximum(x[:, 3], x[:, 4]) + 0.5 * x[:, 5] * x[:, 6] * x[:, 7] + 0.3 * x[:, 8:].sum(axis=1)
    model = MLPRegressor(hidden_layer_sizes=(16, 8), alpha=0.01, max_iter=500, random_state=seed).fit(x, y)
    data = save_onnx(HOME / "kernel-exact-13.onnx", to_onnx(model, np.zeros((1, 13), np.float32), target_opset=OPSETS))
    rows, background = split(x, 12, 5, seed)
    names = [f"x{j}" for j in range(13)]
    write("kernel-exact-13", seed=seed, description="13 features (8,190 coalitions), regression net with strong two- and three-way interactions: exact values by brute force.", model="kernel-exact-13.onnx",
          task="regression", names=names, features=numeric(names), space="value", output="variable", f=scores_function(data, "variable", "all"), rows=rows, background=background, exact_only=True, tolerance=1e-5)


if __name__ == "__main__":
    binary()
    multiclass()
    regression()
    columns()
    wide()
