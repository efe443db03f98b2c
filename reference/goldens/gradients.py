# /// script
# requires-python = "==3.12.*"
# dependencies = [
#   "torch==2.9.1", "captum==0.9.0", "shap==0.51.0", "numpy==2.3.5", "onnx==1.20.0", "onnxruntime==1.23.2",
#   "scikit-learn==1.8.0", "skl2onnx==1.20.0", "protobuf==6.33.6",
# ]
# ///
"""Gradient goldens: src/explainers/gradients/golden/*.json, each with its .onnx.

Libraries: torch 2.9.1 on the CPU, captum 0.9.0 (IntegratedGradients, Saliency, InputXGradient, LayerConductance, LayerActivation,
NeuronConductance), shap 0.51.0 (DeepExplainer). Seeds: 7301 to 7305, one a net. Values are computed in float64 from the float32 weights
that the ONNX file holds; a reader that runs the file in float32 meets only that rounding. Outputs are what Limpid stores: class 1 of two
classes (log-odds as the difference of two logits), every class of more, the value.
"""

from __future__ import annotations

import warnings

import captum
import numpy as np
import onnx
import onnxruntime as ort
import shap
import sklearn
import skl2onnx
import torch
from captum.attr import (
    InputXGradient,
    IntegratedGradients,
    LayerActivation,
    LayerConductance,
    NeuronConductance,
    Saliency,
)
from skl2onnx import to_onnx
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn

from golden import ROOT, TOLERANCE_RULE, dyadic, versions, write_json

warnings.filterwarnings("ignore")
torch.set_num_threads(1)
HOME = ROOT / "src/explainers/gradients/golden"
ROWS, BACKGROUND, STEPS = 10, 16, 50
TOLERANCE = 2e-5


class Stored(nn.Module):
    """The stored outputs of a net: [n, outputs]. raw: what stands before the last Softmax or Sigmoid."""

    def __init__(self, net: nn.Sequential, space: str):
        super().__init__()
        layers = list(net)
        self.net = net if space != "raw" or not isinstance(layers[-1], (nn.Softmax, nn.Sigmoid)) else nn.Sequential(*layers[:-1])
        self.margin = space == "raw" and isinstance(layers[-1], nn.Softmax)

    def forward(self, x):
        y = self.net(x)
        if y.shape[1] != 2:
            return y
        return y[:, 1:2] - y[:, 0:1] if self.margin else y[:, 1:2]


def short(values) -> list:
    """Nine digits: far more than the tolerance needs."""
    values = np.asarray(values.detach() if isinstance(values, torch.Tensor) else values, dtype=np.float64)
    return np.array([float(f"{v:.9g}") for v in values.ravel()]).reshape(values.shape).tolist()


def fit(net: nn.Sequential, x: np.ndarray, y: np.ndarray, epochs: int) -> None:
    """A few epochs: the net should bend, not be good."""
    data = torch.tensor(x, dtype=torch.float32)
    target = torch.tensor(y)
    optimiser = torch.optim.Adam(net.parameters(), lr=0.02)
    net.train()
    for _ in range(epochs):
        optimiser.zero_grad()
        found = net(data)
        if target.dtype == torch.int64 and found.shape[1] > 1:
            loss = nn.functional.nll_loss(torch.log(found + 1e-9), target)
        elif target.dtype == torch.int64:
            loss = nn.functional.binary_cross_entropy(found[:, 0], target.float())
        else:
            loss = nn.functional.mse_loss(found[:, 0], target.float())
        loss.backward()
        optimiser.step()
    net.eval()


def export(net: nn.Sequential, name: str, width: int, opset: int) -> None:
    HOME.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        net,
        (torch.zeros(2, width),),
        str(HOME / name),
        opset_version=opset,
        dynamo=False,
        input_names=["features"],
        output_names=["scores"],
        dynamic_axes={"features": {0: "rows"}, "scores": {0: "rows"}},
        keep_initializers_as_inputs=False,
        # BatchNorm stays a node of its own.
        training=torch.onnx.TrainingMode.PRESERVE,
        do_constant_folding=True,
    )


def by_output(make, n: int) -> list:
    return [short(make(output)) for output in range(n)]


