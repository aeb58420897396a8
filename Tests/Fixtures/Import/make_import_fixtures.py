"""Makes the fixtures of the import tests, with the programs that write such files.

Run once, here, with torch (Debian: python3-torch 1.13) and safetensors (PyPI) importable:

    pip install --target /tmp/safetensors --no-deps safetensors==0.4.5
    PYTHONPATH=/tmp/safetensors /usr/bin/python3 make_import_fixtures.py

The tests read the files and `expected.json`, and need no Python.
"""

import argparse
import datetime
import json
import os
import pathlib
import zipfile
from collections import OrderedDict, defaultdict

import numpy
import safetensors
import safetensors.numpy
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
expected = {}


def path(name):
    return os.path.join(HERE, name)


def describe(tensors):
    return [
        {
            "key": key,
            "type": str(tensor.dtype).removeprefix("torch."),
            "shape": list(tensor.shape),
            # The bits of the values as float32, so that no decimal and no infinity is in the way.
            "bits": tensor.detach().float().reshape(-1).numpy().view("u4").tolist(),
        }
        for key, tensor in tensors.items()
    ]


def save(name, tensors, content, **options):
    torch.save(content, path(name), **options)
    expected[name] = describe(tensors)


def every_kind():
    base = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4) / 8 - 1
    tensors = OrderedDict()
    tensors["plain"] = base.clone()
    tensors["transposed"] = base.transpose(0, 2)
    tensors["sliced"] = base[:, 1:, ::2]
    tensors["shared"] = base[1]
    tensors["expanded"] = torch.tensor([[1.0], [2.0]]).expand(2, 3)
    tensors["channels_last"] = (
        torch.arange(16, dtype=torch.float32).reshape(1, 2, 2, 4).to(memory_format=torch.channels_last)
    )
    tensors["parameter"] = torch.nn.Parameter(torch.tensor([0.5, -0.25]))
    tensors["scalar"] = torch.tensor(3.5)
    tensors["empty"] = torch.zeros(0, 3)
    numbers = [1.0, -2.5, 0.1, 65504.0]
    for kind in (torch.float64, torch.float16, torch.bfloat16):
        tensors[str(kind).removeprefix("torch.")] = torch.tensor(numbers, dtype=kind)
    tensors["half_extremes"] = torch.tensor([6e-8, float("inf"), -0.0, 6.1e-5], dtype=torch.float16)
    for kind in (torch.int64, torch.int32, torch.int16, torch.int8):
        tensors[str(kind).removeprefix("torch.")] = torch.tensor([-3, 0, 100], dtype=kind)
    tensors["uint8"] = torch.tensor([0, 200], dtype=torch.uint8)
    tensors["bool"] = torch.tensor([True, False])
    return tensors


class Code:
    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


kinds = every_kind()
legacy = {"_use_new_zipfile_serialization": False}
save("kinds.zip.pt", kinds, {"state_dict": kinds})
save("kinds.legacy.pt", kinds, {"state_dict": kinds}, **legacy)
save("kinds.protocol4.zip.pt", kinds, kinds, pickle_protocol=4)
save("kinds.protocol4.legacy.pt", kinds, kinds, pickle_protocol=4, **legacy)

# A real module, with the versions of its parts as an attribute of the state dict, beside what
# training scripts save with it.
torch.manual_seed(0)
module = torch.nn.Sequential(OrderedDict(conv=torch.nn.Conv2d(1, 2, 3, bias=False), bn=torch.nn.BatchNorm2d(2)))
optimizer = torch.optim.SGD(module.parameters(), lr=0.1, momentum=0.9)
module(torch.randn(2, 1, 5, 5)).square().sum().backward()
optimizer.step()
training = {
    "epoch": 3,
    "best": 71.5,
    "size": torch.Size([3, 4]),
    "type": torch.float32,
    "device": torch.device("cpu"),
    "optimizer": optimizer.state_dict(),
    "model_state_dict": module.state_dict(),
}
save("training.zip.pt", module.state_dict(), training)
save("training.legacy.pt", module.state_dict(), training, **legacy)

# The nested dictionaries of one module in another's file.
nested = {"a": {"weight": torch.ones(2), "list": [torch.zeros(1), torch.ones(1)]}, 7: torch.ones(1)}
save(
    "nested.zip.pt",
    {"a.weight": torch.ones(2), "a.list.0": torch.zeros(1), "a.list.1": torch.ones(1), "7": torch.ones(1)},
    nested,
)

# Small, so that a test can cut and change them at every byte.
tiny = OrderedDict(w=torch.tensor([[1.0, 2.0]]), n=torch.tensor(5))
save("tiny.zip.pt", tiny, tiny)
save("tiny.legacy.pt", tiny, tiny, **legacy)

