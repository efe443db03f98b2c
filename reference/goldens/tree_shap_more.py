# /// script
# requires-python = "==3.12.*"
# dependencies = [
#   "numpy==2.5.5", "pandas==3.1.1", "scikit-learn==1.9.1", "scipy==1.18.1", "shap==0.54.1",
#   "onnx==1.23.2", "onnxruntime==1.31.1", "skl2onnx==1.20.0", "onnxmltools==1.16.0", "protobuf==6.33.6",
#   "xgboost==3.4.1", "lightgbm==4.7.0",
# ]
# ///
"""More Tree SHAP goldens on models and rows of tree_shap.py: src/explainers/golden/tree-more-*.json.

Libraries: shap 0.54.1 (on the trees of the ONNX file), numpy 2.5.5. No seed of its own: rows and backgrounds are those of
tree-interventional-<case>.json.

A file holds a list of results, each with the explainer's parameters:
- interactions, path-dependent: shap's shap_interaction_values on covers from the background (own enumeration where a node has no cover);
  interventional: all coalitions. Off the diagonal half of each pair's interaction, each line sums to the feature's value.
- Banzhaf values and interactions: all coalitions, each with the same weight.
- probability, rescaled: shap, model_output="probability"; exact: all coalitions of the game of the probability.
Everything is float64 on the ensemble as the ONNX file holds it; shap's C code rounds thresholds to float32, which changes nothing here (the
thresholds are float32) but costs digits.
"""

from __future__ import annotations

import json
import math

import numpy as np
import onnx
import shap

from golden import ROOT, TOLERANCE_RULE, covers, goes_true, raw_scores, read_ensemble, relative, versions, write_json
from tree_shap import as_outputs, shap_model

HOME = ROOT / "src/explainers/golden"
N_ROWS = 6


def squash(ensemble, raw):
    if ensemble.post == "LOGISTIC":
        return 1 / (1 + np.exp(-raw))
    if ensemble.post == "SOFTMAX":
        e = np.exp(raw - raw.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)
    return raw


def background_game(ensemble, row, background, g):
    """v[mask, output]: mean over the background of g(trees) with the mask's features from the row."""
    m = len(row)
    masks = (np.arange(2**m)[:, None] >> np.arange(m)) & 1 == 1
    mixed = np.where(masks[:, None, :], row, background[None, :, :]).reshape(-1, m)
    return g(raw_scores(ensemble, mixed)).reshape(2**m, len(background), -1).mean(axis=1)


def cover_game(ensemble, row, background):
    """v[mask, output]: features outside the mask follow both branches by cover, half and half below a node without cover."""
    m = len(row)
    scale = 1 / len(ensemble.trees) if ensemble.aggregate == "AVERAGE" else 1.0
    v = np.tile(ensemble.base, (2**m, 1))
    for tree in ensemble.trees:
        count = covers(tree, background)

        def expected(node, mask):
            if tree.feature[node] < 0:
                return tree.values[node]
            j = tree.feature[node]
            if mask >> j & 1:
                yes = goes_true(tree, node, np.array([row[j]]))[0]
                return expected(tree.true[node] if yes else tree.false[node], mask)
            share = 0.5 if count[node] == 0 else count[tree.true[node]] / count[node]
            return share * expected(tree.true[node], mask) + (1 - share) * expected(tree.false[node], mask)

        v += scale * np.array([expected(0, mask) for mask in range(2**m)])
    return v


def enumerate_game(v, banzhaf):
    """values [output, feature] and matrix [output, feature, feature] of v[mask, output]."""
    m = int(math.log2(len(v)))
    index = np.arange(len(v))
    size = np.array([bin(k).count("1") for k in index])
    values, matrix = np.zeros((v.shape[1], m)), np.zeros((v.shape[1], m, m))
    for i in range(m):
        s = index[(index >> i & 1) == 0]
        w = np.full(len(s), 0.5 ** (m - 1)) if banzhaf else 1 / (m * np.array([math.comb(m - 1, k) for k in size[s]]))
        values[:, i] = ((v[s | 1 << i] - v[s]) * w[:, None]).sum(axis=0)
        for j in range(m):
            if j == i:
                continue
            p = s[(s >> j & 1) == 0]
            w = np.full(len(p), 0.5 ** (m - 2)) if banzhaf else 1 / ((m - 1) * np.array([math.comb(m - 2, k) for k in size[p]]))
            matrix[:, i, j] = ((v[p | 1 << i | 1 << j] - v[p | 1 << i] - v[p | 1 << j] + v[p]) * w[:, None]).sum(axis=0) / 2
    for i in range(m):
        matrix[:, i, i] = values[:, i] - matrix[:, i].sum(axis=1)
    return values, matrix