def attributions(model: Stored, x, background, layers: dict, neurons) -> dict:
    n = model(x[:1]).shape[1]
    mean = background.mean(0, keepdim=True)
    median = torch.tensor(np.median(background.numpy(), axis=0))[None]
    ig = IntegratedGradients(model)
    found = {
        "outputs": short(model(x)),
        "integratedGradients": {
            name: by_output(lambda o, b=base: ig.attribute(x, b, target=o, n_steps=STEPS), n)
            for name, base in [("mean", mean), ("median", median), ("zeros", torch.zeros_like(mean))]
        },
        "integratedGradientsBase": short(model(mean)[0]),
        # The limit of expected gradients: Integrated Gradients with many steps, averaged over the background.
        "expectedGradientsLimit": by_output(
            lambda o: sum(ig.attribute(x, b[None], target=o, n_steps=600) for b in background) / len(background), n
        ),
        "saliency": by_output(lambda o: Saliency(model).attribute(x, target=o, abs=False), n),
        "inputXGradient": by_output(lambda o: InputXGradient(model).attribute(x, target=o), n),
        "deepShap": deep(model, x, background, n),
        "layers": {},
    }
    for label, layer in layers.items():
        found["layers"][label] = {
            "activation": short(LayerActivation(model, layer).attribute(x)),
            "conductance": by_output(lambda o, l=layer: LayerConductance(model, l).attribute(x, mean, target=o, n_steps=STEPS), n),
        }
    label, layer = next((k, v) for k, v in layers.items() if not isinstance(v, nn.Linear))
    rule = {"gausslegendre": "gausslegendre", "riemann_trapezoid": "riemann_trapezoid"}
    found["neurons"] = [
        {
            "layer": label,
            "neuron": neuron,
            "rule": name,
            "values": by_output(
                lambda o, k=neuron, m=method: NeuronConductance(model, layer).attribute(x, k, mean, target=o, n_steps=STEPS, method=m), n
            ),
        }
        for neuron in neurons
        for name, method in rule.items()
    ]
    return found


def deep(model: Stored, x, background, n: int) -> dict:
    explainer = shap.DeepExplainer(model, background)
    values = np.asarray(explainer.shap_values(x, check_additivity=False)).reshape(len(x), x.shape[1], n)
    return {
        "values": by_output(lambda o: values[:, :, o], n),
        "base": short(np.atleast_1d(explainer.expected_value)),
        "residual": float(np.abs(values.sum(1) + explainer.expected_value - model(x).detach().numpy()).max()),
    }


def write(case, *, seed, net, task, names, classes, x, spaces, layers, neurons, opset, description, more=None):
    export(net, f"{case}.onnx", x.shape[1], opset)
    double = net.double()
    order = np.random.default_rng(seed).permutation(len(x))
    rows = torch.tensor(x[order[:ROWS]], dtype=torch.float64)
    background = torch.tensor(x[order[ROWS : ROWS + BACKGROUND]], dtype=torch.float64)
    session = ort.InferenceSession(str(HOME / f"{case}.onnx"), providers=["CPUExecutionProvider"])
    scores = session.run(None, {"features": rows.numpy().astype(np.float32)})[0]
    found = {name: attributions(Stored(double, kind), rows, background, {k: double[i] for k, i in layers.items()}, neurons) for name, kind in spaces.items()}
    write_json(
        HOME / f"{case}.json",
        {
            "library": "captum IntegratedGradients, Saliency, InputXGradient, Layer*, NeuronConductance; shap DeepExplainer",
            "versions": versions(np, torch, captum, shap, sklearn, onnx, ort),
            "seed": seed,
            "tolerance": {"rule": TOLERANCE_RULE, "values": TOLERANCE, "baseValues": TOLERANCE},
            "measured": {
                "float32 ONNX against float64 torch": float(np.abs(scores - double(rows).detach().numpy()).max()),
                "DeepExplainer additivity residual": {name: values["deepShap"]["residual"] for name, values in found.items()},
            },
            "description": description,
            "explainer": "gradients",
            "model": f"{case}.onnx",
            "task": task,
            "outputNames": classes if len(classes) > 2 else ["output"],
            "space": next(iter(spaces)),
            "featureNames": names,
            "steps": STEPS,
            "rows": rows.numpy(),
            "background": background.numpy(),
            "predictions": short(scores),
            "spaces": found,
            **(more(double, background) if more else {}),
        },
    )
    print(case, "deep residual", {name: values["deepShap"]["residual"] for name, values in found.items()})


def standard(x: np.ndarray) -> np.ndarray:
    return dyadic((x - x.mean(0)) / x.std(0))


