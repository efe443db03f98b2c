# /// script
# requires-python = "==3.12.*"
# dependencies = [
#   "numpy==2.5.5", "scikit-learn==1.9.1", "scipy==1.18.1",
#   "onnx==1.23.2", "onnxruntime==1.31.1", "skl2onnx==1.20.0", "protobuf==6.33.6",
#   "PyALE==1.2.0", "pandas==3.1.1", "matplotlib==3.11.2",
# ]
# ///
"""Permutation importance, partial dependence, ICE, accumulated local effects and metrics: permutation-*, pdp-*, native-pdp, ale-* and
metrics-*.json in src/explainers/golden.

Libraries: scikit-learn 1.9.1, skl2onnx 1.20.0, onnxruntime 1.31.1, PyALE 1.2.0. Seeds: 5401 to 5404, one a model; 5411 to 5413 for metrics.
Every prediction comes from ONNX Runtime on the float32 ONNX beside the golden.

Permutation importance is given as its exact expectation over all permutations of a column. For a metric that is a mean of
losses of single rows the expected permuted metric is the mean over all (row, donor row) pairs, and the standard deviation of one
repeat is exact too: with a the matrix of losses, centred by rows and by columns to d, the variance of sum_i a[i, p(i)] is
sum(d^2) / (n - 1). For the area under the ROC curve the expectation runs over all ordered pairs of different donors; its standard
deviation is estimated from 2,000 repeats. The sign is such that a drop of quality is positive.

Partial dependence is the plain loop: the column is set to each grid value for every row. It is checked against
sklearn.inspection.partial_dependence on the library's own model.

Accumulated local effects are the definition (Apley and Zhu 2020, equations 15 and 16) in numpy, on bins (lower, upper], the first one with its
lower edge. They are checked against PyALE on PyALE's own quantile edges.

Metrics are scikit-learn's on random predictions with ties and rows of one rare class.
"""

from __future__ import annotations

import os
import warnings

os.environ.setdefault("MPLBACKEND", "Agg")

import numpy as np
import onnx
import onnxruntime as ort
import pandas as pd
import PyALE
import skl2onnx
import sklearn
from skl2onnx import to_onnx
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier, RandomForestRegressor
from sklearn.inspection import partial_dependence
from sklearn import metrics as sk
from sklearn.metrics import accuracy_score, log_loss, mean_absolute_error, mean_squared_error, r2_score, roc_auc_score

from golden import ROOT, TOLERANCE_RULE, dyadic, relative, save_onnx, scores_function, versions, write_json

warnings.filterwarnings("ignore")
HOME = ROOT / "src/explainers/golden"
OPSETS = {"": 18, "ai.onnx.ml": 3}
REPEATS = 2000