# What torch 2 adds, in a zip file without 64-bit records as other programs write it.
with zipfile.ZipFile(path("tiny.zip.pt")) as old, zipfile.ZipFile(path("repacked.zip.pt"), "w") as new:
    for info in old.infolist():
        name = "archive/" + info.filename.split("/", 1)[1]
        new.writestr(zipfile.ZipInfo(name), old.read(info))
    for name, text in (("byteorder", "little"), (".format_version", "1"), (".data/serialization_id", "0" * 40)):
        new.writestr(zipfile.ZipInfo("archive/" + name), text)
    new.comment = b"a comment"
expected["repacked.zip.pt"] = describe(tiny)
with zipfile.ZipFile(path("repacked.zip.pt")) as old:
    for bad, compression, order in (
        ("compressed.zip.pt", zipfile.ZIP_DEFLATED, "little"),
        ("bigendian.zip.pt", zipfile.ZIP_STORED, "big"),
    ):
        with zipfile.ZipFile(path(bad), "w") as new:
            for info in old.infolist():
                content = order if info.filename.endswith("byteorder") else old.read(info)
                new.writestr(zipfile.ZipInfo(info.filename), content, compression)

# Files with code in them. The functions are harmless, should a reader ever call them.
for bad, code in (
    ("system", Code(os.system, "echo the pickle ran code")),
    ("eval", Code(eval, "print('the pickle ran code')")),
):
    torch.save({"state_dict": OrderedDict(w=torch.ones(1), x=code)}, path(f"{bad}.zip.pt"))
    torch.save({"state_dict": OrderedDict(w=torch.ones(1), x=code)}, path(f"{bad}.legacy.pt"), **legacy)
torch.save({"w": torch.ones(1), "x": code}, path("eval.protocol4.zip.pt"), pickle_protocol=4)
torch.save(torch.nn.Linear(1, 1), path("module.zip.pt"))

# What trainers of other projects save: objects beside the weights, averages of them, wrappers around them.
weights = module.state_dict()
average = OrderedDict((key, value * 0.5) for key, value in weights.items())
beside = {
    "epoch": 3,
    "args": argparse.Namespace(rate=0.1),
    "best": numpy.float64(0.7),
    "when": datetime.datetime(2026, 1, 2),
    "path": pathlib.PurePosixPath("a"),
    "history": defaultdict(list, loss=[1.0]),
    "seen": {1, 2},
    "spectrum": torch.ones(2, dtype=torch.complex64),
}
save("ema.zip.pt", weights, {**beside, "state_dict": weights, "state_dict_ema": average})
save("ema.protocol4.zip.pt", weights, {**beside, "state_dict": weights, "state_dict_ema": average}, pickle_protocol=4)
save(
    "lightning.zip.pt",
    weights,
    {
        "epoch": 3,
        "state_dict": {**{"model." + key: value for key, value in weights.items()}, "criterion.weight": torch.ones(2)},
        "callbacks": {"ModelCheckpoint{'monitor': 'accuracy'}": {"best_model_score": torch.tensor(0.5)}},
        "optimizer_states": [optimizer.state_dict()],
        "hyper_parameters": beside["args"],
    },
)
save("swa.zip.pt", weights, {**{"module." + key: value for key, value in weights.items()}, "n_averaged": torch.tensor(3)})
tagged = torch.ones(2)
tagged.tag = "kept"
save("tagged.zip.pt", {"w": tagged}, {"w": tagged})
torch.save({"state_dict": {"conv.weight": numpy.ones((2, 1, 3, 3), "f4"), "bn.weight": torch.ones(2)}}, path("array.zip.pt"))
torch.save({"model": torch.nn.Linear(1, 1), "epoch": 1}, path("modules.zip.pt"))
torch.jit.save(torch.jit.script(torch.nn.Linear(1, 1)), path("script.zip.pt"))

arrays = {
    key: tensor.detach().contiguous().numpy()
    for key, tensor in kinds.items()
    if tensor.dtype != torch.bfloat16
}
safetensors.numpy.save_file(arrays, path("kinds.safetensors"), metadata={"format": "pt"})
expected["kinds.safetensors"] = describe({key: kinds[key] for key in arrays})
half = kinds["bfloat16"]
with open(path("bfloat16.safetensors"), "wb") as file:
    data = half.view(torch.int16).numpy().tobytes()
    file.write(safetensors.serialize({"bfloat16": {"dtype": "bfloat16", "shape": [4], "data": data}}))
expected["bfloat16.safetensors"] = describe({"bfloat16": half})
safetensors.numpy.save_file({"w": numpy.array([[1, 2]], "f4"), "n": numpy.array(5)}, path("tiny.safetensors"))
expected["tiny.safetensors"] = describe(tiny)

with open(path("expected.json"), "w") as file:
    text = json.dumps(expected, separators=(",", ":"))
    file.write(text.replace('{"key"', '\n{"key"') + "\n")