def more(case):
    source = json.loads((HOME / f"tree-interventional-{case}.json").read_text())
    number = lambda table: np.array([[np.nan if cell is None else cell for cell in row] for row in table], dtype=np.float64)  # noqa: E731
    rows, background = number(source["rows"])[:N_ROWS], number(source["background"])
    ensemble = read_ensemble(onnx.load(HOME / source["model"]), rows.shape[1])
    stored = [1] if source["task"] == "binary" and len(ensemble.base) == 2 else list(range(len(ensemble.base)))
    results = []

    def add(explainer, library, parameters, space, values, base, matrix=None, tolerance=1e-9, measured=None):
        results.append({"explainer": explainer, "library": library, "parameters": parameters, "outputSpace": space, "tolerance": tolerance,
                        "measured": measured or {}, "values": np.asarray(values)[stored], "baseValues": np.asarray(base)[stored],
                        "interactions": None if matrix is None else np.asarray(matrix)[stored]})

    def by_enumeration(games, banzhaf):
        pairs = [enumerate_game(v, banzhaf) for v in games]
        return np.stack([p[0] for p in pairs], axis=1), np.stack([p[1] for p in pairs], axis=1)

    identity = lambda raw: raw  # noqa: E731
    path = [cover_game(ensemble, row, background) for row in rows]
    mixed = [background_game(ensemble, row, background, identity) for row in rows]
    for name, games in (("tree-path-dependent", path), ("tree-interventional", mixed)):
        for banzhaf in (False, True):
            values, matrix = by_enumeration(games, banzhaf)
            library, measured, tolerance = "enumeration of all coalitions, own code", {}, 1e-9
            empty = any((covers(tree, background) == 0).any() for tree in ensemble.trees)
            if name == "tree-path-dependent" and not banzhaf and not empty:
                explainer = shap.TreeExplainer(shap_model(ensemble, background), feature_perturbation="tree_path_dependent")
                given = np.asarray(explainer.shap_interaction_values(rows))
                given = given.transpose(3, 0, 1, 2) if given.ndim == 4 else given[None]
                library, measured = "shap TreeExplainer.shap_interaction_values, tree_path_dependent", {"shap against the enumeration": relative(given, matrix)}
                matrix = given
            add(name, library, {"values": "banzhaf" if banzhaf else "shapley", "interactions": True}, "raw", values, games[0][0], matrix, tolerance, measured)
    if ensemble.post in ("LOGISTIC", "SOFTMAX"):
        games = [background_game(ensemble, row, background, lambda raw: squash(ensemble, raw)) for row in rows]
        values, matrix = by_enumeration(games, False)
        add("tree-interventional", "enumeration of all coalitions, own code", {"probability": "exact", "interactions": True}, "probability", values, games[0][0], matrix)
    if ensemble.post == "LOGISTIC" and len(ensemble.base) == 1:
        model = {**shap_model(ensemble, background), "tree_output": "log_odds", "objective": "binary_crossentropy"}
        explainer = shap.TreeExplainer(model, data=background, feature_perturbation="interventional", model_output="probability")
        given = as_outputs(explainer.shap_values(rows, check_additivity=False))
        p = squash(ensemble, raw_scores(ensemble, rows))
        base = squash(ensemble, raw_scores(ensemble, background)).mean(axis=0)
        residual = np.abs(given.sum(axis=2).T + base - p).max()
        add("tree-interventional", 'shap TreeExplainer, interventional, model_output="probability"', {"probability": "rescaled"}, "probability", given, base,
            tolerance=1e-6, measured={"efficiency residual": float(residual), "against the exact values": relative(given, values)})
    write_json(HOME / f"tree-more-{case}.json", {
        "library": "each result names its own", "versions": versions(np, shap, onnx), "seed": source["seed"],
        "tolerance": {"rule": TOLERANCE_RULE}, "description": f"Interactions, Banzhaf values and probabilities on rows of tree-interventional-{case}.json.",
        "of": f"tree-interventional-{case}.json", "nRows": N_ROWS, "results": results,
    })
    for r in results:
        print(case, r["explainer"], r["parameters"], r["outputSpace"], r["measured"])


if __name__ == "__main__":
    for case in ("xgboost-binary-missing", "xgboost-multiclass", "rf-multiclass", "zero-cover"):
        more(case)
