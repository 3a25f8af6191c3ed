"""Exports ONNX's published node cases (onnx.backend.test, Apache License 2.0) for the ops that Tenon shares.

    python -m venv venv && venv/bin/pip install onnx==1.23.2 ml_dtypes
    venv/bin/python conformance-tests/src/main/python/onnx_cases.py

writes src/main/resources/org/tenon/conformance/onnx/cases.json, which names op, attributes and tensors of each case, and cases.bin,
where the tensors lie: little-endian, row by row, F32, F16 and BF16 as they are, whole numbers and truth values as I32. The cases that
can't be stated in Tenon's ops stand in cases.json too, under "leftOut", by the reason.
"""

import json
import pathlib
import warnings

import ml_dtypes
import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnx.backend.test.case.node import collect_testcases

TARGET = pathlib.Path(__file__).parents[1] / "resources" / "org" / "tenon" / "conformance" / "onnx"

ELEMENTWISE = {"Add", "Sub", "Mul", "Div", "Max", "Min", "Mod", "Less", "Equal", "Exp", "Sigmoid", "Tanh", "Sin", "Cos"}
SHARED = ELEMENTWISE | {
    "Attention", "Cast", "Gather", "Gelu", "Gemm", "Identity", "LayerNormalization", "MatMul", "ReduceMax", "ReduceSum", "Relu", "RMSNormalization",
    "RotaryEmbedding", "Softmax", "Swish", "TensorScatter", "Where",
}
NO_OP = {
    "ArgMax": "no op for the place of the largest yet: sampling is the host's",
    "DequantizeLinear": "block formats have codecs, but no op",
    "LinearAttention": "no op for it yet",
    "Softplus": "no op for it yet",
    "TopK": "no op for it yet",
}
FLOATS = {np.dtype(np.float32): "F32", np.dtype(np.float16): "F16", np.dtype(ml_dtypes.bfloat16): "BF16"}


def array(value):
    return numpy_helper.to_array(value) if isinstance(value, onnx.TensorProto) else np.asarray(value)


def reason(case, op, attributes, names, inputs):
    """Why a case can't be stated; None if it can."""
    types = {x.dtype for x in inputs}
    if not all(t in FLOATS or t in (np.dtype(np.int32), np.dtype(np.int64), np.dtype(bool)) for t in types):
        return "of a type that Tenon has no scalars of"
    if op in ELEMENTWISE | {"ReduceSum", "ReduceMax"} and inputs[0].dtype not in (np.float32, np.int32):
        return "elements other than F32 and I32"
    if op in ELEMENTWISE and op not in ("Exp", "Sigmoid", "Tanh", "Sin", "Cos") and len(inputs) != 2:
        return "more or fewer than two operands"
    if op == "Mod" and (attributes.get("fmod") or inputs[0].dtype != np.int32):
        return "the remainder of C, not of the floor"
    if op == "Div" and inputs[0].dtype == np.int32 and any((x < 0).any() for x in inputs):
        return "quotients cut off towards zero, not rounded down"
    if op in ("ReduceSum", "ReduceMax"):
        if inputs[0].dtype != np.float32:
            return "elements other than F32"
        if inputs[0].size == 0 or attributes.get("noop_with_empty_axes"):
            return "nothing to reduce"
    if op == "Where" and inputs[1].dtype != np.float32:
        return "elements other than F32"
    if op == "Identity" and case.name != "test_identity":
        return "no tensor, but a sequence or an option"
    if op == "Gather" and (attributes.get("axis", 0) != 0 or (inputs[1] < 0).any() or inputs[0].ndim < 2 or inputs[1].ndim != 1):
        return "other than rows by a vector of indices, none of them negative"
    if op == "Gemm" and (attributes.get("alpha", 1.0) != 1 or attributes.get("beta", 1.0) != 1 or inputs[2:] and inputs[2].shape[:1] not in ((), (1,))):
        return "factors, or a bias for each row"
    if op == "Swish" and attributes.get("alpha", 1.0) != 1:
        return "a factor within the sigmoid"
    if op == "Attention":
        given = dict(zip(names, inputs))
        if any(name.startswith("attn_mask") for name in names):
            return "a mask of the caller's own"
        if attributes.get("right_window_size", -1) >= 0:
            return "keys after the query"
        if any(t in FLOATS and t != np.float32 for t in types):
            return "published values that are rounded between the steps of the softmax"
        if "nonpad_kv_seqlen" in given and (given["nonpad_kv_seqlen"] < inputs[0].shape[-2]).any():
            return "queries before the first key"
    if op == "Cast" and not (types <= set(FLOATS) and attributes["to"] in (onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16, onnx.TensorProto.BFLOAT16)):
        return "of a type that Tenon has no scalars of"
    if op == "Cast" and attributes["to"] != onnx.TensorProto.FLOAT and inputs[0].dtype != np.float32:
        return "from one narrow type to another"
    return None


class Binary:
    """Tensors one after another."""

    def __init__(self):
        self.bytes = bytearray()

    def put(self, name, value):
        kind = FLOATS.get(value.dtype, "I32")
        raw = value if kind != "I32" else value.astype("<i4")
        entry = {"name": name, "type": kind, "shape": list(value.shape), "offset": len(self.bytes)}
        self.bytes += np.ascontiguousarray(raw).tobytes()
        self.bytes += bytes(-len(self.bytes) % 4)
        return entry


def main():
    warnings.simplefilter("ignore")
    binary, cases, left_out = Binary(), [], {}
    for case in sorted(collect_testcases(None), key=lambda each: each.name):
        nodes = case.model.graph.node
        op = nodes[0].op_type
        if len(nodes) != 1 or not case.data_sets or "_expanded" in case.name or "castlike" in case.name:
            continue
        if op in NO_OP:
            left_out.setdefault(NO_OP[op], []).append(case.name)
            continue
        if op not in SHARED:
            continue
        attributes = {a.name: helper.get_attribute_value(a) for a in nodes[0].attribute}
        attributes = {k: v.decode() if isinstance(v, bytes) else v for k, v in attributes.items()}
        names = [name for name in nodes[0].input if name]
        inputs = [array(x) for x in case.data_sets[0][0]]
        why = reason(case, op, attributes, names, inputs)
        if why:
            left_out.setdefault(why, []).append(case.name)
            continue
        output = array(case.data_sets[0][1][0])
        slots = [str(i) for i, name in enumerate(nodes[0].input) if name]  # inputs by their places: names differ from case to case
        cases.append({
            "name": case.name,
            "op": op,
            "attributes": attributes,
            "inputs": [binary.put(slot, x) for slot, x in zip(slots, inputs)],
            "output": binary.put("output", output),
        })
    TARGET.mkdir(parents=True, exist_ok=True)
    (TARGET / "cases.bin").write_bytes(binary.bytes)
    header = {"onnx": onnx.__version__, "source": "onnx.backend.test.case.node", "leftOut": left_out, "cases": cases}
    lines = [json.dumps(each) for each in header.pop("cases")]
    text = json.dumps(header, indent=1)[:-2] + ',\n "cases": [\n' + ",\n".join(lines) + "\n]}\n"
    (TARGET / "cases.json").write_text(text)
    counts = {}
    for each in cases:
        counts[each["op"]] = counts.get(each["op"], 0) + 1
    print(len(cases), "cases,", sum(map(len, left_out.values())), "left out,", len(binary.bytes), "bytes")
    print(counts)


if __name__ == "__main__":
    main()
