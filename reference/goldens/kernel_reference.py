# /// script
# requires-python = "==3.12.*"
# dependencies = [
#   "numpy==2.4.6", "pandas==2.3.3", "scikit-learn==1.9.1", "scipy==1.18.1", "shap==0.51.0",
#   "onnx==1.23.2", "onnxruntime==1.31.1", "skl2onnx==1.20.0", "protobuf==6.33.6",
# ]
# ///
"""Kernel SHAP as shap 0.51.0 computes it, sampling included: src/explainers/golden/shap-kernel-*.json with shap-sampled.onnx.

Seeds: 6101 (model and rows), 11 (numpy's global generator, set before each row). The explained function is ONNX Runtime on the
float32 file. PermutationExplainer: games of at most second order and small M, where it is exact.
"""

from __future__ import annotations

import warnings

import numpy as np
import onnx
import onnxruntime as ort
import shap
import skl2onnx
import sklearn
from skl2onnx import to_onnx
from sklearn.datasets import load_breast_cancer
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from golden import ROOT, TOLERANCE_RULE, brute_force, dyadic, relative, save_onnx, scores_function, versions, write_json

warnings.filterwarnings("ignore")
HOME = ROOT / "src/explainers/golden"
SEED, NUMPY_SEED = 6101, 11


def main():
    raw = load_breast_cancer(as_frame=True)
    names = list(raw.feature_names[:15])
    x, y = dyadic(raw.frame[names].to_numpy()), raw.target.to_numpy()
    model = make_pipeline(StandardScaler(), MLPClassifier((10,), alpha=0.5, max_iter=200, random_state=SEED)).fit(x, y)
    data = save_onnx(HOME / "shap-sampled.onnx", to_onnx(model, np.zeros((1, 15), np.float32), options={"zipmap": False}, target_opset={"": 18, "ai.onnx.ml": 3}))
    f = scores_function(data, "probabilities", "binary")
    order = np.random.default_rng(SEED).permutation(len(x))
    rows, background = x[order[20:24]].copy(), x[order[:20]].copy()
    # np.isclose: column 3 of row 1 is close to a background that does not vary, column 4 of row 2 equals it.
    background[:, 3] = 1024.0
    rows[:, 3] = [1024.0, 1024.0078125, 1100.0, 1024.0]

    def write(case, values, base, description, **more):
        write_json(
            HOME / f"{case}.json",
            {
                "library": "shap KernelExplainer",
                "versions": versions(np, sklearn, shap, skl2onnx, onnx, ort),
                "seed": SEED,
                "tolerance": {"rule": TOLERANCE_RULE, "values": 2e-5, "baseValues": 2e-5, "predictions": 2e-6},
                "description": description,
                "explainer": "kernel-shap",
                "numpySeed": NUMPY_SEED,
                "model": "shap-sampled.onnx",
                "task": "binary",
                "outputNames": ["1"],
                "output": "probabilities",
                "space": "probability",
                "featureNames": names,
                **more,
                "rows": rows,
                "background": background,
                "values": values,
                "baseValues": base,
                "predictions": f(rows),
            },
        )
        print(case, np.abs(values).max(), np.count_nonzero(values, axis=2))

    explainer = shap.KernelExplainer(f, background)

    def run(nsamples, l1):
        out = []
        for row in rows:
            np.random.seed(NUMPY_SEED)
            got = np.asarray(explainer.shap_values(row[None], nsamples=nsamples, l1_reg=l1, silent=True))
            out.append(got[0, :, 0] if got.ndim == 3 else got[0])
        return np.stack(out)[None]

    base = np.atleast_1d(explainer.expected_value)
    write("shap-kernel-none", run("auto", False), base, "15 features, shap's default number of samples, no l1.", l1="none", budget=0)
    write("shap-kernel-few", run(300, False), base, "300 samples, no l1.", l1="none", budget=300)
    write("shap-kernel-default", run("auto", "num_features(10)"), base, "shap's defaults: 10 features on a LARS path.", l1="num_features(10)", budget=0)
    write("shap-kernel-keep", run(700, "num_features(6)"), base, "6 features on a LARS path, 700 samples.", l1="num_features(6)", budget=700)
    write("shap-kernel-auto", run("auto", "auto"), base, "Features by AIC.", l1="auto", budget=0)

    def permutation(case, description, rows_, background_, g, expected, base_, model_file, task, **more):
        write_json(
            HOME / f"{case}.json",
            {
                "library": "shap PermutationExplainer",
                "versions": versions(np, sklearn, shap, skl2onnx, onnx, ort),
                "seed": SEED,
                "tolerance": {"rule": TOLERANCE_RULE, "values": 2e-5, "baseValues": 2e-5, "predictions": 2e-6},
                "description": description,
                "explainer": "permutation-shap",
                "model": model_file,
                "task": task,
                "outputNames": ["value"],
                "space": "value",
                "featureNames": [f"x{j}" for j in range(rows_.shape[1])],
                **more,
                "rows": rows_,
                "background": background_,
                "values": expected,
                "baseValues": base_,
                "predictions": g(rows_),
            },
        )
        print(case, np.abs(expected).max())

    # A second-order game: one forward and backward pass is exact, whatever the order.
    rng = np.random.default_rng(SEED)
    matrix = np.round(rng.normal(size=(7, 7)) * 8) / 8
    xs = np.round(rng.normal(size=(18, 7)) * 8) / 8
    from onnx import TensorProto, helper, numpy_helper

    graph = helper.make_graph(
        [
            helper.make_node("MatMul", ["X", "A"], ["xa"]),
            helper.make_node("Mul", ["xa", "X"], ["xax"]),
            helper.make_node("ReduceSum", ["xax", "axis"], ["variable"], keepdims=1),
        ],
        "shap-pairs",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, 7])],
        [helper.make_tensor_value_info("variable", TensorProto.FLOAT, [None, 1])],
        [numpy_helper.from_array(matrix.astype(np.float32), "A"), numpy_helper.from_array(np.array([1], dtype=np.int64), "axis")],
    )
    pairs = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    pairs.ir_version = 8
    g = scores_function(save_onnx(HOME / "shap-pairs.onnx", pairs), "variable", "all")
    rows_, background_ = xs[12:], xs[:12]
    masker = shap.maskers.Independent(background_, 100)
    np.random.seed(NUMPY_SEED)
    given = shap.PermutationExplainer(lambda r: g(r)[:, 0], masker)(rows_, max_evals=15, silent=True)
    exact = np.stack([brute_force(g, row, background_)[0] for row in rows_], axis=1)
    print("PermutationExplainer against brute force", relative(given.values[None], exact))
    permutation("shap-permutation-pairs", "A quadratic form of 7 features: one permutation is exact.", rows_, background_, g, given.values[None],
                np.atleast_1d(given.base_values[0]), "shap-pairs.onnx", "regression", maxEvals=15)


if __name__ == "__main__":
    main()
