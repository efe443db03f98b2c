"""What every golden script shares: files, ONNX Runtime, and tree ensembles in float64 from the definition.

Not a script. Needs numpy, onnx and onnxruntime from the script that imports it.
"""

from __future__ import annotations

import itertools
import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort

ROOT = Path(__file__).resolve().parents[2]
TOLERANCE_RULE = "max|difference| <= tolerance x max|reference|, per output"


# ---------------------------------------------------------------- files


def plain(value):
    """The value as JSON holds it: NaN is null, infinities are the strings "Infinity" and "-Infinity"."""
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float):
        if math.isnan(value):
            return None
        if math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        return int(value) if value.is_integer() and abs(value) < 1e15 and not (value == 0 and math.copysign(1, value) < 0) else value
    return value


def write_json(path: Path, value) -> None:
    """One line a key, so that a change shows which part of a golden moved."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        f"  {json.dumps(key)}: {json.dumps(plain(item), ensure_ascii=False, allow_nan=False, separators=(',', ':'))}"
        for key, item in value.items()
    ]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8", newline="\n")


def versions(*modules) -> dict[str, str]:
    import platform

    found = {"python": platform.python_version()}
    for module in modules:
        found[module.__name__] = module.__version__
    return found


def dyadic(x: np.ndarray, levels: int = 512) -> np.ndarray:
    """Columns rounded to a power of two near range/levels: exact in float32, short as decimals."""
    x = np.asarray(x, dtype=np.float64).copy()
    for j in range(x.shape[1]):
        span = np.nanmax(x[:, j]) - np.nanmin(x[:, j])
        step = 2.0 ** round(math.log2(span / levels))
        x[:, j] = np.round(x[:, j] / step) * step
    assert np.array_equal(x.astype(np.float32).astype(np.float64), x, equal_nan=True)
    return x


# ---------------------------------------------------------------- ONNX


def save_onnx(path: Path, model: onnx.ModelProto) -> bytes:
    """Writes the model and returns its bytes. Attributes and opsets are sorted: converters write them in the order of a set."""
    model.doc_string = ""
    model.graph.doc_string = ""
    model.graph.name = path.stem  # onnxmltools puts a random id here
    for parts, key in [(model.opset_import, lambda o: (o.domain, o.version)), *((node.attribute, lambda a: a.name) for node in model.graph.node)]:
        held = sorted(parts, key=key)
        copies = [type(part).FromString(part.SerializeToString()) for part in held]
        del parts[:]
        parts.extend(copies)
    data = model.SerializeToString(deterministic=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return data


def session(data: bytes) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    return ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def scores_function(data: bytes, output: str, stored: str):
    """f(rows float64) -> float64 [n, stored outputs] through one float32 tensor input.

    stored: "binary" keeps class 1 of two columns, "all" keeps every column.
    """
    run = session(data)
    name = run.get_inputs()[0].name

    def f(rows: np.ndarray) -> np.ndarray:
        got = run.run([output], {name: np.ascontiguousarray(rows, dtype=np.float32)})[0].astype(np.float64)
        got = got.reshape(len(rows), -1)
        return got[:, 1:2] if stored == "binary" and got.shape[1] == 2 else got

    return f


# ---------------------------------------------------------------- tree ensembles, as ONNX (ml opset 1 and 3) holds them


@dataclass
class Tree:
    feature: np.ndarray  # -1 at leaves
    mode: list[str]
    threshold: np.ndarray
    missing_true: np.ndarray
    true: np.ndarray
    false: np.ndarray
    values: np.ndarray  # [node, output], zero at branches


@dataclass
class Ensemble:
    trees: list[Tree]
    base: np.ndarray  # [output]
    post: str
    labels: list
    aggregate: str
    n_features: int
    single_column: bool  # a binary classifier with weights for one class only


def find_ensemble(model: onnx.ModelProto) -> onnx.NodeProto:
    return next(node for node in model.graph.node if node.op_type in ("TreeEnsembleClassifier", "TreeEnsembleRegressor"))


def read_ensemble(model: onnx.ModelProto, n_features: int) -> Ensemble:
    node = find_ensemble(model)
    at = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    assert not any(name.endswith("_as_tensor") for name in at)
    classifier = node.op_type == "TreeEnsembleClassifier"
    prefix = "class" if classifier else "target"
    labels: list = []
    if classifier:
        labels = list(at.get("classlabels_int64s", [])) or [s.decode() for s in at["classlabels_strings"]]
    ids = np.asarray(at[f"{prefix}_ids"])
    width = len(labels) if classifier else int(at["n_targets"])
    single = classifier and width == 2 and len(set(ids.tolist())) == 1
    columns = 1 if single else width
    trees: list[Tree] = []
    tree_ids = np.asarray(at["nodes_treeids"])
    node_ids = np.asarray(at["nodes_nodeids"])
    weight_trees, weight_nodes = np.asarray(at[f"{prefix}_treeids"]), np.asarray(at[f"{prefix}_nodeids"])
    weights = np.asarray(at[f"{prefix}_weights"], dtype=np.float32).astype(np.float64)
    tracks = at.get("nodes_missing_value_tracks_true") or [0] * len(tree_ids)
    for tree_id in sorted(set(tree_ids.tolist())):
        where = np.flatnonzero(tree_ids == tree_id)
        place = {int(node_ids[k]): i for i, k in enumerate(where)}
        mode = [at["nodes_modes"][k].decode() for k in where]
        leaf = np.array([m == "LEAF" for m in mode])
        values = np.zeros((len(where), columns))
        for k in np.flatnonzero(weight_trees == tree_id):
            values[place[int(weight_nodes[k])], 0 if single else ids[k]] += weights[k]
        trees.append(
            Tree(
                feature=np.where(leaf, -1, np.asarray(at["nodes_featureids"])[where]),
                mode=mode,
                threshold=np.asarray(at["nodes_values"], dtype=np.float32)[where].astype(np.float64),
                missing_true=np.asarray(tracks)[where].astype(bool),
                true=np.array([-1 if leaf[i] else place[int(at["nodes_truenodeids"][k])] for i, k in enumerate(where)]),
                false=np.array([-1 if leaf[i] else place[int(at["nodes_falsenodeids"][k])] for i, k in enumerate(where)]),
                values=values,
            )
        )
    base = np.asarray(at.get("base_values", []), dtype=np.float32).astype(np.float64)
    base = np.zeros(columns) if len(base) == 0 else (base[-1:] if single else base)
    post = at.get("post_transform", b"NONE").decode()
    return Ensemble(trees, base, post, labels, at.get("aggregate_function", b"SUM").decode(), n_features, single)


def goes_true(tree: Tree, node: int, column: np.ndarray) -> np.ndarray:
    t = tree.threshold[node]
    with np.errstate(invalid="ignore"):
        answer = {
            "BRANCH_LEQ": column <= t,
            "BRANCH_LT": column < t,
            "BRANCH_GTE": column >= t,
            "BRANCH_GT": column > t,
            "BRANCH_EQ": column == t,
            "BRANCH_NEQ": column != t,
        }[tree.mode[node]]
    return np.where(np.isnan(column), tree.missing_true[node], answer)


def leaves(tree: Tree, node: int = 0, path: tuple = ()):
    """(leaf, path) for each leaf, where path is ((node, child, taken branch is the true one), ...)."""
    if tree.feature[node] < 0:
        yield node, path
        return
    yield from leaves(tree, tree.true[node], (*path, (node, tree.true[node], True)))
    yield from leaves(tree, tree.false[node], (*path, (node, tree.false[node], False)))


def raw_scores(ensemble: Ensemble, x: np.ndarray) -> np.ndarray:
    """Raw ensemble output [row, output] in float64: no post transform."""
    total = np.tile(ensemble.base, (len(x), 1))
    scale = 1 / len(ensemble.trees) if ensemble.aggregate == "AVERAGE" else 1.0
    for tree in ensemble.trees:
        for leaf, path in leaves(tree):
            inside = np.ones(len(x), dtype=bool)
            for node, _, branch in path:
                inside &= goes_true(tree, node, x[:, tree.feature[node]]) == branch
            total += scale * inside[:, None] * tree.values[leaf]
    return total


def distance_to_thresholds(ensemble: Ensemble, x: np.ndarray) -> np.ndarray:
    """Per row: the smallest |x - threshold| over all branches, relative to the threshold's size."""
    closest = np.full(len(x), np.inf)
    for tree in ensemble.trees:
        for node in np.flatnonzero(tree.feature >= 0):
            gap = np.abs(x[:, tree.feature[node]] - tree.threshold[node]) / max(1e-3, abs(tree.threshold[node]))
            closest = np.fmin(closest, gap)
    return closest