def permutation(case, seed, description, model, task, names, output, f, rows, target, labels):
    n, m = rows.shape
    base_scores = f(rows)
    swapped = np.empty((m, n, n, base_scores.shape[1]))  # feature, row, donor
    for j in range(m):
        mixed = np.repeat(rows, n, axis=0)
        mixed[:, j] = np.tile(rows[:, j], n)
        swapped[j] = f(mixed).reshape(n, n, -1)

    def p_true(scores):
        return np.where(target.reshape(-1, *[1] * (scores.ndim - 2)) == 1, scores[..., 0], 1 - scores[..., 0]) if task == "binary" else np.take_along_axis(
            scores, np.broadcast_to(target.reshape(-1, *[1] * (scores.ndim - 1)), (*scores.shape[:-1], 1)), axis=-1)[..., 0]

    def chosen(scores):
        return (scores[..., 0] > 0.5).astype(int) if task == "binary" else scores.argmax(axis=-1)

    t = lambda scores: target.reshape(-1, *[1] * (scores.ndim - 2))  # noqa: E731
    if task == "regression":
        total = ((target - target.mean()) ** 2).mean()
        # name: (loss of a row, metric from mean loss, better when greater, sklearn's answer)
        metrics = {
            "r2": (lambda s: (s[..., 0] - t(s)) ** 2, lambda v: 1 - v / total, True, lambda s: r2_score(target, s[:, 0])),
            "mse": (lambda s: (s[..., 0] - t(s)) ** 2, lambda v: v, False, lambda s: mean_squared_error(target, s[:, 0])),
            "mae": (lambda s: np.abs(s[..., 0] - t(s)), lambda v: v, False, lambda s: mean_absolute_error(target, s[:, 0])),
        }
    else:
        both = lambda s: np.column_stack([1 - s, s]) if task == "binary" else s / s.sum(axis=1, keepdims=True)  # noqa: E731
        metrics = {
            "accuracy": (lambda s: (chosen(s) == t(s)).astype(float), lambda v: v, True, lambda s: accuracy_score(target, chosen(s))),
            "log-loss": (lambda s: -np.log(p_true(s)), lambda v: v, False, lambda s: log_loss(target, both(s))),
        }
    rng = np.random.default_rng(seed)
    orders = np.array([rng.permutation(n) for _ in range(REPEATS)])
    found, worst_sigma = [], 0.0
    for name, (loss, metric, greater, check) in metrics.items():
        base = float(metric(loss(base_scores).mean()))
        assert abs(base - check(base_scores)) < 1e-5 * max(1, abs(base)), (name, base, check(base_scores))
        slope = abs(metric(1.0) - metric(0.0))
        per_feature = []
        for j in range(m):
            a = loss(swapped[j])
            expected = (base - metric(a.mean())) * (1 if greater else -1)
            d = a - a.mean(axis=1, keepdims=True) - a.mean(axis=0, keepdims=True) + a.mean()
            sd = slope * np.sqrt((d**2).sum() / (n - 1)) / n
            repeats = (base - metric(a[np.arange(n), orders].mean(axis=1))) * (1 if greater else -1)
            if sd > 0:
                worst_sigma = max(worst_sigma, abs(repeats.mean() - expected) / (sd / np.sqrt(REPEATS)))
                assert abs(repeats.std(ddof=1) / sd - 1) < 0.1
            per_feature.append({"expected": float(expected), "standardDeviation": float(sd), "meanOf2000": float(repeats.mean())})
        found.append({"name": name, "greaterIsBetter": greater, "base": base, "standardDeviationIs": "exact", "importances": per_feature})
    if task == "binary":
        base = roc_auc_score(target, base_scores[:, 0])
        positive, negative = np.flatnonzero(target == 1), np.flatnonzero(target == 0)
        per_feature = []
        for j in range(m):
            s = swapped[j, :, :, 0]
            total, count = 0.0, len(positive) * len(negative) * n * (n - 1)
            for i in positive:
                for k in negative:
                    wins = np.sign(s[i][:, None] - s[k][None, :]) / 2 + 0.5
                    total += wins.sum() - np.trace(wins)
            repeats = []
            for order in orders:
                got = s[np.arange(n), order]
                repeats.append(base - (np.sign(got[positive][:, None] - got[negative][None, :]) / 2 + 0.5).mean())
            expected, sd = base - total / count, float(np.std(repeats, ddof=1))
            if sd > 0:
                worst_sigma = max(worst_sigma, abs(np.mean(repeats) - expected) / (sd / np.sqrt(REPEATS)))
            per_feature.append({"expected": float(expected), "standardDeviation": sd, "meanOf2000": float(np.mean(repeats))})
        found.append({"name": "roc-auc", "greaterIsBetter": True, "base": float(base), "standardDeviationIs": "estimated from 2,000 repeats", "importances": per_feature})
    write_json(
        HOME / f"permutation-{case}.json",
        {
            "library": "exact expectation, own code; scikit-learn metrics",
            "versions": versions(np, sklearn, skl2onnx, onnx, ort),
            "seed": seed,
            "tolerance": {"rule": TOLERANCE_RULE, "base": 2e-6, "expected": 1e-5, "predictions": 2e-6,
                          "sampled": "the mean of R repeats lies within 4 x standardDeviation / sqrt(R) of expected"},
            "measured": {"mean of 2,000 repeats against the expectation, in standard errors, at worst": worst_sigma},
            "description": description,
            "explainer": "permutation-importance",
            "model": model,
            "task": task,
            "outputNames": ["value"] if task == "regression" else [str(labels[1])] if task == "binary" else [str(c) for c in labels],
            "output": output,
            "space": "value" if task == "regression" else "probability",
            "featureNames": list(names),
            "rows": rows,
            "target": target,
            "classLabels": list(labels),
            "predictions": base_scores,
            "sign": "a drop of quality is positive",
            "metrics": found,
        },
    )
    print("permutation", case, {q["name"]: (round(q["base"], 4), [round(i["expected"], 4) for i in q["importances"]][:4]) for q in found}, "worst sigma", round(worst_sigma, 2))


