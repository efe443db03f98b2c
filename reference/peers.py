# /// script
# requires-python = "==3.12.*"
# dependencies = [
#   "numpy==2.3.5", "pandas==2.3.3", "scikit-learn==1.8.0", "scipy==1.16.3", "shap==0.51.0", "xgboost==3.4.1", "lightgbm==4.7.0",
#   "torch==2.9.1", "captum==0.9.0", "onnx==1.20.0", "onnxruntime==1.23.2", "protobuf==6.33.6", "pip==25.3",
# ]
# ///
"""The Python packages that people use today, timed beside Limpid in one run (`npm run bench -- explainers`), each on one thread.

    uv run peers.py make FOLDER     models and rows that both sides read
    uv run peers.py serve FOLDER    answers one JSON line a request until stdin ends

A request is {"peer", "model", "rows", "seed"?, "save"?}; the answer {"us": wall microseconds a row, "cpu": of this thread, "runs"} or
{"missing": why}. With `save`, values go there as float64 [rows, features] so that both sides can be compared. What a peer needs to
get ready (loading the model, its explainer object) is not in its time.

Models: `houses` (8 features, generated: like California housing, which cannot be had offline), `census` (14 features, categories as
codes, from the package xai). Boosted trees and forests of 100 trees; `census_mlp` two hidden layers of 64. `.truth` files hold Shapley
values of probabilities by all 2^14 coalitions. Seed 902.
"""

import json
import os
import sys
import time
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np

SEED = 902
ROWS = 10_000
BACKGROUND = 20_000
KERNEL_ROWS = 12
LEAST_SECONDS = 0.03


def houses():
    """20,640 rows of 8 correlated columns and a price that bends, steps and interacts."""
    rng = np.random.default_rng(SEED)
    n = 20_640
    place = rng.normal(size=(n, 2))
    income = np.exp(rng.normal(1.2, 0.45, n) + 0.15 * place[:, 0])
    age = np.clip(rng.normal(28, 12, n), 1, 52).round()
    rooms = np.clip(rng.gamma(12, 0.45, n), 1, 40)
    bedrooms = np.clip(rooms / 5 + rng.normal(0, 0.1, n), 0.3, 8)
    people = np.exp(rng.normal(7, 0.7, n)).round()
    occupancy = np.clip(rng.gamma(9, 0.33, n), 0.7, 15)
    x = np.column_stack([income, age, rooms, bedrooms, people, occupancy, 35.6 + 2.1 * place[:, 0], -119.6 + 2 * place[:, 1]])
    y = (
        0.42 * income
        + 0.01 * age
        - 0.35 * occupancy
        + 0.6 * np.sin(2 * place[:, 0]) * np.cos(1.5 * place[:, 1])
        + 0.3 * (income > 4) * (rooms > 6)
        - 0.2 * np.log(people) * (place[:, 1] > 0)
        + rng.normal(0, 0.35, n)
    )
    names = ["income", "age", "rooms", "bedrooms", "people", "occupancy", "latitude", "longitude"]
    return x.astype(np.float32), y.astype(np.float32), [{"name": name, "categories": 0} for name in names]


def census():
    import io

    import pandas as pd

    sys.path.insert(0, str(Path(__file__).parent / "gallery"))
    from sources import CENSUS, raw_file

    table = pd.read_csv(io.BytesIO(raw_file(CENSUS)), index_col=0, skipinitialspace=True)
    y = table.pop("loan").str.contains(">50").astype(np.float32).to_numpy()
    columns = []
    for name in table.columns:
        is_text = not pd.api.types.is_numeric_dtype(table[name])
        if is_text:
            table[name] = table[name].astype("category").cat.codes
        columns.append({"name": name, "categories": int(table[name].max()) + 1 if is_text else 0})
    # What this copy of the census lacks to 14 columns: a weight that differs for every row, and a country that is mostly the same.
    rng = np.random.default_rng(SEED)
    table["weight"] = np.exp(rng.normal(12, 0.5, len(table))).round()
    table["country"] = np.where(rng.random(len(table)) < 0.9, 38, rng.integers(0, 41, len(table)))
    columns += [{"name": "weight", "categories": 0}, {"name": "country", "categories": 41}]
    return table.to_numpy(dtype=np.float32), y, columns


