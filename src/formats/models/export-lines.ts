/** Python lines that turn what cannot be opened into what opens today; shown beside the error. */

export const SKLEARN_TO_ONNX = `# pip install skl2onnx
from skl2onnx import to_onnx
# X: the table the model was trained on (a pandas DataFrame with one row is enough)
onnx_model = to_onnx(model, X[:1], options={"zipmap": False})
open("model.onnx", "wb").write(onnx_model.SerializeToString())
X_test.assign(target=y_test).to_csv("table.csv", index=False)`;

export const XGBOOST_TO_ONNX = `# pip install onnxmltools xgboost
import onnxmltools
from onnxmltools.convert.common.data_types import FloatTensorType
onnx_model = onnxmltools.convert_xgboost(model, initial_types=[("features", FloatTensorType([None, n_features]))])
open("model.onnx", "wb").write(onnx_model.SerializeToString())
X_test.assign(target=y_test).to_csv("table.csv", index=False)`;

export const LIGHTGBM_TO_ONNX = `# pip install onnxmltools lightgbm
import lightgbm, onnxmltools
from onnxmltools.convert.common.data_types import FloatTensorType
booster = lightgbm.Booster(model_file="model.txt")
onnx_model = onnxmltools.convert_lightgbm(booster, initial_types=[("features", FloatTensorType([None, booster.num_feature()]))], zipmap=False)
open("model.onnx", "wb").write(onnx_model.SerializeToString())`;

export const TORCH_TO_ONNX = `import torch
model.eval()
torch.onnx.export(model, torch.zeros(1, n_features), "model.onnx", input_names=["features"], dynamic_axes={"features": {0: "n"}})`;

export const KERAS_TO_ONNX = `# pip install tf2onnx
import tf2onnx
tf2onnx.convert.from_keras(model, output_path="model.onnx")`;

export const SAVE_EXPLANATION = `# pip install interpret-community
from interpret_community.explanation.explanation import save_explanation
save_explanation(explanation, "explanation")  # then drop the folder here`;

export const DATAFRAME_TO_CSV = `import pandas
pandas.read_parquet("table.parquet").to_csv("table.csv", index=False)`;

export const ARRAY_TO_CSV = `import numpy, pandas
values = numpy.load("values.npy")
pandas.DataFrame(values, columns=feature_names).to_csv("table.csv", index=False)`;

export const XGBOOST_TO_JSON = `import xgboost  # a version that still reads the old format (below 3.1)
booster = xgboost.Booster()
booster.load_model("model.bin")
booster.save_model("model.json")`;

export const CATBOOST_TO_JSON = `from catboost import CatBoost
model = CatBoost()
model.load_model("model.cbm")
model.save_model("model.json", format="json")
X_test.assign(target=y_test).to_csv("table.csv", index=False)`;

export const CATBOOST_WITHOUT_COUNTERS = `model = CatBoostClassifier(one_hot_max_size=255)  # at least the number of categories of each column
model.fit(X, y, cat_features=categorical_columns)
model.save_model("model.json", format="json")`;