def merged(tree: Tree, path: tuple, x: np.ndarray) -> dict[int, np.ndarray]:
    """Per unique feature of a path: does each row satisfy all its splits."""
    holds: dict[int, np.ndarray] = {}
    for node, _, branch in path:
        feature = int(tree.feature[node])
        ok = goes_true(tree, node, x[:, feature]) == branch
        holds[feature] = holds.get(feature, np.ones(len(x), dtype=bool)) & ok
    return holds


def interventional(ensemble: Ensemble, x: np.ndarray, background: np.ndarray, weights=None):
    """Exact interventional Shapley values of the raw output: values [output, row, feature], base [output]."""
    weights = np.full(len(background), 1 / len(background)) if weights is None else np.asarray(weights) / np.sum(weights)
    values = np.zeros((len(ensemble.base), len(x), ensemble.n_features))
    scale = 1 / len(ensemble.trees) if ensemble.aggregate == "AVERAGE" else 1.0
    fact = [math.factorial(k) for k in range(64)]
    for tree in ensemble.trees:
        for leaf, path in leaves(tree):
            h, r = merged(tree, path, x), merged(tree, path, background)
            features = list(h)
            plus = np.stack([h[j][:, None] & ~r[j][None, :] for j in features]) if features else np.zeros((0, len(x), len(background)), bool)
            minus = np.stack([~h[j][:, None] & r[j][None, :] for j in features]) if features else plus
            dead = np.any(np.stack([~h[j][:, None] & ~r[j][None, :] for j in features]), axis=0) if features else False
            p, q = plus.sum(axis=0), minus.sum(axis=0)
            up, down = np.zeros(p.shape), np.zeros(p.shape)
            for a, b in set(zip(p.ravel().tolist(), q.ravel().tolist())):
                here = (p == a) & (q == b) & ~dead
                if a:
                    up[here] = fact[a - 1] * fact[b] / fact[a + b]
                if b:
                    down[here] = -fact[a] * fact[b - 1] / fact[a + b]
            for k, j in enumerate(features):
                share = (np.where(plus[k], up, 0) + np.where(minus[k], down, 0)) @ weights
                values[:, :, j] += scale * tree.values[leaf][:, None] * share
    return values, weights @ raw_scores(ensemble, background)


