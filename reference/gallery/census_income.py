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
"""Writes public/gallery/census-income.limpid: boosted trees on the UCI Adult census data, explained in two feature spaces.

Data: Adult (Becker & Kohavi 1996), UCI Machine Learning Repository, CC BY 4.0, the copy inside the PyPI package xai 0.3.0.
Model: scikit-learn 1.5.2, seed 0, exported by skl2onnx 1.17.0. Explanations: the definition (raw), shap 0.46.0 (one-hot).
"""

import io

import numpy as np
import pandas as pd
import shap
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from skl2onnx.common.data_types import FloatTensorType, StringTensorType

import common
import sources
from common import limpid_file
from shapley import by_enumeration, interventional

SEED = 0
TABLE_ROWS, ENGINEERED_ROWS, BACKGROUND_ROWS = 5000, 1000, 100
NUMBERS = ["age", "education-num", "capital-gain", "capital-loss", "hours-per-week"]
# The package renames these three; the names of the original data set are restored.
ORIGINAL_NAMES = {"ethnicity": "race", "gender": "sex", "loan": "income"}
BLANK = "?"
FILE = "adult.csv"


def load():
    raw = sources.raw_file(sources.CENSUS)
    data = pd.read_csv(io.BytesIO(raw), index_col=0, skipinitialspace=True, keep_default_na=False)
    return data.rename(columns=ORIGINAL_NAMES)