def dependence(case, seed, description, model, native, task, names, features, output, f, rows, labels, pair):
    curves, worst = [], 0.0
    for j, feature in enumerate(features):
        observed = np.unique(rows[:, j])
        if feature["kind"] == "categorical":
            grid, rule = np.arange(len(feature["labels"]), dtype=float), "all codes"
        elif len(observed) <= 12:
            grid, rule = observed, "observed values"
        else:
            grid, rule = np.quantile(rows[:, j], np.linspace(0.05, 0.95, 12)), "12 even quantiles, .05 to .95"
            grid = np.unique(grid.astype(np.float32).astype(np.float64))
        individual = np.empty((f(rows[:1]).shape[1], len(rows), len(grid)))
        for g, value in enumerate(grid):
            mixed = rows.copy()
            mixed[:, j] = value
            individual[:, :, g] = f(mixed).T
        average = individual.mean(axis=1)
        found = partial_dependence(native, rows.astype(np.float32), [j], kind="both", method="brute", custom_values={j: grid}, response_method="auto" if task == "regression" else "predict_proba")
        worst = max(worst, relative(average, found["average"]), relative(individual, found["individual"]))
        curves.append({"feature": j, "kind": feature["kind"], "grid": grid, "gridRule": rule, "average": average, "individual": individual})
    a, b = pair
    grid_a, grid_b = curves[a]["grid"][::3], curves[b]["grid"][::3]
    surface = np.empty((len(average), len(grid_a), len(grid_b)))
    for i, u in enumerate(grid_a):
        for k, v in enumerate(grid_b):
            mixed = rows.copy()
            mixed[:, a], mixed[:, b] = u, v
            surface[:, i, k] = f(mixed).mean(axis=0)
    write_json(
        HOME / f"pdp-{case}.json",
        {
            "library": "plain loop through ONNX Runtime; checked against sklearn.inspection.partial_dependence (kind both, method brute)",
            "versions": versions(np, sklearn, skl2onnx, onnx, ort),
            "seed": seed,
            "tolerance": {"rule": TOLERANCE_RULE, "average": 2e-6, "individual": 2e-6, "surface": 2e-6, "predictions": 2e-6},
            "measured": {"against scikit-learn on its own model": worst},
            "description": description,
            "explainer": "partial-dependence",
            "model": model,
            "task": task,
            "outputNames": ["value"] if task == "regression" else [str(labels[1])] if task == "binary" else [str(c) for c in labels],
            "output": output,
            "space": "value" if task == "regression" else "probability",
            "featureNames": list(names),
            "features": features,
            "rows": rows,
            "predictions": f(rows),
            "axes": {"average": ["output", "grid"], "individual": ["output", "row", "grid"], "surface": ["output", "grid a", "grid b"]},
            "curves": curves,
            "pair": {"features": [a, b], "gridA": grid_a, "gridB": grid_b, "surface": surface},
        },
    )
    print("pdp", case, "against sklearn", worst)


