# /// script
# requires-python = "==3.12.*"
# dependencies = [
#   "numpy==2.5.5", "scikit-learn==1.9.1", "scipy==1.18.1", "lightgbm==4.7.0", "pandas==3.1.1",
#   "onnx==1.23.2", "onnxruntime==1.31.1", "protobuf==6.33.6",
# ]
# ///
"""Goldens of the small learners: src/learners/golden/*.json.

Libraries: lightgbm 4.7.0 (deterministic, one thread, defaults unless the golden says so), scikit-learn 1.9.1 (LinearRegression,
LogisticRegression solved to 1e-12, decision trees, SGD). Seeds: 7301 to 7399, one a case. Each golden holds training rows and labels,
rows to predict (some with NaN and codes that training did not show) and what the library predicts for them: raw scores of the
booster, decision values of linear models, values or probabilities of trees.
"""

from __future__ import annotations

import warnings

import lightgbm
import numpy as np
import scipy
import sklearn
from sklearn.linear_model import LinearRegression, LogisticRegression, SGDClassifier, SGDRegressor
from sklearn.preprocessing import OneHotEncoder
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from golden import ROOT, TOLERANCE_RULE, dyadic, versions, write_json

warnings.filterwarnings("ignore")
HOME = ROOT / "src/learners/golden"


def write(case, *, seed, library, description, learner, x, y, ask, predictions, tolerance, labels=None, **more):
    """labels: per feature, None for a number, else how many codes a category has."""
    labels = labels or [None] * x.shape[1]
    write_json(
        HOME / f"{case}.json",
        {
            "library": library,
            "versions": versions(np, scipy, sklearn, lightgbm),
            "seed": seed,
            "tolerance": {"rule": TOLERANCE_RULE, "predictions": tolerance},
            "description": description,
            "learner": learner,
            "codes": labels,
            "rows": x,
            "labels": y,
            "ask": ask,
            "predictions": np.asarray(predictions, dtype=float).reshape(len(ask), -1),
            **more,
        },
    )
    print(case, x.shape, "predictions", np.asarray(predictions).std().round(4), more.get("trainLoss"))


# ---------------------------------------------------------------- tables


