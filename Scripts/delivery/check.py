"""Compares exported members with the predictions that their family stores. See Scripts/check-delivery."""

import argparse
import contextlib
import importlib.metadata
import io
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import h5py
import numpy
import onnx
import torch

# What is exported: every way to take images, and batch norm folded and kept.
OPTIONS = {
    "float, NCHW": [],
    "uint8, NHWC": ["--input", "uint8", "--layout", "nhwc"],
    "batch norm kept": ["--keep-batch-norm"],
}
BATCH = 250


def test_images(path):
    """Bytes [images, height, width, channels]."""
    with h5py.File(path) as data:
        return data["images"][:][data["splits/test"][:]]


def snippets(readme):
    """The Python of a README, by the heading above it."""
    pattern = re.compile(r"^## ([^\n]+)$(?:(?!^## ).)*?^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
    return dict(pattern.findall(readme))


def run_snippet(code, folder):
    """Runs it as it stands, in the member's folder; gives its names."""
    before = os.getcwd()
    os.chdir(folder)
    try:
        names = {"__name__": "__main__"}
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(compile(code, f"{folder}/README.md", "exec"), names)
        if not printed.getvalue().strip():
            raise RuntimeError("the snippet printed nothing")
        return names
    finally:
        os.chdir(before)


def classes(heading, names, images):
    """What the runtime of a snippet predicts for bytes, with the snippet's own preparation."""
    result = []
    for start in range(0, len(images), BATCH):
        prepared = names["prepare"](images[start:start + BATCH])
        if heading == "ONNX":
            logits = names["session"].run(["logits"], {"images": prepared})[0]
        else:
            model = names["model" if heading == "TorchScript" else "network"]
            with torch.no_grad():
                logits = model(torch.from_numpy(prepared)).numpy()
        result.append(logits.argmax(1))
    return numpy.concatenate(result)


def check(program, family, data, images, rows):
    with h5py.File(family) as file:
        stored = {name: member["predictions/test"][:] for name, member in file["members"].items()}
    for options, flags in OPTIONS.items():
        with tempfile.TemporaryDirectory() as place:
            subprocess.run(
                [program, "export", family, "--data", data, "--out", f"{place}/out", "--quiet", *flags],
                check=True, stdout=subprocess.DEVNULL)
            for name, expected in sorted(stored.items()):
                folder = pathlib.Path(place, "out", f"member-{name}")
                onnx.checker.check_model(str(folder / "model.onnx"), full_check=True)
                found = snippets((folder / "README.md").read_text())
                if set(found) != {"ONNX", "TorchScript", "Safetensors"}:
                    raise RuntimeError(f"the README of member {name} has snippets for {set(found)}")
                for heading, code in found.items():
                    predicted = classes(heading, run_snippet(code, folder), images)
                    differing = int((predicted != expected).sum())
                    label = pathlib.Path(family).resolve().parent.name
                    rows.append((label, name, heading, options, str(len(images)), str(differing)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--data", required=True, help="data set file with the test images")
    parser.add_argument("families", nargs="+")
    arguments = parser.parse_args()
    images = test_images(arguments.data)
    rows = []
    for family in arguments.families:
        check(arguments.program, family, arguments.data, images, rows)
    header = ("family", "member", "runtime", "models", "images", "differing")
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]
    for row in [header, tuple("-" * width for width in widths), *rows]:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    versions = [f"{name} {importlib.metadata.version(name)}"
                for name in ("onnx", "onnxruntime", "torch", "safetensors")]
    print(", ".join(versions))
    failed = [row for row in rows if row[-1] != "0"]
    if failed:
        print(f"{len(failed)} of {len(rows)} comparisons differ")
        sys.exit(1)
    print(f"all {len(rows)} comparisons are equal")


main()