def relu_batchnorm() -> None:
    seed = 7301
    torch.manual_seed(seed)
    raw = load_breast_cancer(as_frame=True)
    names = list(raw.feature_names[10:18])
    x, y = standard(raw.frame[names].to_numpy()), raw.target.to_numpy()
    net = nn.Sequential(nn.Linear(8, 12), nn.BatchNorm1d(12), nn.ReLU(), nn.Linear(12, 6), nn.ReLU(), nn.Linear(6, 1), nn.Sigmoid())
    fit(net, x, y, 60)
    write("relu-batchnorm", seed=seed, net=net, task="binary", names=names, classes=["malignant", "benign"], x=x,
          spaces={"probability": "probability", "raw": "raw"}, layers={"Linear 1": 0, "BatchNorm 1": 1, "ReLU 1": 2, "ReLU 2": 4}, neurons=[0, 5],
          opset=17, description="ReLU and BatchNorm, one sigmoid output.")


def sigmoid_softmax() -> None:
    """The shape of Captum's Titanic tutorial on made-up passengers: 12 inputs, two sigmoid layers, softmax over two classes."""
    seed = 7302
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    n = 240
    age, fare = np.round(rng.gamma(6, 5, n)), np.round(rng.gamma(1.5, 20, n) * 4) / 4
    sibsp, parch = rng.poisson(0.5, n), rng.poisson(0.4, n)
    female, port, deck = rng.random(n) < 0.36, rng.integers(0, 3, n), rng.integers(0, 3, n)
    x = np.column_stack([age, sibsp, parch, fare, female, ~female, *(port == k for k in range(3)), *(deck == k for k in range(3))]).astype(float)
    odds = 2.4 * female - 1.1 * deck - 0.03 * age - 0.4 * sibsp + 0.01 * fare + 0.8
    y = (rng.random(n) < 1 / (1 + np.exp(-odds))).astype(np.int64)
    names = ["age", "sibsp", "parch", "fare", "female", "male", "cherbourg", "queenstown", "southampton", "first", "second", "third"]
    net = nn.Sequential(nn.Linear(12, 12), nn.Sigmoid(), nn.Linear(12, 8), nn.Sigmoid(), nn.Linear(8, 2), nn.Softmax(dim=1))
    fit(net, x, y, 120)
    tested = torch.tensor(x[np.random.default_rng(seed + 1).permutation(n)[:40]], dtype=torch.float64)

    def averages(double, background):
        model, zero = Stored(double, "probability"), torch.zeros(1, 12, dtype=torch.float64)
        ig = IntegratedGradients(model).attribute(tested, zero, target=0, n_steps=STEPS)
        conductance = LayerConductance(model, double[1]).attribute(tested, zero, target=0, n_steps=STEPS)
        neuron = NeuronConductance(model, double[1])
        return {
            "averages": {
                "rows": tested.numpy(),
                "baseline": "zeros",
                "features": short(ig.mean(0)),
                "layer": "Sigmoid 1",
                "neurons": short(conductance.mean(0)),
                "byNeuron": {str(k): short(neuron.attribute(tested, k, zero, target=0, n_steps=STEPS, method="gausslegendre").mean(0)) for k in (0, 9)},
            }
        }

    write("sigmoid-softmax", seed=seed, net=net, task="binary", names=names, classes=["died", "survived"], x=x,
          spaces={"probability": "probability", "raw": "raw"}, layers={"Linear 1": 0, "Sigmoid 1": 1, "Sigmoid 2": 3}, neurons=[0, 9],
          opset=17, description="The net of Captum's Titanic tutorial on made-up data, with averages over 40 rows.", more=averages)


def gelu_layernorm() -> None:
    seed = 7303
    torch.manual_seed(seed)
    raw = load_wine(as_frame=True)
    names = list(raw.feature_names[:6])
    x, y = standard(raw.frame[names].to_numpy()), raw.target.to_numpy()
    net = nn.Sequential(nn.Linear(6, 10), nn.LayerNorm(10), nn.GELU(), nn.Linear(10, 6), nn.Tanh(), nn.Linear(6, 3), nn.Softmax(dim=1))
    fit(net, x, y, 50)
    write("gelu-layernorm", seed=seed, net=net, task="multiclass", names=names, classes=["0", "1", "2"], x=x,
          spaces={"probability": "probability", "raw": "raw"}, layers={"LayerNorm 1": 1, "GELU 1": 2, "Tanh 1": 4}, neurons=[1, 7],
          opset=17, description="LayerNorm and GELU, three classes. DeepExplainer is not additive through LayerNorm.")