def numbers(seed, n, m):
    """Numbers around zero, some columns with many zeros, heavy tails and few levels."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, m))
    x[:, 1] = np.where(rng.random(n) < 0.4, 0, np.exp(x[:, 1]))
    x[:, 2] = np.round(x[:, 2] * 2)
    return dyadic(x), rng


def surface(x):
    x = np.nan_to_num(x, nan=0.7)
    return np.sin(2 * x[:, 0]) + 0.8 * x[:, 1] * (x[:, 2] > 0) + 0.5 * np.abs(x[:, 3])


# ---------------------------------------------------------------- LightGBM


def boosted(case, seed, objective, x, y, ask, description, tolerance, labels=None, classes=0, **settings):
    categorical = [j for j, k in enumerate(labels or []) if k is not None]
    params = {"objective": objective, "verbosity": -1, "deterministic": True, "num_threads": 1, "force_row_wise": True, "seed": seed, **settings}
    if objective == "multiclass":
        params["num_class"] = classes
    data = lightgbm.Dataset(x, y, categorical_feature=categorical, params={"verbosity": -1})
    booster = lightgbm.train(params, data, num_boost_round=settings.get("num_iterations", 100))
    raw = booster.predict(x, raw_score=True)
    if objective == "regression":
        loss = float(np.mean((raw - y) ** 2))
    elif objective == "binary":
        loss = float(np.mean(np.logaddexp(0, np.where(y == 1, -raw, raw))))
    else:
        loss = float(np.mean(scipy.special.logsumexp(raw, axis=1) - raw[np.arange(len(y)), y.astype(int)]))
    write(
        case, seed=seed, library="lightgbm 4.7.0", description=description, learner=objective, x=x, y=y, ask=ask, labels=labels, classes=classes,
        settings=settings, predictions=booster.predict(ask, raw_score=True), trainLoss=loss, tolerance=tolerance,
        splits=booster.feature_importance("split"),
        contributions=booster.predict(ask[:20], pred_contrib=True).reshape(20, -1),
    )


def lightgbm_cases():
    x, rng = numbers(7301, 500, 5)
    boosted("lightgbm-regression", 7301, "regression", x[:400], np.round(surface(x[:400]) + 0.1 * rng.normal(size=400), 3), x[400:],
            "Numbers, zeros, few levels; squared loss.", 1e-6)

    x, rng = numbers(7302, 2200, 3)
    x = np.column_stack([x[:, 1:], np.round(rng.gamma(2, size=2200), 3)])
    x[:, 1] = np.round(rng.normal(size=2200), 3)
    boosted("lightgbm-many-values", 7302, "regression", x[:2000], np.round(np.sin(2 * x[:2000, 1]) + 0.3 * x[:2000, 0] + x[:2000, 2], 3), x[2000:],
            "More than 255 values a feature: limits of bins by equal counts.", 1e-6, num_iterations=20)

    x, rng = numbers(7303, 900, 4)
    codes = rng.choice(9, size=900, p=[0.25, 0.2, 0.15, 0.12, 0.1, 0.08, 0.06, 0.038, 0.002])
    few = rng.integers(0, 3, size=900)
    effect = rng.normal(size=9)
    y = surface(x) + effect[codes] + 0.7 * (few == 1) * (x[:, 0] > 0)
    x = np.column_stack([x, codes, few]).astype(float)
    for j, share in [(0, 0.15), (2, 0.1), (4, 0.05)]:
        x[rng.random(900) < share, j] = np.nan
    x[800:806, 4] = [8, 20, 40, -1, np.nan, 3]
    boosted("lightgbm-missing-categories", 7303, "regression", x[:800], np.round(y[:800], 3), x[800:],
            "NaN in numbers and codes; nine codes (one rare) by sorted subsets, three codes one against the rest; unknown codes asked.",
            1e-6, labels=[None] * 4 + [9, 3])
    y2 = (rng.random(800) < scipy.special.expit(2 * (y[:800] - np.median(y)))).astype(float)
    boosted("lightgbm-binary", 7304, "binary", x[:800], y2, x[800:], "Two classes, NaN and codes; log loss. Late trees meet splits of equal gain.", 0.05, labels=[None] * 4 + [9, 3])
    y3 = np.digitize(y[:800] + 0.3 * rng.normal(size=800), [0.2, 1.4]).astype(float)
    boosted("lightgbm-multiclass", 7305, "multiclass", x[:800], y3, x[:150],
            "Three classes, NaN and codes; softmax. In the first round gradients have two values, so many splits gain the same and rounding chooses; training rows are asked.", 0.2,
            labels=[None] * 4 + [9, 3], classes=3, num_iterations=40)

    x, rng = numbers(7306, 120, 4)
    boosted("lightgbm-small", 7306, "regression", x[:40], np.round(surface(x[:40]), 3), x[:40],
            "Forty rows with min_data_in_leaf 1; leaves of two rows are cut by many features equally well, so only training rows are asked.", 1e-3, min_data_in_leaf=1)


# ---------------------------------------------------------------- linear models


def linear_cases():
    x, rng = numbers(7311, 300, 4)
    x[:, 3] = x[:, 0] * 1000 + 5000 + rng.integers(-40, 40, size=300)
    codes = rng.integers(0, 5, size=300)
    full = np.column_stack([x, 2 * x[:, 0] - x[:, 1], codes]).astype(float)
    y = np.round(x[:, 0] - 2 * x[:, 1] + 0.3 * x[:, 2] + 0.001 * x[:, 3] + np.array([0, 1, -1, 2, 0.5])[codes] + 0.2 * rng.normal(size=300), 3)
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(full[:250, 5:])
    hot = lambda a: np.column_stack([a[:, :5], encoder.transform(a[:, 5:])])
    labels = [None] * 5 + [5]
    full[290:293, 5] = [4, 9, 17]
    model = LinearRegression().fit(hot(full[:250]), y[:250])
    common = dict(library="scikit-learn 1.9.1", x=full[:250], ask=full[250:], labels=labels)
    write("linear-regression", seed=7311, learner="least squares", y=y[:250], predictions=model.predict(hot(full[250:])), tolerance=1e-8,
          coefficients=model.coef_.reshape(1, -1), intercepts=[model.intercept_], description="LinearRegression, one-hot codes, a column that is a sum of others: least norm.", **common)

    for case, seed, cut, kind in [("linear-logistic", 7312, [0.0], "logistic"), ("linear-softmax", 7313, [-1.5, 1.0], "softmax")]:
        rng = np.random.default_rng(seed)
        label = np.digitize((y - y.mean()) / y.std() * 2 + rng.normal(size=300), cut).astype(float)
        model = LogisticRegression(tol=1e-12, max_iter=100_000, solver="newton-cg").fit(hot(full[:250]), label[:250])
        decision = model.decision_function(hot(full[250:]))
        write(case, seed=seed, learner=kind, y=label[:250], predictions=decision, classes=len(cut) + 1, coefficients=model.coef_, intercepts=model.intercept_,
              tolerance=1e-6, description="LogisticRegression, C = 1, solved to a gradient of 1e-12, one-hot codes.", **common)


# ---------------------------------------------------------------- decision trees


def tree_cases():
    x, rng = numbers(7321, 600, 5)
    rng = np.random.default_rng(7326)
    x = np.round(rng.normal(size=(600, 5)), 5)
    y = surface(x) + 0.05 * rng.normal(size=600)
    train, ask = x[:400], x[400:]
    y = np.round(y, 5)
    model = DecisionTreeRegressor(max_depth=4, random_state=7321).fit(train, y[:400])
    for other in range(20):  # the order in which features are drawn decides between ties: there are none here
        assert np.array_equal(model.predict(ask).round(9), DecisionTreeRegressor(max_depth=4, random_state=other).fit(train, y[:400]).predict(ask).round(9))
    write("cart-regression", seed=7321, library="scikit-learn 1.9.1", learner="cart regression", x=train, y=y[:400], ask=ask, predictions=model.predict(ask), tolerance=1e-12,
          maxDepth=4, leaves=model.get_n_leaves(), description="DecisionTreeRegressor of depth 4 on values that hardly ever repeat.")
    label = np.digitize(y, [0.0, 0.9]).astype(float)
    model = DecisionTreeClassifier(max_depth=4, random_state=7322).fit(train, label[:400])
    write("cart-classes", seed=7322, library="scikit-learn 1.9.1", learner="cart classes", x=train, y=label[:400], ask=ask, predictions=model.predict_proba(ask), tolerance=1e-12,
          maxDepth=4, classes=3, leaves=model.get_n_leaves(), description="DecisionTreeClassifier of depth 4, gini.")
    one = train[:300, :1]
    model = DecisionTreeRegressor(random_state=7323).fit(one, y[:300])
    write("cart-one-feature", seed=7323, library="scikit-learn 1.9.1", learner="cart regression", x=one, y=y[:300], ask=ask[:, :1], predictions=model.predict(ask[:, :1]), tolerance=1e-12,
          maxDepth=0, leaves=model.get_n_leaves(), description="DecisionTreeRegressor without a limit, one feature: no ties between features.")
    holes = x.copy()
    holes[rng.random(x.shape) < 0.12] = np.nan
    model = DecisionTreeRegressor(max_depth=4, random_state=7324).fit(holes[:400], y[:400])
    write("cart-missing", seed=7324, library="scikit-learn 1.9.1", learner="cart regression", x=holes[:400], y=y[:400], ask=holes[400:], predictions=model.predict(holes[400:]), tolerance=1e-12,
          maxDepth=4, leaves=model.get_n_leaves(), description="DecisionTreeRegressor of depth 4 with NaN in every feature.")
    codes = rng.integers(0, 6, size=600)
    effect = np.array([0, 1.5, -1, 0.3, 2, -0.4])
    z = np.round(y + effect[codes], 5)
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(codes[:400, None])
    hot = lambda rows, c: np.column_stack([rows, encoder.transform(c[:, None])])
    asked = codes[400:].copy()
    asked[:4] = [7, 30, 6, 2]
    model = DecisionTreeRegressor(max_depth=4, random_state=7325).fit(hot(train, codes[:400]), z[:400])
    write("cart-categories", seed=7325, library="scikit-learn 1.9.1", learner="cart regression", x=np.column_stack([train, codes[:400]]), y=z[:400],
          ask=np.column_stack([ask, asked]), predictions=model.predict(hot(ask, asked)), tolerance=1e-12, labels=[None] * 5 + [6], maxDepth=4, leaves=model.get_n_leaves(),
          description="DecisionTreeRegressor of depth 4 on one-hot codes, unknown codes asked.")


# ---------------------------------------------------------------- stochastic gradient descent


def sgd_cases():
    x, rng = numbers(7331, 500, 4)
    x = x * [1, 20, 5, 300] + [0, 3, -50, 1000]
    mean, deviation = x[:400].mean(axis=0), x[:400].std(axis=0)
    scaled = (x - mean) / deviation
    y = np.round(1.5 * scaled[:, 0] - scaled[:, 1] + 0.4 * scaled[:, 3] + 0.3 * rng.normal(size=500) + 4, 3)
    common = dict(library="scikit-learn 1.9.1", x=x[:400], ask=x[400:])

    def descend(case, seed, learner, make, target, **more):
        """Tolerance: one and a half times the largest difference between 20 seeds of the library itself."""
        models = [make(seed + 100 * i).fit(scaled[:400], target[:400]) for i in range(20)]
        decide = lambda m: (m.decision_function if hasattr(m, "decision_function") else m.predict)(scaled[400:])
        given = [decide(m) for m in models]
        spread = max(np.abs(g - given[0]).max() for g in given) / np.abs(given[0]).max()
        scores = [m.score(scaled[400:], target[400:]) for m in models]
        write(case, seed=seed, learner=learner, y=target[:400], predictions=given[0], tolerance=1.5 * spread, askLabels=target[400:], scores=[min(scores), max(scores)],
              description="Standardised columns. scores: least and largest accuracy or R2 of 20 seeds on the asked rows.", **common, **more)
        print(case, "spread", spread, "scores", min(scores), max(scores))

    label = np.digitize(y, [3.0, 5.0]).astype(float)
    descend("sgd-regression", 7331, "sgd squared", lambda s: SGDRegressor(random_state=s), y)
    descend("sgd-classes", 7332, "sgd log", lambda s: SGDClassifier(random_state=s, loss="log_loss"), label, classes=3)
    descend("sgd-hinge", 7333, "sgd hinge", lambda s: SGDClassifier(random_state=s), label, classes=3)


if __name__ == "__main__":
    lightgbm_cases()
    linear_cases()
    tree_cases()
    sgd_cases()
