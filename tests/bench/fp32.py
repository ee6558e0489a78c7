"""The shipped NER model with its weights back in fp32: the same network, for measuring what int8 gains."""

from importlib import resources

import numpy as np
import onnx
from onnx import ModelProto, NodeProto, helper, numpy_helper


def fp32_model() -> bytes:
    """The shipped int8 model as an fp32 model: every quantized product is a plain one with the dequantized weights."""
    model = onnx.load_from_string((resources.files("redaction.ner") / "model.onnx").read_bytes())
    arrays = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
    made = {output: node for node in model.graph.node for output in node.output}
    users: dict[str, list[NodeProto]] = {}
    for node in model.graph.node:
        for name in node.input:
            users.setdefault(name, []).append(node)
    replaced: list[NodeProto] = []
    gone: set[int] = set()
    for node in model.graph.node:
        if node.op_type == "MatMulInteger":
            quantized, weight, _, zero = node.input
            (cast,) = users[node.output[0]]
            (scaled,) = users[cast.output[0]]
            scales = made[next(name for name in scaled.input if name != cast.output[0])]
            scale = next(arrays[name] for name in scales.input if name in arrays)
            _add(model, weight, (arrays[weight].astype(np.float32) - arrays[zero].astype(np.float32)) * scale)
            source = made[quantized].input[0]
            replaced.append(helper.make_node("MatMul", [source, f"{weight}_fp32"], [scaled.output[0]]))
            gone |= {id(node), id(cast), id(scaled), id(scales), id(made[quantized])}
        elif node.op_type == "DequantizeLinear" and node.input[0] in arrays:
            name, scale, zero = (arrays[n].astype(np.float32) for n in node.input)
            _add(model, node.output[0], (name - zero) * scale, suffix="")
            gone.add(id(node))
        else:
            replaced.append(node)
    kept = [node for node in replaced if id(node) not in gone]
    del model.graph.node[:]
    model.graph.node.extend(kept)
    return bytes(model.SerializeToString())


def _add(model: ModelProto, name: str, array: "np.ndarray", suffix: str = "_fp32") -> None:
    model.graph.initializer.append(numpy_helper.from_array(array.astype(np.float32), f"{name}{suffix}"))