def native_dependence(seed=5404):
    """Partial dependence of scikit-learn's own float64 trees, whose arrays stand in the golden: no ONNX in between."""
    raw = load_diabetes(as_frame=True, scaled=False)
    names = ["age", "bmi", "bp", "s5"]
    x, y = dyadic(raw.frame[names].to_numpy()), raw.target.to_numpy()
    native = RandomForestRegressor(6, max_depth=5, random_state=seed).fit(x, y)
    rows = x[np.random.default_rng(seed).permutation(len(x))[:12]]
    curves = []
    for j in (1, 3):
        found = partial_dependence(native, rows, [j], kind="both", method="brute", grid_resolution=15)
        curves.append({"feature": j, "grid": found["grid_values"][0], "average": found["average"][0], "individual": found["individual"][0]})
    found = partial_dependence(native, rows, [1, 3], kind="average", method="brute", grid_resolution=5)
    trees = [e.tree_ for e in native.estimators_]
    write_json(
        HOME / "native-pdp.json",
        {
            "library": "sklearn.inspection.partial_dependence(method=brute)",
            "versions": versions(np, sklearn),
            "seed": seed,
            "tolerance": {"rule": TOLERANCE_RULE, "average": 1e-12, "individual": 1e-12, "surface": 1e-12},
            "description": "Forest of 6 trees, 12 rows; each tree as scikit-learn holds it, feature -2 in leaves; the prediction is the mean of the trees.",
            "trees": [{"feature": t.feature, "threshold": t.threshold, "left": t.children_left, "right": t.children_right, "value": t.value[:, 0, 0]} for t in trees],
            "rows": rows,
            "curves": curves,
            "pair": {"features": [1, 3], "gridA": found["grid_values"][0], "gridB": found["grid_values"][1], "surface": found["average"][0]},
        },
    )


def accumulated(f, rows, j, edges):
    """Effects at the edges [edge, output], and rows in each bin."""
    bins = np.clip(np.searchsorted(edges, rows[:, j], side="left") - 1, 0, len(edges) - 2)
    lower, upper = rows.copy(), rows.copy()
    lower[:, j], upper[:, j] = edges[bins], edges[bins + 1]
    difference = f(upper) - f(lower)
    counts = np.bincount(bins, minlength=len(edges) - 1)
    means = np.array([difference[bins == b].mean(axis=0) if counts[b] else np.zeros(difference.shape[1]) for b in range(len(counts))])
    effect = np.vstack([np.zeros(difference.shape[1]), means.cumsum(axis=0)])
    centre = ((effect[1:] + effect[:-1]) / 2 * counts[:, None]).sum(axis=0) / counts.sum()
    return effect - centre, counts


class OneOutput:
    """A model as PyALE wants it."""

    def __init__(self, f, k):
        self.f, self.k = f, k

    def predict(self, frame):
        return self.f(frame.to_numpy(dtype=np.float64))[:, self.k]


def effects(case, seed, description, model, task, names, features, output, f, rows, labels):
    curves, worst = [], 0.0
    frame = pd.DataFrame(rows, columns=names)
    for j, feature in enumerate(features):
        observed = np.unique(rows[:, j])
        few = len(observed) <= 10
        if few:
            edges, rule = observed, "observed values"
        else:
            found = PyALE.ale(X=frame, model=OneOutput(f, 0), feature=[names[j]], feature_type="continuous", grid_size=12, include_CI=False, plot=False)
            edges, rule = found.index.to_numpy(dtype=np.float64), "PyALE quantiles, grid_size 12"
        effect, counts = accumulated(f, rows, j, edges)
        assert counts.sum() == len(rows)
        if not few:
            for k in range(effect.shape[1]):
                found = PyALE.ale(X=frame, model=OneOutput(f, k), feature=[names[j]], feature_type="continuous", grid_size=12, include_CI=False, plot=False)
                worst = max(worst, relative(effect[:, k], found["eff"].to_numpy()))
        curves.append({"feature": j, "kind": feature["kind"], "edges": edges, "edgeRule": rule, "effects": effect.T, "counts": counts})
    assert worst < 1e-9, worst
    write_json(
        HOME / f"ale-{case}.json",
        {
            "library": "the definition in numpy through ONNX Runtime; checked against PyALE",
            "versions": versions(np, sklearn, skl2onnx, onnx, ort, pd) | {"PyALE": "1.2.0"},
            "seed": seed,
            "tolerance": {"rule": TOLERANCE_RULE, "effects": 5e-6, "predictions": 2e-6},
            "measured": {"against PyALE on its own edges": worst},
            "description": description,
            "explainer": "accumulated-effects",
            "model": model,
            "task": task,
            "outputNames": ["value"] if task == "regression" else [str(labels[1])] if task == "binary" else [str(c) for c in labels],
            "output": output,
            "space": "value" if task == "regression" else "probability",
            "featureNames": list(names),
            "features": features,
            "rows": rows,
            "predictions": f(rows),
            "axes": {"effects": ["output", "edge"]},
            "curves": curves,
        },
    )
    print("ale", case, "against PyALE", worst)