def elu_softplus() -> None:
    seed = 7304
    torch.manual_seed(seed)
    raw = load_diabetes(as_frame=True)
    names = list(raw.feature_names)
    x, y = standard(raw.frame[names].to_numpy()), (raw.target.to_numpy() - 150) / 75
    net = nn.Sequential(nn.Linear(10, 12), nn.ELU(), nn.Linear(12, 8), nn.Softplus(), nn.Linear(8, 6), nn.LeakyReLU(0.1), nn.Linear(6, 5), nn.SELU(), nn.Linear(5, 1))
    fit(net, x, y, 80)
    write("elu-softplus", seed=seed, net=net, task="regression", names=names, classes=[], x=x, spaces={"raw": "value"},
          layers={"ELU 1": 1, "Softplus 1": 3, "LeakyReLU 1": 5, "SELU 1": 7}, neurons=[2], opset=13, description="ELU, softplus, leaky ReLU and SELU, regression.")


def scikit() -> None:
    """scikit-learn's own export with imputer and scaler: torch holds the same weights, as float32 of the ONNX file."""
    seed = 7305
    raw = load_breast_cancer(as_frame=True)
    names = list(raw.feature_names[20:27])
    x, y = dyadic(raw.frame[names].to_numpy()), raw.target.to_numpy()
    model = make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), MLPClassifier(hidden_layer_sizes=(9, 5), activation="tanh", max_iter=60, random_state=seed)).fit(x, y)
    exported = to_onnx(model, x[:1].astype(np.float32), options={id(model): {"zipmap": False}}, target_opset={"": 17, "ai.onnx.ml": 3})
    (HOME / "scikit-mlp.onnx").write_bytes(exported.SerializeToString())
    held = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in exported.graph.initializer}
    nodes = {node.op_type: {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute} for node in exported.graph.node}
    scaler = nodes["Scaler"]

    class Scale(nn.Module):
        def forward(self, values):
            return (values - torch.tensor(scaler["offset"], dtype=torch.float64)) * torch.tensor(scaler["scale"], dtype=torch.float64)

    def linear(suffix):
        weight, bias = held[f"coefficient{suffix}"], held[f"intercepts{suffix}"]
        layer = nn.Linear(weight.shape[0], weight.shape[1]).double()
        layer.weight.data, layer.bias.data = torch.tensor(weight.T, dtype=torch.float64), torch.tensor(bias.ravel(), dtype=torch.float64)
        return layer

    net = nn.Sequential(Scale(), linear(""), nn.Tanh(), linear("1"), nn.Tanh(), linear("2"), nn.Sigmoid())
    order = np.random.default_rng(seed).permutation(len(x))
    rows, background = (torch.tensor(x[order[a:b]], dtype=torch.float64) for a, b in ((0, ROWS), (ROWS, ROWS + BACKGROUND)))
    holes = rows.numpy().copy()
    holes[2, 3] = np.nan
    rows[2, 3] = float(np.float32(nodes["Imputer"]["imputed_value_floats"][3]))
    session = ort.InferenceSession(exported.SerializeToString(), providers=["CPUExecutionProvider"])
    scores = session.run(["probabilities"], {"X": holes.astype(np.float32)})[0]
    found = {space: attributions(Stored(net, space), rows, background, {"Linear 1": net[1], "Tanh 1": net[2]}, [3]) for space in ("probability", "raw")}
    write_json(
        HOME / "scikit-mlp.json",
        {
            "library": "captum IntegratedGradients, Saliency, InputXGradient, Layer*, NeuronConductance; shap DeepExplainer",
            "versions": versions(np, torch, captum, shap, sklearn, skl2onnx, onnx, ort),
            "seed": seed,
            "tolerance": {"rule": TOLERANCE_RULE, "values": TOLERANCE, "baseValues": TOLERANCE},
            "measured": {"float32 ONNX against float64 torch": float(np.abs(scores[:, 1:] - net(rows).detach().numpy()).max())},
            "description": "scikit-learn MLPClassifier behind SimpleImputer and StandardScaler; row 2 has a missing cell, which counts as the imputer's number.",
            "explainer": "gradients",
            "model": "scikit-mlp.onnx",
            "task": "binary",
            "outputNames": ["output"],
            "space": "probability",
            "featureNames": names,
            "steps": STEPS,
            "rows": holes,
            "background": background.numpy(),
            "predictions": short(scores),
            "spaces": found,
        },
    )


if __name__ == "__main__":
    relu_batchnorm()
    sigmoid_softmax()
    gelu_layernorm()
    elu_softplus()
    scikit()