def make(folder):
    import pickle

    import lightgbm
    import xgboost as xgb
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.neural_network import MLPClassifier

    folder.mkdir(parents=True, exist_ok=True)
    facts = {"columns": {}, "leaves": {}}
    for name, load, objective in (("houses", houses, "reg:squarederror"), ("census", census, "binary:logistic")):
        x, y, facts["columns"][name] = load()
        rng = np.random.default_rng(SEED + 1)
        x[rng.integers(0, len(x), ROWS)].tofile(folder / f"{name}.rows")
        x[rng.integers(0, len(x), BACKGROUND)].tofile(folder / f"{name}.background")
        matrix = xgb.DMatrix(x, y, nthread=1)
        for depth in (3, 8) if name == "houses" else (8, 16):
            settings = {"tree_method": "hist", "max_depth": depth, "eta": 0.01 if depth > 3 else 0.1, "objective": objective, "nthread": 2}
            if depth == 16:
                settings["min_child_weight"] = 0.5  # 108,000 leaves: the bars were set on 105,000
            booster = xgb.train(settings, matrix, 100)
            booster.save_model(folder / f"{name}_d{depth}.json")
            facts["leaves"][f"{name}_d{depth}"] = int((booster.trees_to_dataframe().Feature == "Leaf").sum())
        if name == "houses":
            forest = RandomForestRegressor(100, max_depth=8, n_jobs=2, random_state=SEED).fit(x, y)
            (folder / "houses_rf.pkl").write_bytes(pickle.dumps(forest))
            (folder / "houses_rf.json").write_text(forest_to_json(forest, folder / "houses_d8.json"))
            light = lightgbm.train(
                {"objective": "regression", "num_leaves": 255, "learning_rate": 0.05, "verbose": -1, "num_threads": 2, "seed": SEED, "deterministic": True},
                lightgbm.Dataset(x, y),
                100,
            )
            light.save_model(folder / "houses_lgb.txt")
            (folder / "houses_lgb.json").write_text(json.dumps(light.dump_model()))
            facts["leaves"]["houses_lgb"] = sum(tree["num_leaves"] for tree in light.dump_model()["tree_info"])
            facts["leaves"]["houses_rf"] = int(sum((tree.tree_.children_left < 0).sum() for tree in forest.estimators_))
        else:
            mean, spread = x.mean(0), x.std(0)
            net = MLPClassifier((64, 64), max_iter=8, random_state=SEED).fit((x - mean) / spread, y)
            layers = [(w.astype(np.float32), b.astype(np.float32)) for w, b in zip(net.coefs_, net.intercepts_)]
            np.savez(folder / "census_mlp.npz", mean=mean, spread=spread, **{f"w{i}": w for i, (w, _) in enumerate(layers)}, **{f"b{i}": b for i, (_, b) in enumerate(layers)})
            (folder / "census_mlp.onnx").write_bytes(net_to_onnx(mean, spread, layers))
            (folder / "census_d8.onnx").write_bytes(trees_to_onnx(folder / "census_d8.json", x.shape[1]))
    (folder / "facts.json").write_text(json.dumps(facts, indent=1))
    peers = Peers(folder)
    for model in ("census_mlp", "census_d8"):
        rows, background = peers.rows(model)[:KERNEL_ROWS], peers.rows(model, "background")[:100]
        shapley_by_enumeration(peers.session(model), rows, background).tofile(folder / f"{model}.truth")


def shapley_by_enumeration(predict, rows, background):
    """Shapley values of the game "mean prediction over the background with the coalition's features of the row", by all coalitions."""
    from math import factorial

    width = rows.shape[1]
    coalitions = (np.arange(2**width)[:, None] >> np.arange(width)) & 1 == 1
    size = coalitions.sum(1)
    weight = np.array([factorial(s) * factorial(width - 1 - s) / factorial(width) for s in range(width)] + [0.0])
    values = np.empty(rows.shape)
    for i, row in enumerate(rows):
        worth = np.concatenate(
            [
                predict(np.where(part[:, None], row, background).reshape(-1, width)).reshape(len(part), -1).mean(1, dtype=np.float64)
                for part in np.array_split(coalitions, 64)
            ]
        )
        for j in range(width):
            without = np.flatnonzero(~coalitions[:, j])
            values[i, j] = (weight[size[without]] * (worth[without | 1 << j] - worth[without])).sum()
    return values


def forest_to_json(forest, pattern):
    """A scikit-learn forest in XGBoost's file format, which keeps covers (ONNX does not): x <= t in float64 is x < the next float32."""
    model = json.loads(pattern.read_text())
    learner = model["learner"]
    learner["learner_model_param"]["base_score"] = "[0E0]"
    trees = []
    for i, estimator in enumerate(forest.estimators_):
        tree = estimator.tree_
        leaf = tree.children_left < 0
        below = np.float32(tree.threshold)
        below = np.where(below > tree.threshold, np.nextafter(below, np.float32(-np.inf)), below)
        split = np.where(leaf, tree.value[:, 0, 0] / len(forest.estimators_), np.nextafter(below, np.float32(np.inf)))
        count = len(leaf)
        parents = np.full(count, 2147483647)
        for child in (tree.children_left, tree.children_right):
            parents[child[~leaf]] = np.flatnonzero(~leaf)
        trees.append(
            {
                "id": i,
                "left_children": tree.children_left.tolist(),
                "right_children": tree.children_right.tolist(),
                "parents": parents.tolist(),
                "split_indices": np.where(leaf, 0, tree.feature).tolist(),
                "split_conditions": np.float32(split).tolist(),
                "split_type": [0] * count,
                "default_left": [0] * count,
                "sum_hessian": tree.weighted_n_node_samples.tolist(),
                "base_weights": [0.0] * count,
                "loss_changes": [0.0] * count,
                "categories": [],
                "categories_nodes": [],
                "categories_segments": [],
                "categories_sizes": [],
                "tree_param": {"num_deleted": "0", "num_feature": str(forest.n_features_in_), "num_nodes": str(count), "size_leaf_vector": "1"},
            }
        )
    learner["gradient_booster"]["model"]["trees"] = trees
    return json.dumps(model)