def metric_goldens():
    def write(case, seed, task, target, predictions, values):
        write_json(
            HOME / f"metrics-{case}.json",
            {
                "library": "scikit-learn metrics",
                "versions": versions(np, sklearn),
                "seed": seed,
                "tolerance": {"rule": "|difference| <= tolerance x max(1, |reference|)", "values": 1e-12},
                "description": f"{len(target)} rows of random predictions with ties.",
                "task": task,
                "space": "value" if task == "regression" else "probability",
                "target": target,
                "predictions": predictions,
                "values": values,
            },
        )
        print("metrics", case, {k: round(v, 4) for k, v in values.items()})

    rng = np.random.default_rng(5411)
    y = np.round(rng.gamma(2, 3, 80), 3)
    p = np.round(np.abs(y + rng.normal(0, 2, 80)), 2)
    write("regression", 5411, "regression", y, p[:, None], {
        "r2_score": sk.r2_score(y, p), "explained_variance_score": sk.explained_variance_score(y, p),
        "mean_absolute_error": sk.mean_absolute_error(y, p), "median_absolute_error": sk.median_absolute_error(y, p),
        "mean_squared_error": sk.mean_squared_error(y, p), "root_mean_squared_error": sk.root_mean_squared_error(y, p),
        "mean_squared_log_error": sk.mean_squared_log_error(y, p),
    })
    rng = np.random.default_rng(5412)
    y = (rng.random(90) < 0.35).astype(int)
    p = np.round(np.clip(0.3 + 0.25 * y + rng.normal(0, 0.2, 90), 0.01, 0.99), 2)
    p[p == 0.5] = 0.51  # scikit-learn's labels are given, ties at one half are nobody's
    c = (p > 0.5).astype(int)
    averages = {f"{name}_{kind}": function(y, c, average=kind, zero_division=0) for kind in ("macro", "micro", "weighted")
                for name, function in (("f1", sk.f1_score), ("precision", sk.precision_score), ("recall", sk.recall_score))
                if kind != "micro" or name == "f1"}
    write("binary", 5412, "binary", y, p[:, None], {
        "accuracy_score": sk.accuracy_score(y, c), "f1_score": sk.f1_score(y, c), "F0.5": sk.fbeta_score(y, c, beta=0.5), "F2": sk.fbeta_score(y, c, beta=2),
        "precision_score": sk.precision_score(y, c), "recall_score": sk.recall_score(y, c), "log_loss": sk.log_loss(y, p),
        "roc_auc_score": sk.roc_auc_score(y, p), "average_precision_score": sk.average_precision_score(y, p), **averages,
    })
    rng = np.random.default_rng(5413)
    y = rng.choice(4, 100, p=[0.5, 0.3, 0.17, 0.03])
    raw = rng.dirichlet(np.ones(4) * 2, 100)
    raw[np.arange(100), y] += 0.4 * (rng.random(100) < 0.7)
    p = raw / raw.sum(axis=1, keepdims=True)
    p[:, 3] *= 0.2  # the rare class is never predicted: its precision counts 0
    p = p / p.sum(axis=1, keepdims=True)
    c = p.argmax(axis=1)
    averages = {f"{name}_{kind}": function(y, c, average=kind, zero_division=0) for kind in ("macro", "micro", "weighted")
                for name, function in (("f1", sk.f1_score), ("precision", sk.precision_score), ("recall", sk.recall_score))
                if kind != "micro" or name == "f1"}
    write("multiclass", 5413, "multiclass", y, p, {
        "accuracy_score": sk.accuracy_score(y, c), "log_loss": sk.log_loss(y, p, labels=[0, 1, 2, 3]),
        "roc_auc_ovr": sk.roc_auc_score(y, p, multi_class="ovr"), **averages,
    })


def numeric(names):
    return [{"name": n, "kind": "numeric", "labels": []} for n in names]