def covers(tree: Tree, background: np.ndarray) -> np.ndarray:
    """Background rows that reach each node."""
    count = np.zeros(len(tree.feature))
    stack = [(0, np.arange(len(background)))]
    while stack:
        node, rows = stack.pop()
        count[node] = len(rows)
        if tree.feature[node] >= 0:
            yes = goes_true(tree, node, background[rows, tree.feature[node]])
            stack += [(tree.true[node], rows[yes]), (tree.false[node], rows[~yes])]
    return count


def path_dependent(ensemble: Ensemble, x: np.ndarray, background: np.ndarray):
    """Path-dependent Tree SHAP with covers from the background: values [output, row, feature], base [output].

    A child's share is its cover over its parent's; below a parent without cover each child's share is 0.5.
    """
    values = np.zeros((len(ensemble.base), len(x), ensemble.n_features))
    base = ensemble.base.copy()
    scale = 1 / len(ensemble.trees) if ensemble.aggregate == "AVERAGE" else 1.0
    for tree in ensemble.trees:
        count = covers(tree, background)
        for leaf, path in leaves(tree):
            h = merged(tree, path, x)
            c: dict[int, float] = {}
            for node, child, _ in path:
                j = int(tree.feature[node])
                c[j] = c.get(j, 1.0) * (0.5 if count[node] == 0 else count[child] / count[node])
            features = list(h)
            base += scale * tree.values[leaf] * math.prod(c.values())
            t, w = np.polynomial.legendre.leggauss(max(1, (len(features) + 1) // 2))
            t, w = (t + 1) / 2, w / 2
            u = np.stack([h[j][:, None] * t + c[j] * (1 - t) for j in features]) if features else None
            for k, j in enumerate(features):
                others = np.prod(np.delete(u, k, axis=0), axis=0) * np.ones((len(x), len(t)))
                values[:, :, j] += scale * tree.values[leaf][:, None] * ((h[j] - c[j]) * (others @ w))
    return values, base


def brute_force(f, row: np.ndarray, background: np.ndarray, weights=None, link=lambda y: y):
    """Exact Shapley values of link(mean over background of f), by all 2^M subsets: [output, feature], base [output]."""
    m = len(row)
    weights = np.full(len(background), 1 / len(background)) if weights is None else np.asarray(weights) / np.sum(weights)
    masks = np.array(list(itertools.product([False, True], repeat=m)))[:, ::-1]  # mask k has bit j set: feature j from the row
    game = []
    for start in range(0, len(masks), 2048):
        part = masks[start : start + 2048]
        mixed = np.where(part[:, None, :], row, background[None, :, :]).reshape(-1, m)
        game.append(np.einsum("b,sbo->so", weights, f(mixed).reshape(len(part), len(background), -1)))
    game = link(np.concatenate(game))
    size = masks.sum(axis=1)
    coefficient = np.array([math.factorial(s) * math.factorial(m - s - 1) / math.factorial(m) for s in range(m)])
    values = np.zeros((game.shape[1], m))
    index = np.arange(len(masks))
    for j in range(m):
        without = index[~masks[:, j]]
        values[:, j] = ((game[without + (1 << j)] - game[without]) * coefficient[size[without]][:, None]).sum(axis=0)
    return values, game[0]


def relative(a, b) -> float:
    """max|a - b| / max|b|."""
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    return float(np.nanmax(np.abs(a - b)) / max(np.nanmax(np.abs(b)), 1e-300))
