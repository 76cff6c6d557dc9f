"""Golden vectors from PyTorch in float64: python3 tests/golden/make_golden.py [folder]

Writes golden.json (what each case is, and which numbers follow each other) and golden.bin (the
numbers, little-endian float64). The models are in reference/, written with PyTorch's functions and
its autograd; nothing is shared with the engine but names of tensors and the formula of the weights
(numbers.py, the same lines in golden.h). Needs torch, 1.13 or newer; runs on a CPU in seconds.
"""

import json
import struct
import sys
from pathlib import Path

import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

from reference.cases import CASES, RUNS
from reference.model import Model
from reference.numbers import B, T, V, windows
from reference.runs import run
from reference.optimisers import LR, TRAJECTORIES, trajectory


class Numbers:
    """What golden.bin becomes."""

    def __init__(self):
        self.all = []

    def put(self, name, tensor):
        flat = torch.as_tensor(tensor).detach().reshape(-1).tolist()
        assert all(abs(x) < 1e9 for x in flat), name  # neither inf nor nan, nor near them
        self.all.extend(flat)
        return {"name": name, "size": len(flat)}


def batch(kind):
    """The windows of this kind as lists, and as tensors (B,T)."""
    rows = windows(kind)
    return rows, {key: torch.tensor(row).view(B, T) for key, row in rows.items()}


def model_case(numbers, name, case):
    rows, w = batch(case["windows"])
    if case["prefix"]:
        rows["prefix"] = case["prefix"]
        w["prefix"] = torch.tensor(case["prefix"])
    model = Model(case["model"])
    hidden, logits = model.forward(w)
    loss = model.loss(logits, w, **case["objective"])
    loss.backward()
    tensors = [numbers.put(f"hidden.{i}", h) for i, h in enumerate(hidden) if i > 0]
    tensors += [numbers.put("layers.0.attention.weights", model.layers[0].weights)]
    tensors += [numbers.put("logits", logits), numbers.put("loss", loss)]
    tensors += [numbers.put("grad/" + n, p.grad) for n, p in model.params.items()]
    about = {"name": name, "model": case["model"], **rows}
    if case["objective"]:
        about["objective"] = case["objective"]
    return {**about, "tensors": tensors}


def optimiser_case(numbers, name, case):
    start, steps = trajectory(name, **case)
    tensors = [numbers.put("start", start)]
    for step in steps:
        tensors += [numbers.put(key, step[key]) for key in ("grad", "scale", "after")]
    return {"name": name, "train": {"optimiser": case["optimiser"]}, "decays": case["decays"],
            "lr": LR, "shape": case["shape"], **case["about"], "tensors": tensors}  # fmt: skip


def run_case(numbers, name, case):
    rows, w = batch(case["windows"])
    losses, model = run(case["config"], w)
    tensors = [numbers.put("losses", losses)]
    tensors += [numbers.put("after/" + n, p) for n, p in model.params.items()]
    return {"name": name, "config": case["config"], **rows, "tensors": tensors}


def main(folder):
    numbers = Numbers()
    index = {
        "made_by": f"tests/golden/make_golden.py, torch {torch.__version__}, float64",
        "B": B,
        "T": T,
        "V": V,
        "cases": [model_case(numbers, *item) for item in CASES.items()],
        "runs": [run_case(numbers, *item) for item in RUNS.items()],
        "trajectories": [optimiser_case(numbers, *item) for item in TRAJECTORIES.items()],
    }
    (folder / "golden.bin").write_bytes(struct.pack(f"<{len(numbers.all)}d", *numbers.all))
    text = json.dumps(index, separators=(",", ":")).replace('{"name"', '\n{"name"')
    (folder / "golden.json").write_text(text + "\n")
    counts = f"{len(CASES)} models, {len(RUNS)} runs, {len(TRAJECTORIES)} optimisers"
    print(f"{counts}: {len(numbers.all)} numbers, torch {torch.__version__}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