def main():
    def predict_all(native):
        return lambda r: native.predict_proba(r.astype(np.float32))

    seed = 5401
    raw = load_diabetes(as_frame=True, scaled=False)
    names = ["age", "sex", "bmi", "bp", "s5", "s6"]
    x, y = dyadic(raw.frame[names].to_numpy()), raw.target.to_numpy()
    x[:, 1] -= 1  # codes 0 and 1
    native = RandomForestRegressor(20, max_depth=5, random_state=seed).fit(x, y)
    data = save_onnx(HOME / "curves-regression.onnx", to_onnx(native, np.zeros((1, 6), np.float32), target_opset=OPSETS))
    pick = np.random.default_rng(seed).permutation(len(x))
    f = scores_function(data, "variable", "all")
    features = numeric(names)
    features[1] = {"name": "sex", "kind": "categorical", "labels": ["1", "2"]}
    permutation("regression", seed, "Forest, 90 rows; r2, mse, mae.", "curves-regression.onnx", "regression", names, "variable", f, x[pick[:90]], y[pick[:90]], [])
    dependence("regression", seed, "Forest, 25 rows; sex is a code.", "curves-regression.onnx", native, "regression", names, features, "variable", f, x[pick[:25]], [], (2, 4))
    effects("regression", seed, "Forest, 90 rows; sex is a code.", "curves-regression.onnx", "regression", names, features, "variable", f, x[pick[:90]], [])

    seed = 5402
    raw = load_breast_cancer(as_frame=True)
    names = ["mean radius", "mean texture", "mean smoothness", "mean symmetry", "worst texture", "size class"]
    rng = np.random.default_rng(seed)
    x, y = raw.frame[names[:5]].to_numpy(), raw.target.to_numpy()
    code = np.digitize(raw.frame["worst area"], [500, 700, 1000]) + (rng.random(len(x)) < 0.2)
    x = np.column_stack([dyadic(x), np.clip(code, 0, 3)])
    native = GradientBoostingClassifier(n_estimators=25, max_depth=3, learning_rate=0.12, random_state=seed).fit(x, y)
    data = save_onnx(HOME / "curves-binary.onnx", to_onnx(native, np.zeros((1, 6), np.float32), options={"zipmap": False}, target_opset=OPSETS))
    pick = rng.permutation(len(x))
    f = scores_function(data, "probabilities", "binary")
    features = numeric(names)
    features[5] = {"name": "size class", "kind": "categorical", "labels": ["large", "medium", "small", "tiny"]}
    permutation("binary", seed, "Boosted trees, 70 rows; accuracy, log-loss, area under the ROC curve.", "curves-binary.onnx", "binary", names, "probabilities", f, x[pick[:70]], y[pick[:70]], [0, 1])
    dependence("binary", seed, "Boosted trees, probability of class 1, 25 rows; size class is a code.", "curves-binary.onnx", native, "binary", names, features, "probabilities", f, x[pick[:25]], [0, 1], (0, 5))
    effects("binary", seed, "Boosted trees, probability of class 1, 70 rows; size class is a code.", "curves-binary.onnx", "binary", names, features, "probabilities", f, x[pick[:70]], [0, 1])

    seed = 5403
    raw = load_wine(as_frame=True)
    names = ["alcohol", "malic_acid", "color_intensity", "hue", "proline"]
    x, y = dyadic(raw.frame[names].to_numpy()), raw.target.to_numpy()
    native = RandomForestClassifier(15, max_depth=4, min_samples_leaf=8, random_state=seed).fit(x, y)
    data = save_onnx(HOME / "curves-multiclass.onnx", to_onnx(native, np.zeros((1, 5), np.float32), options={"zipmap": False}, target_opset=OPSETS))
    pick = np.random.default_rng(seed).permutation(len(x))
    f = scores_function(data, "probabilities", "all")
    permutation("multiclass", seed, "Forest, three classes, 60 rows; accuracy, log-loss.", "curves-multiclass.onnx", "multiclass", names, "probabilities", f, x[pick[:60]], y[pick[:60]], [0, 1, 2])
    dependence("multiclass", seed, "Forest, probability of every class, 20 rows.", "curves-multiclass.onnx", native, "multiclass", names, numeric(names), "probabilities", f, x[pick[:20]], [0, 1, 2], (0, 4))
    effects("multiclass", seed, "Forest, probability of every class, 60 rows.", "curves-multiclass.onnx", "multiclass", names, numeric(names), "probabilities", f, x[pick[:60]], [0, 1, 2])
    native_dependence()
    metric_goldens()


if __name__ == "__main__":
    main()