def net_to_onnx(mean, spread, layers):
    from onnx import TensorProto, helper, numpy_helper

    inits = [numpy_helper.from_array(mean.astype(np.float32), "mean"), numpy_helper.from_array(spread.astype(np.float32), "spread")]
    nodes = [helper.make_node("Sub", ["X", "mean"], ["centred"]), helper.make_node("Div", ["centred", "spread"], ["scaled"])]
    tensor = "scaled"
    for i, (w, b) in enumerate(layers):
        inits += [numpy_helper.from_array(w, f"w{i}"), numpy_helper.from_array(b, f"b{i}")]
        nodes.append(helper.make_node("Gemm", [tensor, f"w{i}", f"b{i}"], [f"z{i}"]))
        tensor = f"z{i}"
        if i < len(layers) - 1:
            nodes.append(helper.make_node("Relu", [tensor], [f"h{i}"]))
            tensor = f"h{i}"
    nodes.append(helper.make_node("Sigmoid", [tensor], ["Y"]))
    width = layers[0][0].shape[0]
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, width])],
        [helper.make_tensor_value_info("Y", TensorProto.FLOAT, [None, 1])],
        inits,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    model.ir_version = 8
    return model.SerializeToString()


def trees_to_onnx(path, width):
    """The boosted trees as an ONNX regressor of log-odds with a sigmoid behind: what ONNX Runtime needs to run them."""
    from onnx import TensorProto, helper

    learner = json.loads(path.read_text())["learner"]
    base = float(str(learner["learner_model_param"]["base_score"]).strip("[]"))
    lists = {f"nodes_{key}": [] for key in ("treeids", "nodeids", "featureids", "modes", "values", "truenodeids", "falsenodeids", "missing_value_tracks_true")}
    lists |= {f"target_{key}": [] for key in ("treeids", "nodeids", "ids", "weights")}
    for t, tree in enumerate(learner["gradient_booster"]["model"]["trees"]):
        for n, left in enumerate(tree["left_children"]):
            leaf = left < 0
            lists["nodes_treeids"].append(t)
            lists["nodes_nodeids"].append(n)
            lists["nodes_featureids"].append(0 if leaf else tree["split_indices"][n])
            lists["nodes_modes"].append("LEAF" if leaf else "BRANCH_LT")
            lists["nodes_values"].append(0.0 if leaf else tree["split_conditions"][n])
            lists["nodes_truenodeids"].append(0 if leaf else left)
            lists["nodes_falsenodeids"].append(0 if leaf else tree["right_children"][n])
            lists["nodes_missing_value_tracks_true"].append(0 if leaf else int(tree["default_left"][n]))
            if leaf:
                lists["target_treeids"].append(t)
                lists["target_nodeids"].append(n)
                lists["target_ids"].append(0)
                lists["target_weights"].append(tree["split_conditions"][n])
    nodes = [
        helper.make_node("TreeEnsembleRegressor", ["X"], ["margin"], domain="ai.onnx.ml", n_targets=1, base_values=[float(np.log(base / (1 - base)))], **lists),
        helper.make_node("Sigmoid", ["margin"], ["Y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "trees",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, width])],
        [helper.make_tensor_value_info("Y", TensorProto.FLOAT, [None, 1])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18), helper.make_opsetid("ai.onnx.ml", 3)])
    model.ir_version = 8
    return model.SerializeToString()


class Peers:
    def __init__(self, folder):
        self.folder = folder
        self.facts = json.loads((folder / "facts.json").read_text())
        self.ready = {}

    def rows(self, model, name="rows"):
        width = len(self.facts["columns"][model.split("_")[0]])
        return np.fromfile(self.folder / f"{model.split('_')[0]}.{name}", np.float32).reshape(-1, width)

    def session(self, model):
        import onnxruntime as ort

        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        run = ort.InferenceSession(self.folder / f"{model}.onnx", options, providers=["CPUExecutionProvider"])
        return lambda x: run.run(None, {"X": np.ascontiguousarray(x, dtype=np.float32)})[0][:, 0]

    def booster(self, model):
        import xgboost as xgb

        booster = xgb.Booster()
        booster.load_model(self.folder / f"{model}.json")
        booster.set_param({"nthread": 1})
        return xgb, booster

    def make(self, peer, model):
        """A function of rows that gives [rows, features] (or [rows, features, features])."""
        import shap

        background = self.rows(model, "background")[:100].astype(np.float64)
        if peer == "xgboost":
            xgb, booster = self.booster(model)
            return lambda x: booster.predict(xgb.DMatrix(x, nthread=1), pred_contribs=True)[:, :-1]
        if peer == "xgboost interactions":
            xgb, booster = self.booster(model)
            return lambda x: booster.predict(xgb.DMatrix(x, nthread=1), pred_interactions=True)[:, :-1, :-1]
        if peer == "lightgbm":
            import lightgbm

            light = lightgbm.Booster(model_file=self.folder / f"{model}.txt", params={"num_threads": 1})
            return lambda x: light.predict(x, pred_contrib=True, num_threads=1)[:, :-1]
        if peer == "shap forest":
            import pickle

            forest = pickle.loads((self.folder / f"{model}.pkl").read_bytes())
            forest.n_jobs = 1
            explainer = shap.TreeExplainer(forest)
            return lambda x: explainer.shap_values(x, check_additivity=False)
        if peer == "shap interventional":
            _, booster = self.booster(model)
            explainer = shap.TreeExplainer(booster, shap.maskers.Independent(background, max_samples=100), feature_perturbation="interventional")
            return lambda x: explainer.shap_values(x.astype(np.float64), check_additivity=False)
        if peer in ("shap kernel", "shap kernel l1_reg=False"):
            explainer = shap.KernelExplainer(self.session(model), background)
            options = {} if peer == "shap kernel" else {"l1_reg": False}
            return lambda x: explainer.shap_values(x.astype(np.float64), silent=True, **options)
        if peer == "captum":
            return self.captum(model)
        raise KeyError(f"there is no peer {peer}")

    def captum(self, model):
        import torch
        from captum.attr import IntegratedGradients

        torch.set_num_threads(1)
        arrays = np.load(self.folder / f"{model}.npz")
        weights = [(torch.tensor(arrays[f"w{i}"]), torch.tensor(arrays[f"b{i}"])) for i in range(3)]
        mean, spread = torch.tensor(arrays["mean"]), torch.tensor(arrays["spread"])

        def forward(x):
            h = (x - mean) / spread
            for i, (w, b) in enumerate(weights):
                h = h @ w + b
                if i < 2:
                    h = torch.relu(h)
            return torch.sigmoid(h)[:, 0]

        gradients = IntegratedGradients(forward)
        baseline = torch.tensor(self.rows(model, "background")[:100].mean(0, keepdims=True))
        # All 50 steps of all rows at once take ten times as long and more: the backward pass grows with the square of the batch.
        return lambda x: gradients.attribute(torch.tensor(x), baseline, n_steps=50, internal_batch_size=max(1024, len(x))).detach().numpy()

    def answer(self, request):
        key = (request["peer"], request["model"])
        if key not in self.ready:
            self.ready[key] = self.make(*key)
        explain = self.ready[key]
        x = self.rows(request["model"])[: request["rows"]]
        np.random.seed(request.get("seed", SEED))
        runs = 0
        wall, cpu = time.perf_counter(), time.thread_time()
        while True:
            values = explain(x)
            runs += 1
            seconds = time.perf_counter() - wall
            if seconds > LEAST_SECONDS:
                break
        cpu = time.thread_time() - cpu
        if request.get("save"):
            np.ascontiguousarray(values, dtype=np.float64).tofile(request["save"])
        return {"us": 1e6 * seconds / runs / len(x), "cpu": 1e6 * cpu / runs / len(x), "runs": runs}


def versions():
    import captum
    import lightgbm
    import onnxruntime
    import shap
    import sklearn
    import torch
    import xgboost

    modules = (shap, xgboost, lightgbm, captum, torch, sklearn, onnxruntime, np)
    return {module.__name__: module.__version__ for module in modules} | {"python": sys.version.split()[0]}


def serve(folder):
    import logging
    import warnings

    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    peers = Peers(folder)
    print(json.dumps({"ready": True, "versions": versions()}), flush=True)
    for line in sys.stdin:
        try:
            answer = peers.answer(json.loads(line))
        except Exception as error:  # a peer that cannot do a case must not end the run
            answer = {"missing": f"{type(error).__name__}: {error}"[:300]}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    command, target = sys.argv[1:3]
    {"make": make, "serve": serve}[command](Path(target))
