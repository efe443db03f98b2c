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
"""Writes public/gallery/penguins.limpid: a random forest on the Palmer penguins, three species, explained in probability space.

Data: palmerpenguins (Gorman, Williams & Fraser 2014), CC0 1.0, the copy inside the npm package vega-datasets 3.2.1.
Model: scikit-learn 1.5.2, seed 0, exported by skl2onnx 1.17.0 with its default ZipMap, which is then removed.
Explanation: shap 0.46.0, path-dependent, summed over the one-hot columns of each raw column.
"""

import json

import numpy as np
import pandas as pd
import shap
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from skl2onnx.common.data_types import FloatTensorType, StringTensorType

import common
import sources
from common import limpid_file

SEED = 0
NUMBERS = ["Beak Length (mm)", "Beak Depth (mm)", "Flipper Length (mm)", "Body Mass (g)"]
TEXTS = ["Island", "Sex"]
IDENTIFIERS = {
    "Island": "island",
    "Beak Length (mm)": "beak_length",
    "Beak Depth (mm)": "beak_depth",
    "Flipper Length (mm)": "flipper_length",
    "Body Mass (g)": "body_mass",
    "Sex": "sex",
}
FILE = "penguins.json"


def main():
    data = pd.DataFrame(json.loads(sources.raw_file(sources.PENGUINS)))
    features = list(IDENTIFIERS)
    classes = sorted(data["Species"].unique())
    y = data["Species"].map(classes.index).to_numpy()
    train, test = train_test_split(np.arange(len(data)), test_size=0.3, random_state=SEED, stratify=y)

    x = data[features].rename(columns=IDENTIFIERS)
    numbers, strings = [IDENTIFIERS[c] for c in NUMBERS], [IDENTIFIERS[c] for c in TEXTS]
    x = x.astype({c: np.float32 for c in numbers})
    x[strings] = x[strings].fillna("")
    columns = ColumnTransformer(
        [
            ("number", SimpleImputer(strategy="median"), numbers),
            ("category", OneHotEncoder(handle_unknown="ignore", sparse_output=False), strings),
        ]
    )
    forest = RandomForestClassifier(n_estimators=50, max_depth=5, random_state=SEED)
    model = make_pipeline(columns, forest).fit(x.iloc[train], data["Species"].iloc[train])
    types = [(c, FloatTensorType([None, 1]) if c in numbers else StringTensorType([None, 1])) for c in x.columns]
    exported = common.export(model, initial_types=types, name="penguins")
    assert any(n.op_type == "ZipMap" for n in exported.graph.node)
    onnx_model = common.remove_zipmap(exported)

    study = limpid_file.StudyBuilder(
        "penguins",
        "Penguins",
        "A random forest that tells three species of penguins apart by their measurements, island and sex.",
        FILE,
        len(data),
        notes=f"Trained on {len(train)} of the {len(data)} rows (column “part”); the rest was held out.",
    )
    for name in features:
        if name in NUMBERS:
            study.numeric(name, data[name].astype(float))
        else:
            study.categorical(name, [None if pd.isna(v) else v for v in data[name]], sorted(data[name].dropna().unique()))
    target_column = study.categorical("Species", data["Species"], classes, role="target")
    part = np.full(len(data), "test", dtype=object)
    part[train] = "train"
    study.categorical("part", part, ["train", "test"], role="ignored")
    study.classification("Species", classes)
    study.target(y, target_column)
    bindings = [{"input": IDENTIFIERS[name], "features": [j]} for j, name in enumerate(features)]
    signature = common.signature_of(onnx_model, "multiclass", classes, "probability")
    study.model("penguins.onnx", onnx_model.SerializeToString(), signature, range(len(features)), bindings)
    scores = common.run_onnx(onnx_model, {c: x[[c]].to_numpy() for c in x.columns})
    study.predictions(scores, common.classes_of(scores), "probability", "model")

    encoder = columns.named_transformers_["category"]
    origin = [features.index(c) for c in NUMBERS]
    for name, values in zip(TEXTS, encoder.categories_):
        origin += [features.index(name)] * len(values)
    explainer = shap.TreeExplainer(forest)
    by_column = np.moveaxis(explainer.shap_values(np.float32(columns.transform(x)), check_additivity=False), 2, 0)
    local = np.float32(common.sum_by_origin(by_column, origin, len(features)))
    base = np.ravel(explainer.expected_value)
    study.explanation(
        "tree-raw",
        "Tree SHAP",
        "tree-path-dependent",
        "raw",
        range(len(features)),
        "probability",
        common.measured(local, base, scores),
        {
            "explainer": f"shap {shap.__version__}",
            "semantics": f"shap {shap.__version__}",
            "parameters": {"covers": "from training", "one-hot columns": "values summed over the columns made from one raw column"},
            "source": "reference/gallery/penguins.py",
        },
        rows=np.arange(len(data)),
        local=local,
        base=base,
    )
    no_sex = int(data["Sex"].isna().sum())
    study.finding(
        "info",
        "blanks-as-text",
        f"{no_sex} of {len(data)} cells of Sex are blank; the model receives an empty text, which is a category of its own.",
        place={"file": FILE, "at": "column Sex"},
    )
    odd = np.flatnonzero(data["Sex"] == ".")
    study.finding(
        "warning",
        "odd-value",
        f"{len(odd)} cell of Sex holds “.” (row {int(odd[0]) + 1} of the file); it is kept as a value of its own, as the model was trained with it.",
        fix="Treat it as blank in the data and train again, if it means “unknown”.",
        place={"file": FILE, "at": f"row {int(odd[0]) + 1}, column Sex"},
    )
    unmeasured = int(data[NUMBERS].isna().all(axis=1).sum())
    study.finding(
        "info",
        "blanks-imputed",
        f"{unmeasured} rows have no measurements; the model itself fills them with the medians of its training rows.",
        place={"file": FILE, "at": "columns " + ", ".join(NUMBERS)},
    )
    path = study.write(common.GALLERY / "penguins.limpid")

    run = common.verify(path)
    accuracy = float((run.array("predictions/classes.npy") == y)[test].mean())
    print("test accuracy", accuracy, "ONNX against scikit-learn", np.abs(model.predict_proba(x) - scores).max())
    print([(e["id"], e["badge"]) for e in run.manifest["explanations"]], path.stat().st_size)
    blank_row = int(np.flatnonzero(data[NUMBERS].isna().all(axis=1))[0])
    edits = [("Flipper Length (mm)", 215), ("Island", "Biscoe")]
    common.write_expected(path, [0, blank_row, 160, 230, len(data) - 1], 0, edits, (230, "Beak Length (mm)"))
    common.list_in_gallery(
        path,
        "A random forest tells three species of penguins apart: all 344 birds, blanks included, each with Tree SHAP values for every species.",
        common.mean_abs(local),
        features,
        len(data),
    )


if __name__ == "__main__":
    main()
