# /// script
# requires-python = "==3.9.*"
# dependencies = [
#   "numpy==1.26.2", "pandas==1.5.3", "scikit-learn==1.5.1", "scipy==1.13.1", "shap==0.46.0", "lightgbm==4.6.0",
#   "interpret-community==0.32.0", "interpret-core==0.6.9", "ml-wrappers==0.6.4", "raiutils==0.4.2",
# ]
# ///
"""Raw importances from engineered ones, as interpret-community 0.32.0 maps them: src/explainers/feature-map/golden/<id>.json.

Explainers explain the columns behind a ColumnTransformer; get_raw_explanation(feature_maps) maps the values back. `maps` are
[raw][engineered] as the library takes them, multiplied in order. Seeds: 8301 to 8304, one a case.
"""

from __future__ import annotations

import json
import platform
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")

import interpret_community
import lightgbm
import numpy as np
import pandas as pd
import scipy
import shap
import sklearn
from interpret_community.tabular_explainer import TabularExplainer
from lightgbm import LGBMClassifier
from scipy.sparse import csr_matrix
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

HOME = Path(__file__).resolve().parents[2] / "src/explainers/feature-map/golden"
ROWS = 20


def bees(n, seed):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({
        "honey": np.round(rng.lognormal(2.5, 0.4, n), 2),
        "queen": rng.integers(1, 5, n).astype(float),
        "hive": rng.choice(["straw", "wood", "clay"], n),
        "meadow": rng.choice(["north", "south"], n),
    })
    signal = 0.2 * (table["honey"] - 12) + 0.8 * (table["hive"] == "wood") - 0.5 * (table["meadow"] == "north") + 0.3 * table["queen"] + rng.normal(0, 0.7, n)
    table.loc[rng.random(n) < 0.05, "honey"] = np.nan
    return table, signal.to_numpy()


def preparation():
    return ColumnTransformer([
        ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), ["honey", "queen"]),
        ("words", OneHotEncoder(), ["hive", "meadow"]),
    ], verbose_feature_names_out=False)


def one_hot_map(names, raw):
    return np.array([[float(name == feature or name.startswith(feature + "_")) for name in names] for feature in raw])


def plain(value):
    if isinstance(value, np.ndarray):
        return value.tolist()
    return value


def record(case, seed, description, explainer_of, target, maps_of):
    table, signal = bees(400, seed)
    raw = list(table.columns)
    prepare = preparation()
    x = prepare.fit_transform(table)
    x = x.toarray() if hasattr(x, "toarray") else x
    names = list(prepare.get_feature_names_out())
    x, names, maps = maps_of(x, names, raw)
    explainer = explainer_of(x, target(signal), names)
    explanation = explainer.explain_global(x[:ROWS], include_local=True)
    feature_maps = [csr_matrix(m) for m in maps]
    mapped = explanation.get_raw_explanation(feature_maps, raw_feature_names=raw)
    lonely = explainer.explain_global(x[:ROWS], include_local=False)
    lonely_raw = lonely.get_raw_explanation(feature_maps, raw_feature_names=raw)

    def local(e, width):
        v = np.asarray(e.local_importance_values, dtype=float)
        return v.reshape(-1, ROWS, width)

    def overall(e, order):
        held = e.get_feature_importance_dict()
        return [held[n] for n in order]

    engineered_names = list(explanation.features) if explanation.features is not None else names
    engineered, back = local(explanation, len(names)), local(mapped, len(raw))
    # The definition, with another order of operations than the library's.
    product = maps[0]
    for m in maps[1:]:
        product = product @ m
    product = product / product.sum(axis=0)
    measured = float(np.abs(np.einsum("kne,re->knr", engineered, product) - back).max() / np.abs(back).max())
    HOME.mkdir(parents=True, exist_ok=True)
    out = {
        "library": "interpret-community 0.32.0",
        "versions": {"python": platform.python_version(), **{m.__name__: m.__version__ for m in (interpret_community, lightgbm, np, pd, scipy, shap, sklearn)}},
        "seed": seed,
        "tolerance": {"rule": "max|difference| <= tolerance x max|reference|, per output", "values": 1e-12},
        "measured": {"definition against the library": measured},
        "description": description,
        "rawNames": raw,
        "engineeredNames": engineered_names,
        "maps": [plain(m) for m in maps],
        "engineered": plain(engineered),
        "raw": plain(back),
        "rawGlobal": overall(mapped, raw),
        "globalOnly": overall(lonely, engineered_names),
        "rawGlobalOnly": overall(lonely_raw, raw),
    }
    lines = [f"  {json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in out.items()]
    with open(HOME / f"{case}.json", "w", encoding="utf-8", newline="\n") as file:
        file.write("{\n" + ",\n".join(lines) + "\n}\n")
    print(case, engineered.shape, back.shape, measured)


def one_map(x, names, raw):
    return x, names, [one_hot_map(names, raw)]


def two_maps(x, names, raw):
    """Imputed columns first, then one-hot: the maps of two steps."""
    return x, names, [np.eye(len(raw)), one_hot_map(names, raw)]


def shared(x, names, raw):
    """A column more that is made of two raw features, one of them twice as heavy."""
    both = x[:, :1] + x[:, 1:2]
    grown = np.hstack([one_hot_map(names, raw), np.array([[1.0], [2.0], [0.0], [0.0]])])
    return np.hstack([x, both]), [*names, "honey and queen"], [grown]


def main():
    linear = lambda model: lambda x, y, names: TabularExplainer(model.fit(x, y), x[50:150], features=names, **({"classes": ["weak", "strong"]} if hasattr(model, "predict_proba") else {}))  # noqa: E731
    value, strong = (lambda s: s), (lambda s: (s > np.median(s)).astype(int))
    record("ridge-one-hot", 8301, "Ridge regression behind imputer, scaler and one-hot columns.", linear(Ridge()), value, one_map)
    record("logistic-one-hot", 8302, "Logistic regression, two classes, a map of two steps.", linear(LogisticRegression()), strong, two_maps)
    record("lightgbm-one-hot", 8303, "LightGBM, two classes.", linear(LGBMClassifier(n_estimators=8, num_leaves=6, random_state=1, verbose=-1, n_jobs=1)), strong, one_map)
    record("ridge-shared-column", 8304, "A column that comes from two raw features with weights 1 and 2.", linear(Ridge()), value, shared)


if __name__ == "__main__":
    main()
