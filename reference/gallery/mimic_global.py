# /// script
# requires-python = ">=3.10,<3.11"
# dependencies = [
#   "numpy==1.26.4",
#   "pandas==1.5.3",
#   "scipy==1.15.3",
#   "scikit-learn==1.7.2",
#   "shap==0.44.0",
#   "numba==0.68.1",
#   "lightgbm==4.5.0",
#   "interpret-community==0.31.0",
#   "interpret-core==0.5.0",
#   "ml-wrappers==0.5.6",
#   "raiutils==0.4.2",
#   "setuptools==79.0.1",
# ]
# ///
"""Writes public/gallery/mimic-global.limpid: a surrogate's global importance and nothing else, as saved without local values.

Data: Wine recognition (Aeberhard & Forina 1992), UCI, CC BY 4.0, the copy inside scikit-learn 1.7.2.
Model: scikit-learn 1.7.2 support vector machine, seed 0. Explanation: MimicExplainer of interpret-community 0.31.0 with a LightGBM
4.5.0 surrogate, asked for its global importance without evaluation rows: the number of splits on each feature.
"""

import importlib.metadata

import numpy as np
from interpret_community.mimic.mimic_explainer import MimicExplainer
from interpret_community.mimic.models import LGBMExplainableModel
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import common
from common import limpid_file

SEED = 0
CLASSES = ["cultivar 1", "cultivar 2", "cultivar 3"]


def main():
    data = load_wine()
    features = [str(name) for name in data.feature_names]
    x, y = data.data, data.target
    train, test = train_test_split(np.arange(len(y)), test_size=0.3, random_state=SEED, stratify=y)
    model = make_pipeline(StandardScaler(), SVC(probability=True, random_state=SEED)).fit(x[train], y[train])

    parameters = {"n_jobs": 1, "random_state": SEED, "deterministic": True, "min_child_samples": 5, "verbosity": -1}
    explainer = MimicExplainer(
        model, x[train], LGBMExplainableModel, features=features, classes=CLASSES, augment_data=False, explainable_model_args=parameters
    )
    importance = np.array(explainer.explain_global(include_local=False).global_importance_values, dtype=float)
    surrogate = np.asarray(explainer.surrogate_model.predict(x)).ravel()
    predicted = model.predict(x)
    agreement = float((surrogate == predicted)[test].mean())
    splits = explainer.surrogate_model.model.booster_.feature_importance("split")
    assert np.array_equal(importance, splits), "interpret-community no longer gives split counts here"

    study = limpid_file.StudyBuilder(
        "mimic-global",
        "Wine mimic (global only)",
        "Which measurements matter to a support vector machine that tells wines of three cultivars apart, as a surrogate of trees saw it.",
        "wine.csv",
        len(y),
        notes=(
            "Only the global importance was saved: no local values and no model file. "
            f"The model was trained on {len(train)} of the {len(y)} rows (column “part”), and the surrogate on the model's answers for them."
        ),
    )
    for j, name in enumerate(features):
        study.numeric(name, x[:, j])
    target_column = study.categorical("cultivar", [CLASSES[c] for c in y], CLASSES, role="target")
    part = np.full(len(y), "test", dtype=object)
    part[train] = "train"
    study.categorical("part", part, ["train", "test"], role="ignored")
    study.classification("cultivar", CLASSES)
    study.target(y, target_column)
    # Platt-scaled probabilities of an SVM need not agree with its labels, so the labels are stored as the model gives them.
    study.predictions(np.float32(model.predict_proba(x)), predicted, "probability", "file")
    version = importlib.metadata.version("interpret-community")
    study.explanation(
        "mimic",
        "mimic (LightGBM)",
        "imported",
        "raw",
        range(len(features)),
        "none",
        {"kind": "surrogate", "fidelity": {"metric": "accuracy", "value": agreement, "nRows": len(test)}},
        {
            "explainer": f"interpret-community {version}",
            "semantics": f"interpret-community {version}",
            "parameters": {
                "explainer": "MimicExplainer",
                "surrogate": f"LightGBM {importlib.metadata.version('lightgbm')}",
                "fidelity": "share of the held-out rows where surrogate and model give the same class",
            },
            "seed": SEED,
            "source": "reference/gallery/mimic_global.py",
        },
        saved=(importance, "split count", False),
    )
    study.finding(
        "info",
        "global-only",
        "The explanation holds one importance for each feature and no values for single rows: it counts the splits of the surrogate's trees.",
        fix="Explain rows with include_local=True and open that explanation for values of single rows.",
    )
    path = study.write(common.GALLERY / "mimic-global.limpid")

    known = common.classes_of(np.float32(model.predict_proba(x)))
    print("labels unlike the largest probability:", int((known != predicted).sum()), "fidelity", agreement, path.stat().st_size)
    probabilities = model.predict_proba(x)
    common.write_json(
        common.EXPECTED / "mimic-global.json",
        {
            "id": "mimic-global",
            "rows": len(y),
            "task": "multiclass",
            "classLabels": CLASSES,
            "predictionSpace": "probability",
            "explanations": [
                {
                    "id": "mimic",
                    "name": "mimic (LightGBM)",
                    "featureSpace": "raw",
                    "space": "none",
                    "explained": 0,
                    "features": len(features),
                    "fidelity": {"metric": "accuracy", "value": agreement, "nRows": len(test)},
                    "saved": {"meaning": "split count", "values": {n: float(v) for n, v in zip(features, importance)}},
                    "topFeatures": common.ranked(features, importance, 8),
                }
            ],
            "predictions": [
                {
                    "row": r,
                    "prediction": [float(v) for v in np.float32(probabilities[r])],
                    "probabilities": [float(v) for v in np.float32(probabilities[r])],
                    "predictedClass": int(predicted[r]),
                }
                for r in (0, 1, 60, 130, len(y) - 1)
            ],
            "edits": [],
            "ice": [],
        },
    )
    common.list_in_gallery(
        path,
        "A surrogate of trees ranks 13 measurements of 178 wines for a support vector machine: only this global importance, no values for single rows.",
        importance,
        features,
        0,
    )


if __name__ == "__main__":
    main()
