# /// script
# requires-python = "==3.12.*"
# dependencies = [
#   "numpy==2.4.6", "pandas==2.3.3", "scikit-learn==1.9.1", "scipy==1.18.1", "shap==0.51.0", "lime==0.2.0.1",
#   "onnx==1.23.2", "onnxruntime==1.31.1", "skl2onnx==1.20.0", "protobuf==6.33.6",
# ]
# ///
"""Linear SHAP and LIME goldens: src/explainers/golden/linear-*.json and lime-*.json with their .onnx.

Linear: shap 0.51.0 LinearExplainer (Independent masker over the whole background) on the columns of a one-hot pipeline, summed over the
columns of each raw feature. The float32 export is what a reader explains, so tolerances hold its rounding.
LIME: lime 0.2.0.1 LimeTabularExplainer, all features; mean and standard error of each coefficient over 60 seeds, since generators
differ. Seeds 8201 to 8203.
"""

from __future__ import annotations

import warnings

import lime
import lime.lime_tabular
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
from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from golden import ROOT, TOLERANCE_RULE, dyadic, save_onnx, session, versions, write_json

warnings.filterwarnings("ignore")
HOME = ROOT / "src/explainers/golden"
OPSETS = {"": 18, "ai.onnx.ml": 3}
LABELS = {"fuel": ["diesel", "electric", "petrol"], "shop": ["north", "south"]}
NAMES = ["age of car", "fuel", "mileage", "shop", "price"]


def cars(seed, n=400):
    rng = np.random.default_rng(seed)
    codes = np.column_stack([rng.integers(0, 3, n), rng.integers(0, 2, n)])
    x = np.column_stack([np.round(rng.normal(60, 16, n)) / 4, codes[:, 0], rng.integers(0, 200, n), codes[:, 1], np.round(rng.gamma(2, 8, n) * 8) / 8]).astype(float)
    z = 0.2 * (x[:, 0] - 15) - 0.9 * (codes[:, 0] == 1) + 0.012 * (x[:, 2] - 100) + 0.8 * (codes[:, 1] == 1) - 0.03 * x[:, 4]
    return x, z + rng.normal(size=n) * 0.7


def frame(rows):
    return pd.DataFrame({c: np.array(LABELS[c], dtype=object)[rows[:, j].astype(int)] if c in LABELS else rows[:, j] for j, c in enumerate(NAMES)})


def linear():
    seed = 8201
    x, z = cars(seed)
    targets = {"regression": np.round(100 * z), "binary": np.where(z > 0, "sold", "kept"), "multiclass": np.select([z < -0.8, z < 0.8], ["low", "middle"], "top")}
    words = list(LABELS)
    numbers = [c for c in NAMES if c not in words]
    for task, y in targets.items():
        estimator = Ridge(alpha=2.0) if task == "regression" else LogisticRegression(C=0.7, max_iter=4000)
        columns = ColumnTransformer([("numbers", StandardScaler(), numbers), ("words", OneHotEncoder(sparse_output=False), words)])
        model = make_pipeline(columns, estimator).fit(frame(x), y)
        exported = to_onnx(model, initial_types=[(c, StringTensorType([None, 1]) if c in words else FloatTensorType([None, 1])) for c in NAMES],
                           options={} if task == "regression" else {"zipmap": False}, target_opset=OPSETS)
        file = f"linear-{task}.onnx"
        data = save_onnx(HOME / file, exported)
        inputs = [i.name for i in session(data).get_inputs()]
        rows, background = x[:10], x[20:60]
        engineered = columns.transform
        explainer = shap.LinearExplainer(estimator, shap.maskers.Independent(engineered(frame(background)), max_samples=1000))
        values = np.asarray(explainer.shap_values(engineered(frame(rows))))
        values = values.transpose(2, 0, 1) if values.ndim == 3 else values[None]
        source = [NAMES.index(name.split("__")[1].rsplit("_", 1)[0] if name.startswith("words") else name.split("__")[1]) for name in columns.get_feature_names_out()]
        raw = np.zeros((len(values), len(rows), len(NAMES)))
        for column, feature in enumerate(source):
            raw[:, :, feature] += values[:, :, column]
        outputs = ["value"] if task == "regression" else [str(model.classes_[1])] if task == "binary" else [str(c) for c in model.classes_]
        margin = model.predict(frame(rows))[:, None] if task == "regression" else model.decision_function(frame(rows)).reshape(len(rows), -1)
        base = np.atleast_1d(explainer.expected_value)
        print(task, "additivity", np.abs(raw.sum(axis=2).T + base - margin).max())
        write_json(
            HOME / f"linear-{task}.json",
            {
                "library": "shap LinearExplainer",
                "versions": versions(np, sklearn, shap, skl2onnx, onnx, ort),
                "seed": seed,
                "tolerance": {"rule": TOLERANCE_RULE, "values": 5e-6, "baseValues": 5e-6},
                "description": "One input a column, two words one-hot encoded; engineered values summed to raw features.",
                "explainer": "linear",
                "model": file,
                "task": task,
                "outputNames": outputs,
                "classLabels": [] if task == "regression" else [str(c) for c in model.classes_],
                "space": "value" if task == "regression" else "margin",
                "featureNames": NAMES,
                "features": [{"name": c, "kind": "categorical" if c in words else "numeric", "labels": LABELS.get(c, []), "input": i} for c, i in zip(NAMES, inputs)],
                "rows": rows,
                "background": background,
                "values": raw,
                "baseValues": base,
                "predictions": margin,
            },
        )


