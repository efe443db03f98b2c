# /// script
# requires-python = "==3.12.*"
# dependencies = [
#   "numpy==2.4.6", "pandas==2.3.3", "scikit-learn==1.9.1", "scipy==1.18.1", "shap==0.51.0",
#   "onnx==1.23.2", "onnxruntime==1.31.1", "skl2onnx==1.20.0", "protobuf==6.33.6", "pip==25.3",
# ]
# ///
"""What shap 0.51.0 takes for which error, on census-like data: writes a folder that bench/kernel-convergence.ts reads.

    uv run reference/goldens/kernel_convergence.py FOLDER
    (then as bench/kernel-convergence.ts says)

Data: 12 columns of the census sample (gallery/sources.py), and two seeded ones in place of what that copy lacks: a weight that differs
for every row, and a country that is the same for nine of ten. Models: net 64 x 2, 100 boosted trees of depth 8. 100 background
rows. Exact values by all 2^14 coalitions. CPU seconds a row, one thread, best of the runs; errors are mean squared error over
mean square of the exact values, by row. Seed 7301.
"""

from __future__ import annotations

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import io
import json
import logging
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pandas as pd
import shap
from skl2onnx import to_onnx
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "gallery"))
import sources
from golden import brute_force, plain

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
SEED, ROWS, BACKGROUND, TRAINED = 7301, 12, 100, 8000


def census():
    table = pd.read_csv(io.BytesIO(sources.raw_file(sources.CENSUS)), index_col=0, skipinitialspace=True)
    y = (table["loan"] == table["loan"].unique()[-1]).to_numpy()
    x = table.drop(columns="loan").apply(lambda c: c if c.dtype.kind in "if" else c.astype("category").cat.codes)
    rng = np.random.default_rng(SEED)
    x["weight"] = np.round(np.exp(rng.normal(12, 0.5, len(x))))
    x["country"] = np.where(rng.random(len(x)) < 0.9, 38, rng.integers(0, 41, len(x)))
    return x.astype(np.float32).to_numpy(), y, list(x.columns)


def main(folder: Path):
    folder.mkdir(parents=True, exist_ok=True)
    x, y, names = census()
    order = np.random.default_rng(SEED).permutation(len(x))
    background, rows, train = x[order[:BACKGROUND]], x[order[BACKGROUND : BACKGROUND + ROWS]], order[-TRAINED:]
    models = {
        "net": make_pipeline(StandardScaler(), MLPClassifier((64, 64), max_iter=12, random_state=SEED)),
        "trees": GradientBoostingClassifier(n_estimators=100, max_depth=8, max_features=5, subsample=0.7, random_state=SEED),
    }
    for model_name, model in models.items():
        model.fit(x[train], y[train])
        data = to_onnx(model, x[:1], options={"zipmap": False}, target_opset={"": 18, "ai.onnx.ml": 3}).SerializeToString()
        (folder / f"{model_name}.onnx").write_bytes(data)
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        run = ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        evaluations = 0

        def f(r):
            nonlocal evaluations
            evaluations += len(r)
            return run.run(["probabilities"], {"X": np.ascontiguousarray(r, dtype=np.float32)})[0][:, 1].astype(np.float64)

        exact = np.stack([brute_force(lambda r: f(r)[:, None], row.astype(float), background.astype(float))[0][0] for row in rows])
        results = []

        def measure(label, explain, repeats=2):
            nonlocal evaluations
            errors, seconds = [], []
            evaluations = 0
            for seed in range(repeats):
                np.random.seed(seed)
                began = time.process_time()
                values = explain()
                seconds.append((time.process_time() - began) / ROWS)
                errors += list(((values - exact) ** 2).sum(axis=1) / (exact**2).sum(axis=1))
            results.append({"label": label, "seconds": min(seconds), "error": float(np.mean(errors)), "evaluations": evaluations / repeats / ROWS})
            print(model_name, results[-1], flush=True)

        kernel = shap.KernelExplainer(f, background.astype(float))
        for label, settings in [("default", {}), ("l1_reg=False", {"l1_reg": False}), ("l1_reg=False, nsamples=500", {"l1_reg": False, "nsamples": 500})]:
            measure(f"KernelExplainer {label}", lambda settings=settings: kernel.shap_values(rows.astype(float), silent=True, **settings))
        orders = shap.PermutationExplainer(f, shap.maskers.Independent(background.astype(float), BACKGROUND))
        measure("PermutationExplainer default", lambda: orders(rows.astype(float), silent=True).values)
        (folder / f"{model_name}.json").write_text(
            json.dumps(plain({"names": names, "rows": rows.astype(float), "background": background.astype(float), "exact": exact, "shap": results}))
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
