/** Python lines that export a model again so that it opens; shown with errors, to be copied. */
export const SKLEARN_MATRIX = `from skl2onnx import to_onnx
import numpy as np
# one float matrix in, probabilities as a plain tensor out
onx = to_onnx(model, X[:1].astype(np.float32), options={"zipmap": False})
open("model.onnx", "wb").write(onx.SerializeToString())`;

export const SKLEARN_COLUMNS = `from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
# one input per column of the table; no DictVectorizer, no maps
types = [(name, FloatTensorType([None, 1]) if X[name].dtype.kind in "fiub" else StringTensorType([None, 1])) for name in X.columns]
onx = convert_sklearn(pipeline, initial_types=types, options={"zipmap": False})
open("model.onnx", "wb").write(onx.SerializeToString())`;

export const ONE_TARGET = `# explain one target at a time: export one estimator per target
from skl2onnx import to_onnx
import numpy as np
for i, estimator in enumerate(model.estimators_):
    open(f"target_{i}.onnx", "wb").write(to_onnx(estimator, X[:1].astype(np.float32)).SerializeToString())`;

export const SINGLE_FILE = `import onnx
# reads the side files and writes everything into one file
onnx.save_model(onnx.load("model.onnx"), "model_single.onnx", save_as_external_data=False)`;

export const TORCH_MATRIX = `import torch
torch.onnx.export(model.float(), torch.zeros(1, n_features), "model.onnx", opset_version=17,
                  input_names=["input"], output_names=["output"],
                  dynamic_axes={"input": {0: "batch"}, "output": {0: "batch"}})`;

export const STANDARD_OPERATORS = `# export with standard operators only (domains ai.onnx and ai.onnx.ml)
from skl2onnx import to_onnx
import numpy as np
onx = to_onnx(model, X[:1].astype(np.float32), target_opset={"": 17, "ai.onnx.ml": 3})
open("model.onnx", "wb").write(onx.SerializeToString())`;