def local():
    seed = 8202
    data = load_wine(as_frame=True)
    names = ["alcohol", "malic_acid", "hue", "proline"]
    rng = np.random.default_rng(seed)
    x = np.column_stack([dyadic(data.frame[names].to_numpy(), 64), rng.integers(0, 3, len(data.frame))]).astype(float)
    names = [*names, "cellar"]
    y = np.where((data.target == 0) & (x[:, 4] == 2), 2, data.target)
    # Each class has its own features, so that swapped classes show.
    model = RandomForestClassifier(12, max_depth=5, random_state=seed).fit(x, y)
    file = save_onnx(HOME / "lime.onnx", to_onnx(model, np.zeros((1, 5), np.float32), options={"zipmap": False}, target_opset=OPSETS))
    run = session(file)

    def f(r):
        return run.run(["probabilities"], {"X": np.ascontiguousarray(r, dtype=np.float32)})[0].astype(np.float64)

    rows = x[[3, 70, 150]]
    n_seeds = 60
    for case, discretize in [("slopes", False), ("bins", True)]:
        coefficients = np.zeros((n_seeds, 3, len(rows), 5))
        intercepts = np.zeros((n_seeds, 3, len(rows)))
        for s in range(n_seeds):
            explainer = lime.lime_tabular.LimeTabularExplainer(x, feature_names=names, categorical_features=[4], discretize_continuous=discretize, random_state=s)
            for i, row in enumerate(rows):
                # More than 6 features asked for: lime then keeps all of these 5.
                got = explainer.explain_instance(row, f, labels=(0, 1, 2), num_features=7, num_samples=1000)
                for label in range(3):
                    for feature, value in got.as_map()[label]:
                        coefficients[s, label, i, feature] = value
                    intercepts[s, label, i] = got.intercept[label]

        def summary(a):
            return {"mean": a.mean(axis=0), "standardError": a.std(axis=0, ddof=1) / np.sqrt(n_seeds)}

        write_json(
            HOME / f"lime-{case}.json",
            {
                "library": "lime LimeTabularExplainer",
                "versions": {**versions(np, sklearn, skl2onnx, onnx, ort), "lime": "0.2.0.1"},
                "seed": seed,
                "tolerance": {"rule": "difference of means within 4 standard errors of that difference"},
                "description": f"Three classes, five features, the last a category; discretize_continuous={discretize}; 1,000 samples.",
                "explainer": "lime",
                "discretize": discretize,
                "samples": 1000,
                "model": "lime.onnx",
                "task": "multiclass",
                "outputNames": ["0", "1", "2"],
                "space": "probability",
                "featureNames": names,
                "features": [{"name": c, "kind": "categorical" if c == "cellar" else "numeric", "labels": ["a", "b", "c"] if c == "cellar" else []} for c in names],
                "training": x,
                "rows": rows,
                "coefficients": summary(coefficients),
                "intercepts": summary(intercepts),
                "predictions": f(rows),
            },
        )
        print(case, coefficients.mean(axis=0)[:, 0].round(3))


if __name__ == "__main__":
    linear()
    local()
