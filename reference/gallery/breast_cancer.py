# /// script
# requires-python = ">=3.11,<3.13"
# dependencies = [
#   "numpy==1.26.4",
#   "pandas==2.2.3",
#   "scipy==1.17.1",
#   "scikit-learn==1.5.2",
#   "shap==0.46.0",
#   "numba==0.68.1",
#   "skl2onnx==1.17.0",
#   "onnx==1.16.2",
#   "onnxconverter-common==1.16.0",
#   "protobuf==4.25.5",
#   "onnxruntime==1.19.2",
#   "pip==24.3.1",
# ]
# ///
"""Writes public/gallery/breast-cancer.limpid: a random forest on 30 measurements, in one matrix input, explained by shap.

Data: Breast Cancer Wisconsin (Diagnostic) (Wolberg, Mangasarian, Street & Street 1993), UCI, CC BY 4.0, the copy inside scikit-learn 1.5.2.
Model: scikit-learn 1.5.2, seed 0, exported by skl2onnx 1.17.0. Explanation: shap 0.46.0, path-dependent, probability of "malignant".
"""

import numpy as np
import shap
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
from skl2onnx.common.data_types import FloatTensorType

import common
from common import limpid_file

SEED = 0
CLASSES = ["benign", "malignant"]
INPUT = "X"


def main():
    data = load_breast_cancer()
    features = [str(name) for name in data.feature_names]
    x = np.float32(data.data)
    y = 1 - data.target  # scikit-learn counts benign as 1; here class 1 is the finding that matters
    train, test = train_test_split(np.arange(len(y)), test_size=0.3, random_state=SEED, stratify=y)
    forest = RandomForestClassifier(n_estimators=100, max_depth=6, random_state=SEED).fit(x[train], y[train])
    onnx_model = common.export(
        forest,
        initial_types=[(INPUT, FloatTensorType([None, len(features)]))],
        options={id(forest): {"zipmap": False}},
        name="breast-cancer",
    )

    study = limpid_file.StudyBuilder(
        "breast-cancer",
        "Breast cancer",
        "A random forest that tells malignant from benign breast tumours by 30 measurements of cell nuclei.",
        "breast_cancer.csv",
        len(y),
        notes=f"Trained on {len(train)} of the {len(y)} rows (column “part”); the rest was held out.",
    )
    for j, name in enumerate(features):
        study.numeric(name, data.data[:, j])
    target_column = study.categorical("diagnosis", [CLASSES[c] for c in y], CLASSES, role="target")
    part = np.full(len(y), "test", dtype=object)
    part[train] = "train"
    study.categorical("part", part, ["train", "test"], role="ignored")
    study.classification("diagnosis", CLASSES)
    study.target(y, target_column)
    signature = common.signature_of(onnx_model, "binary", ["0", "1"], "probability")
    bindings = [{"input": INPUT, "features": list(range(len(features)))}]
    study.model("breast-cancer.onnx", onnx_model.SerializeToString(), signature, range(len(features)), bindings)
    scores = common.run_onnx(onnx_model, {INPUT: x})
    predictions = scores[:, 1:]
    study.predictions(predictions, common.classes_of(predictions), "probability", "model")

    explainer = shap.TreeExplainer(forest)
    local = np.float32(explainer.shap_values(x, check_additivity=False)[:, :, 1])[None]
    base = [np.ravel(explainer.expected_value)[1]]
    study.explanation(
        "tree",
        "Tree SHAP",
        "tree-path-dependent",
        "raw",
        range(len(features)),
        "probability",
        common.measured(local, base, predictions),
        {
            "explainer": f"shap {shap.__version__}",
            "semantics": f"shap {shap.__version__}",
            "parameters": {"covers": "from training"},
            "source": "reference/gallery/breast_cancer.py",
        },
        rows=np.arange(len(y)),
        local=local,
        base=base,
    )
    study.finding(
        "info",
        "labels-renamed",
        "The model's labels are 0 and 1; they are shown as “benign” and “malignant”.",
        place={"file": "breast-cancer.onnx", "at": "output label"},
    )
    path = study.write(common.GALLERY / "breast-cancer.limpid")

    run = common.verify(path)
    accuracy = float((run.array("predictions/classes.npy") == y)[test].mean())
    print("test accuracy", accuracy, "ONNX against scikit-learn", np.abs(forest.predict_proba(x) - scores).max())
    print([(e["id"], e["badge"]) for e in run.manifest["explanations"]], path.stat().st_size)
    uncertain = int(np.abs(predictions[:, 0] - 0.5).argmin())
    edits = [("worst perimeter", 140), ("worst concave points", 0.2), ("mean texture", 30)]
    common.write_expected(path, [0, 1, 19, uncertain, len(y) - 1], uncertain, edits, (uncertain, "worst area"))
    common.list_in_gallery(
        path,
        "A random forest tells malignant from benign tumours by 30 measurements in one matrix input: 569 patients, each with Tree SHAP values in probability.",
        common.mean_abs(local),
        features,
        len(y),
    )


if __name__ == "__main__":
    main()
