# /// script
# requires-python = ">=3.10,<3.12"
# dependencies = ["alibi==0.9.6", "click==8.1.8", "numpy==1.26.4", "onnxruntime==1.20.1"]
# ///
"""alibi's AnchorTabular beside Limpid: as peers.py, but with the older Python and numpy that alibi needs.

    uv run peers_alibi.py serve FOLDER    (FOLDER is what `peers.py make` wrote)

A request is {"peer": "alibi anchors", "model", "rows"}; the answer {"us": median wall microseconds of a row, "cpu": mean CPU of
this thread, "runs": rows, "precision", "coverage": means of alibi's own figures} or {"missing": why}. Default settings, threshold 0.95; rows are
explained one by one; the search draws from the first 20,000 background rows.
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


class Anchors:
    def __init__(self, folder):
        self.folder = folder
        self.facts = json.loads((folder / "facts.json").read_text())
        self.ready = {}

    def rows(self, model, name):
        width = len(self.facts["columns"][model.split("_")[0]])
        return np.fromfile(self.folder / f"{model.split('_')[0]}.{name}", np.float32).reshape(-1, width)

    def explainer(self, model):
        import onnxruntime as ort
        from alibi.explainers import AnchorTabular

        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        run = ort.InferenceSession(str(self.folder / f"{model}.onnx"), options, providers=["CPUExecutionProvider"])
        decide = lambda x: (run.run(None, {"X": np.ascontiguousarray(x, dtype=np.float32)})[0][:, 0] > 0.5).astype(int)
        columns = self.facts["columns"][model.split("_")[0]]
        names = [column["name"] for column in columns]
        categories = {i: [str(code) for code in range(c["categories"])] for i, c in enumerate(columns) if c["categories"]}
        explainer = AnchorTabular(decide, names, categorical_names=categories, seed=SEED)
        explainer.fit(self.rows(model, "background").astype(np.float64), disc_perc=(25, 50, 75))
        return explainer

    def answer(self, request):
        if request["peer"] != "alibi anchors":
            raise KeyError(f"there is no peer {request['peer']}")
        model = request["model"]
        if model not in self.ready:
            self.ready[model] = self.explainer(model)
        walls, cpus, precisions, coverages = [], [], [], []
        for row in self.rows(model, "rows")[: request["rows"]].astype(np.float64):
            wall, cpu = time.perf_counter(), time.thread_time()
            found = self.ready[model].explain(row, threshold=0.95)
            walls.append(time.perf_counter() - wall)
            cpus.append(time.thread_time() - cpu)
            precisions.append(float(np.mean(found.precision)))
            coverages.append(float(np.mean(found.coverage)))
        return {
            "us": 1e6 * float(np.median(walls)),
            "cpu": 1e6 * float(np.mean(cpus)),
            "runs": len(walls),
            "precision": float(np.mean(precisions)),
            "coverage": float(np.mean(coverages)),
        }


def serve(folder):
    import logging
    import warnings

    import alibi

    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    anchors = Anchors(folder)
    print(json.dumps({"ready": True, "versions": {"alibi": alibi.__version__, "python (alibi)": sys.version.split()[0]}}), flush=True)
    for line in sys.stdin:
        try:
            answer = anchors.answer(json.loads(line))
        except Exception as error:  # a peer that cannot do a case must not end the run
            answer = {"missing": f"{type(error).__name__}: {error}"[:300]}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    command, target = sys.argv[1:3]
    {"serve": serve}[command](Path(target))