def main():
    data = load()
    features = [c for c in data.columns if c != "income"]
    texts = [c for c in features if c not in NUMBERS]
    classes = sorted(data["income"].unique())
    y = data["income"].map(classes.index).to_numpy()
    train, held = train_test_split(np.arange(len(data)), test_size=TABLE_ROWS, random_state=SEED, stratify=y)

    identifier = {c: c.replace("-", "_") for c in features}
    x = data[features].rename(columns=identifier)
    numbers, strings = [identifier[c] for c in NUMBERS], [identifier[c] for c in texts]
    x = x.astype({c: np.float32 for c in numbers})
    columns = ColumnTransformer(
        # Numbers are not scaled: a scaler in float32 moves values off the thresholds that they lie on.
        [
            ("number", SimpleImputer(strategy="median"), numbers),
            ("category", OneHotEncoder(handle_unknown="ignore", sparse_output=False), strings),
        ]
    )
    forest = GradientBoostingClassifier(n_estimators=120, max_depth=4, learning_rate=0.15, min_samples_leaf=20, random_state=SEED)
    model = make_pipeline(columns, forest).fit(x.iloc[train], data["income"].iloc[train])

    types = [(c, FloatTensorType([None, 1]) if c in numbers else StringTensorType([None, 1])) for c in x.columns]
    options = {id(forest): {"zipmap": False}}
    onnx_model = common.export(model, initial_types=types, options=options, name="census")

    n_train = len(train)
    study = limpid_file.StudyBuilder(
        "census-income",
        "Census income",
        "Gradient-boosted trees that predict whether a person earned more than 50,000 dollars, on 5,000 people held out from the 1994 US census.",
        FILE,
        TABLE_ROWS,
        notes=(
            f"Trained on the other {n_train:,} rows of the copy of UCI Adult in the package xai 0.3.0, which leaves out fnlwgt and native-country. "
            "The columns race, sex and income carry their original names again (the package calls them ethnicity, gender and loan)."
        ),
    )
    table = data.iloc[held].reset_index(drop=True)
    for name in features:
        if name in NUMBERS:
            study.numeric(name, table[name])
            continue
        labels = sorted(v for v in data[name].unique() if v != BLANK)
        study.categorical(name, [None if v == BLANK else v for v in table[name]], labels, missing_text=BLANK if BLANK in set(data[name]) else "")
    target_column = study.categorical("income", table["income"], classes, role="target")
    study.classification("income", classes)
    study.target(y[held], target_column)

    signature = common.signature_of(onnx_model, "binary", classes, "probability")
    bindings = [{"input": identifier[name], "features": [j]} for j, name in enumerate(features)]
    study.model("census-income.onnx", onnx_model.SerializeToString(), signature, range(len(features)), bindings)

    # What the trees see: numbers without blanks, then one 0/1 column for each text.
    engineered = np.float32(columns.transform(x.iloc[held]))
    encoder = columns.named_transformers_["category"]
    engineered_names = [f"{c} (imputed)" for c in NUMBERS]
    origin = [features.index(c) for c in NUMBERS]
    for name, values in zip(texts, encoder.categories_):
        engineered_names += [f"{name} = {v}" for v in values]
        origin += [features.index(name)] * len(values)
    engineered_columns = [study.numeric(n, engineered[:, j], role="engineered") for j, n in enumerate(engineered_names)]

    trees = [t[0].tree_ for t in forest.estimators_]
    prior = float(forest._raw_predict_init(engineered[:1])[0, 0])
    background = engineered[:BACKGROUND_ROWS]
    raw_values, raw_sum = interventional(trees, forest.learning_rate, engineered, background, origin)
    enumerated = by_enumeration(forest.decision_function, engineered[0], background, origin)
    assert np.abs(raw_values[0] - enumerated).max() < 1e-9, "two ways to the definition differ"
    own_values, own_sum = interventional(trees, forest.learning_rate, engineered[:ENGINEERED_ROWS], background, range(len(origin)))
    explainer = shap.TreeExplainer(forest, data=background, feature_perturbation="interventional", model_output="raw")
    shap_values = explainer.shap_values(engineered[:ENGINEERED_ROWS], check_additivity=False)
    assert np.abs(shap_values - own_values).max() < 1e-6, "shap differs from the definition"
    assert abs(np.ravel(explainer.expected_value)[0] - own_sum - prior) < 1e-9

    path = common.GALLERY / "census-income.limpid"
    predictions = common.run_onnx(onnx_model, {c: x[[c]].iloc[held].to_numpy() for c in x.columns})[:, 1:]
    study.predictions(predictions, common.classes_of(predictions), "probability", "model")
    parameters = {"background": f"rows 1 to {BACKGROUND_ROWS} of the table", "model output": "log-odds"}
    raw_local, raw_base = np.float32(raw_values)[None], [raw_sum + prior]
    study.explanation(
        "tree-raw",
        "Tree SHAP",
        "tree-interventional",
        "raw",
        range(len(features)),
        "log-odds",
        common.measured(raw_local, raw_base, predictions, common.expit),
        {
            "explainer": "the definition, computed over the trees",
            "semantics": "definition",
            "parameters": {**parameters, "one-hot columns": "all columns made from one raw column are one player"},
            "backgroundRows": BACKGROUND_ROWS,
            "source": "reference/gallery/census_income.py",
        },
        rows=np.arange(TABLE_ROWS),
        local=raw_local,
        base=raw_base,
    )
    shap_local, shap_base = np.float32(shap_values)[None], np.ravel(explainer.expected_value)
    study.explanation(
        "tree-engineered",
        "Tree SHAP on one-hot columns",
        "tree-interventional",
        "engineered",
        engineered_columns,
        "log-odds",
        common.measured(shap_local, shap_base, predictions[:ENGINEERED_ROWS], common.expit),
        {
            "explainer": f"shap {shap.__version__}",
            "semantics": f"shap {shap.__version__}",
            "parameters": {**parameters, "one-hot columns": "each column is a player"},
            "backgroundRows": BACKGROUND_ROWS,
            "source": "reference/gallery/census_income.py",
        },
        rows=np.arange(ENGINEERED_ROWS),
        local=shap_local,
        base=shap_base,
    )
    for name in texts:
        blanks = int((table[name] == BLANK).sum())
        if blanks:
            study.finding(
                "info",
                "blanks-as-text",
                f"{blanks} of {TABLE_ROWS:,} cells of {name} hold “{BLANK}” and are shown as missing; "
                f"the model receives the text “{BLANK}”, which is a category of its own (one-hot column “{name} = {BLANK}”).",
                place={"file": FILE, "at": f"column {name}"},
            )
    study.write(path)

    run = common.verify(path)
    native = model.predict_proba(x.iloc[held])[:, 1]
    accuracy = float((run.array("predictions/classes.npy") == y[held]).mean())
    print("accuracy", accuracy, "ONNX against scikit-learn", np.abs(native - predictions[:, 0]).max())
    print([(e["id"], e["badge"]) for e in run.manifest["explanations"]], path.stat().st_size, "model", len(onnx_model.SerializeToString()))
    edit_row = int(np.flatnonzero((table["education"] == "HS-grad") & (table["marital-status"] == "Never-married"))[0])
    blank_row = int(np.flatnonzero(table["workclass"] == BLANK)[0])
    edits = [("age", 61), ("education-num", 14), ("marital-status", "Married-civ-spouse")]
    common.write_expected(path, [0, 1, 2, blank_row, TABLE_ROWS - 1], edit_row, edits, (edit_row, "hours-per-week"))
    common.list_in_gallery(
        path,
        "Boosted trees guess from census answers who earned more than 50,000 dollars: 5,000 people, each with its Tree SHAP values, "
        "and 1,000 of them also on the one-hot columns.",
        common.mean_abs(raw_local),
        features,
        TABLE_ROWS,
    )


if __name__ == "__main__":
    main()
