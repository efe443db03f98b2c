# /// script
# requires-python = "==3.9.*"
# dependencies = [
#   "numpy==1.26.2", "pandas==1.5.3", "scikit-learn==1.5.1", "scipy==1.13.1", "shap==0.46.0", "lightgbm==4.6.0",
#   "interpret-community==0.32.0", "interpret-core==0.6.9", "ml-wrappers==0.6.4", "raiutils==0.4.2", "setuptools==79.0.1",
#   "onnx==1.17.0", "onnxruntime==1.19.2",
# ]
# ///
"""Mimic (global surrogate) goldens: src/explainers/mimic/golden/*.json.

Library: interpret-community 0.32.0 MimicExplainer with LightGBM 4.6.0, scikit-learn 1.5.1 and shap 0.46.0. Seeds: 7401 to 7408, one a case.
The teacher is a scikit-learn forest; the golden holds what it predicts for the training rows and for the explained rows, so a reader
needs no model file. Values are interpret-community's (binary: those of class 1), one-hot columns summed to their feature. Linear
surrogates have at most 100 training rows: above that interpret-community explains against the mean of ten k-means centres. The
multinomial surrogate is solved to 1e-12 instead of the default 1e-4.
"""

from __future__ import annotations

import json
import warnings

warnings.filterwarnings("ignore")

import interpret_community
import lightgbm
import numpy as np
import scipy
import shap
import sklearn
from interpret_community.common.constants import ShapValuesOutput
from interpret_community.mimic.mimic_explainer import MimicExplainer
from interpret_community.mimic.models import LGBMExplainableModel, LinearExplainableModel
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from golden import ROOT, TOLERANCE_RULE, dyadic, plain, versions

HOME = ROOT / "src/explainers/mimic/golden"


def write_json(path, value):
    """As golden.write_json, which needs Python 3.10."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"  {json.dumps(key)}: {json.dumps(plain(item), allow_nan=False, separators=(',', ':'))}" for key, item in value.items()]
    path.write_bytes(("{\n" + ",\n".join(lines) + "\n}\n").encode())


def table(seed, n):
    rng = np.random.default_rng(seed)
    x = dyadic(np.column_stack([rng.normal(size=(n, 3)), rng.gamma(2, size=n)]))
    codes = rng.integers(0, 6, size=n)
    return np.column_stack([x, codes]).astype(float), rng


def signal(x):
    effect = np.array([0.0, 1.2, -0.8, 0.4, 2.0, -1.5])
    return np.sin(2 * x[:, 0]) + x[:, 1] * (x[:, 2] > 0) + 0.3 * x[:, 3] + effect[x[:, 4].astype(int)]


def case(name, seed, task, surrogate, n, *, values_tolerance, categorical=True, output=ShapValuesOutput.DEFAULT, cuts=(), arguments=None, depth=8, replication=True):
    x, rng = table(seed, n + 40)
    y = signal(x) + 0.2 * rng.normal(size=len(x))
    train, ask = x[:n], x[n:]
    if task == "regression":
        teacher = RandomForestRegressor(30, max_depth=depth, random_state=seed).fit(train, y[:n])
        classes = None
        predict = teacher.predict
    else:
        label = np.digitize(y, cuts)
        teacher = RandomForestClassifier(30, max_depth=depth, min_samples_leaf=3, random_state=seed).fit(train, label[:n])
        classes = [int(c) for c in teacher.classes_]
        predict = (lambda r: teacher.predict_proba(r)[:, 1]) if task == "binary" else teacher.predict_proba
    model = LGBMExplainableModel if surrogate == "lightgbm" else LinearExplainableModel
    settings = dict(arguments or {})
    if surrogate == "lightgbm":
        settings.update(n_jobs=1, deterministic=True, force_row_wise=True, verbosity=-1)
    explainer = MimicExplainer(
        teacher, train, model, explainable_model_args=settings, features=[f"x{j}" for j in range(5)], classes=classes,
        categorical_features=[4] if categorical else [], shap_values_output=output, augment_data=True,
    )
    explanation = explainer.explain_local(ask)
    values = np.asarray(explanation.local_importance_values)
    base = np.atleast_1d(np.asarray(explanation.expected_values, dtype=float))
    if task == "regression":
        values = values.reshape(1, *values.shape[-2:])
    elif task == "binary":
        values, base = values[1:], base[1:]
    if values.shape[-1] > 5:  # one-hot columns first, then the numbers
        values = np.concatenate([values[..., -4:], values[..., :-4].sum(axis=-1, keepdims=True)], axis=-1)
    fidelity = explainer.get_surrogate_model_replication_measure(train) if replication else None
    write_json(
        HOME / f"{name}.json",
        {
            "library": "interpret-community MimicExplainer",
            "versions": versions(np, sklearn, shap, lightgbm, interpret_community),
            "seed": seed,
            "tolerance": {"rule": TOLERANCE_RULE, "values": values_tolerance, "baseValues": values_tolerance, "fidelity": 1e-6 if surrogate == "linear" else 0.02},
            "task": task,
            "surrogate": surrogate,
            "valuesOutput": output.value,
            "classes": 0 if classes is None else len(classes),
            "codes": [None, None, None, None, 6 if categorical else None],
            "training": train,
            "trainingPredictions": np.asarray(predict(train)).reshape(n, -1),
            "rows": ask,
            "predictions": np.asarray(predict(ask)).reshape(40, -1),
            "values": values,
            "baseValues": base,
            "importances": np.abs(values).mean(axis=1),
            "fidelity": fidelity,
        },
    )
    shown = np.bincount(np.argmax(predict(train), axis=1), minlength=len(classes)) if task == "multiclass" else None
    print(name, values.shape, "base", base, "fidelity", fidelity, "labels", shown)


if __name__ == "__main__":
    exact = dict(tol=1e-12, max_iter=100_000, solver="newton-cg")
    case("linear-regression", 7401, "regression", "linear", 90, values_tolerance=1e-6, categorical=False)
    case("linear-categories", 7402, "regression", "linear", 90, values_tolerance=1e-6, replication=False)
    case("linear-binary", 7403, "binary", "linear", 96, values_tolerance=1e-6, categorical=False, cuts=[0.8])
    case("linear-multiclass", 7404, "multiclass", "linear", 100, values_tolerance=1e-6, categorical=False, cuts=[0.2, 1.5], arguments=exact)
    case("lightgbm-regression", 7405, "regression", "lightgbm", 400, values_tolerance=1e-6)
    case("lightgbm-binary", 7406, "binary", "lightgbm", 400, values_tolerance=1e-6, cuts=[0.8])
    case("lightgbm-multiclass", 7407, "multiclass", "lightgbm", 400, values_tolerance=1e-3, cuts=[-2.2, 0.2, 1.5], depth=2)
    # Leaves of single rows are cut by many features equally well: rounding chooses.
    case("lightgbm-small", 7408, "regression", "lightgbm", 45, values_tolerance=0.3)
    case("lightgbm-binary-probability", 7406, "binary", "lightgbm", 400, values_tolerance=1e-6, cuts=[0.8], output=ShapValuesOutput.PROBABILITY)
    case("lightgbm-binary-teacher", 7406, "binary", "lightgbm", 400, values_tolerance=1e-6, cuts=[0.8], output=ShapValuesOutput.TEACHER_PROBABILITY)
    case("lightgbm-regression-teacher", 7405, "regression", "lightgbm", 400, values_tolerance=1e-6, output=ShapValuesOutput.TEACHER_PROBABILITY)
