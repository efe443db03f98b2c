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
"""Writes public/gallery/cars.limpid: a random forest that predicts how far cars of 1970 to 1982 go on a gallon.

Data: the StatLib "cars" set (Ramos & Donoho, ASA Data Exposition 1983), the copy inside the npm package vega-datasets 3.2.1.
Model: scikit-learn 1.5.2, seed 0, exported by skl2onnx 1.17.0. Explanation: the definition (interventional, raw columns).
"""

import json

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType

import common
import sources
from common import limpid_file
from shapley import by_enumeration, interventional

SEED = 0
BACKGROUND_ROWS = 100
FEATURES = ["Cylinders", "Displacement", "Horsepower", "Weight_in_lbs", "Acceleration", "Year", "Origin"]
WHOLE = ["Cylinders", "Year"]  # int64 inputs; the other numbers are float
FILE = "cars.json"


def main():
    data = pd.DataFrame(json.loads(sources.raw_file(sources.CARS)))
    data["Year"] = data["Year"].str.slice(0, 4).astype(np.int64)
    y = data["Miles_per_Gallon"].to_numpy(dtype=float)
    known = np.flatnonzero(~np.isnan(y))
    train, test = train_test_split(known, test_size=0.3, random_state=SEED)

    numbers = [c for c in FEATURES if c not in WHOLE and c != "Origin"]
    x = data[FEATURES].astype({c: np.float32 for c in numbers})
    columns = ColumnTransformer(
        # Numbers are not scaled: a scaler in float32 moves values off the thresholds that they lie on.
        [
            ("number", SimpleImputer(strategy="median"), numbers),
            ("whole", "passthrough", WHOLE),
            ("category", OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["Origin"]),
        ]
    )
    forest = RandomForestRegressor(n_estimators=60, max_depth=7, min_samples_leaf=3, random_state=SEED)
    model = make_pipeline(columns, forest).fit(x.iloc[train], y[train])
    kinds = {**{c: FloatTensorType for c in numbers}, **{c: Int64TensorType for c in WHOLE}, "Origin": StringTensorType}
    types = [(c, kinds[c]([None, 1])) for c in FEATURES]
    onnx_model = common.export(model, initial_types=types, name="cars")

    study = limpid_file.StudyBuilder(
        "cars",
        "Cars",
        "A random forest that predicts the miles per gallon of cars built from 1970 to 1982.",
        FILE,
        len(data),
        notes=f"Trained on {len(train)} of the {len(data)} rows (column “part”); rows of which the target is unknown are neither train nor test.",
    )
    feature_columns = []
    for name in FEATURES:
        if name == "Origin":
            feature_columns.append(study.categorical(name, data[name], sorted(data[name].unique())))
        else:
            feature_columns.append(study.numeric(name, data[name].astype(float)))
    target_column = study.numeric("Miles_per_Gallon", y, role="target")
    study.categorical("Name", data["Name"], list(dict.fromkeys(data["Name"])), role="id")
    part = np.full(len(data), None, dtype=object)
    part[train], part[test] = "train", "test"
    study.categorical("part", part, ["train", "test"], role="ignored")
    study.regression("Miles_per_Gallon", "miles per gallon")
    study.target(y, target_column)
    signature = common.signature_of(onnx_model, "regression", [], "value")
    bindings = [{"input": name, "features": [j]} for j, name in enumerate(FEATURES)]
    study.model("cars.onnx", onnx_model.SerializeToString(), signature, feature_columns, bindings)
    predictions = common.run_onnx(onnx_model, {c: x[[c]].to_numpy() for c in FEATURES})
    study.predictions(predictions, None, "value", "model")

    origin = [FEATURES.index(c) for c in numbers + WHOLE] + [FEATURES.index("Origin")] * len(columns.named_transformers_["category"].categories_[0])
    encoded = columns.transform(x)
    background = np.random.default_rng(SEED).permutation(len(data))[:BACKGROUND_ROWS]
    values, base = interventional([t.tree_ for t in forest.estimators_], 1 / forest.n_estimators, encoded, encoded[background], origin)
    enumerated = by_enumeration(forest.predict, encoded[0], encoded[background], origin)
    assert np.abs(values[0] - enumerated).max() < 1e-9, "two ways to the definition differ"
    local = np.float32(values)[None]
    study.explanation(
        "tree-raw",
        "Tree SHAP",
        "tree-interventional",
        "raw",
        feature_columns,
        "value",
        common.measured(local, [base], predictions),
        {
            "explainer": "the definition, computed over the trees",
            "semantics": "definition",
            "parameters": {
                "background": f"{BACKGROUND_ROWS} rows of the table, drawn with the seed",
                "one-hot columns": "all columns made from one raw column are one player",
            },
            "seed": SEED,
            "backgroundRows": BACKGROUND_ROWS,
            "source": "reference/gallery/cars.py",
        },
        rows=np.arange(len(data)),
        local=local,
        base=[base],
    )
    study.finding(
        "info",
        "target-unknown",
        f"{len(data) - len(known)} cars have no Miles_per_Gallon; they are predicted and explained, and left out of scores.",
        place={"file": FILE, "at": "column Miles_per_Gallon"},
    )
    study.finding(
        "info",
        "blanks-imputed",
        f"{int(data['Horsepower'].isna().sum())} cells of Horsepower are blank; the model itself fills them with the median of its training rows.",
        place={"file": FILE, "at": "column Horsepower"},
    )
    study.finding(
        "info",
        "datetime-as-year",
        "Year holds dates that are all the first of January; it was read as the year, a whole number. The file has no 1981; cars of that year seem to stand under 1982.",
        place={"file": FILE, "at": "column Year"},
    )
    path = study.write(common.GALLERY / "cars.limpid")

    run = common.verify(path)
    error = predictions[test, 0] - y[test]
    print("test R2", 1 - (error**2).sum() / ((y[test] - y[test].mean()) ** 2).sum(), "ONNX against scikit-learn", np.abs(model.predict(x) - predictions[:, 0]).max())
    print([(e["id"], e["badge"]) for e in run.manifest["explanations"]], path.stat().st_size)
    blank_row = int(np.flatnonzero(data["Horsepower"].isna())[0])
    # The forest hardly uses Origin: the edits are made on the car for which it matters most.
    moved = run.encoded.copy()
    moved[:, FEATURES.index("Origin")] = sorted(data["Origin"].unique()).index("Japan")
    edit_row = int(np.abs(run.predict(moved)[0] - predictions).argmax())
    edits = [("Weight_in_lbs", 3600), ("Cylinders", 8), ("Year", 1972), ("Origin", "Japan")]
    common.write_expected(path, [0, int(np.flatnonzero(np.isnan(y))[0]), blank_row, 200, len(data) - 1], edit_row, edits, (edit_row, "Weight_in_lbs"))
    common.list_in_gallery(
        path,
        "A random forest predicts the miles per gallon of 406 cars from 1970 to 1982, each with its Tree SHAP values; some horsepowers and targets are blank.",
        common.mean_abs(local),
        FEATURES,
        len(data),
    )


if __name__ == "__main__":
    main()
