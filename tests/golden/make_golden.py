"""Golden vectors from PyTorch in float64: python3 tests/golden/make_golden.py [folder]

Writes golden.json (what each case is, and which numbers follow each other) and golden.bin (the
numbers, little-endian float64). The models are written with PyTorch's own functions and its
autograd; nothing is shared with the engine but names of tensors and the formula of the weights
(value_of below, the same lines in test_golden.h). Needs only torch; runs on a CPU in seconds.
"""

import json
import struct
import sys
from pathlib import Path

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

BASE = {
    "layers": 2, "heads": 2, "width": 8, "head_size": 0, "ffn_width": 12,
    "position": {"type": "rotary", "base": 100}, "norm": {"type": "rmsnorm", "eps": 1e-5},
    "norm_placement": "pre", "similarity": "exp", "normaliser": "sum", "ffn": "gelu", "bias": False,
}  # fmt: skip
LAYERNORM = {"norm": {"type": "layernorm", "eps": 1e-4}}

# Every row of every family at least once, each norm in both places, each kind of mask.
CASES = {
    "rotary": {},
    "none": {"position": "none"},
    "learned": {"position": "learned"},
    "rotary_base": {"position": {"type": "rotary", "base": 10000}, "layers": 1, "heads": 1},
    "rmsnorm_post": {"norm_placement": "post"},
    "layernorm_pre": {**LAYERNORM, "position": "learned"},
    "layernorm_post": {**LAYERNORM, "norm_placement": "post"},
    "relu": {"ffn": "relu"},
    "swiglu": {"ffn": "swiglu"},
    "bias": {**LAYERNORM, "bias": True, "ffn": "swiglu", "position": "learned"},
    "head_size": {"head_size": 6, "layers": 1},
    "documents": {"mask": "documents"},
    "restart": {"mask": "restart", "position": "learned", "ffn": "swiglu"},
    "shared": {"mask": "shared", "norm_placement": "post"},
}
B, T, V = 2, 8, 11


class Numbers:
    """A linear congruential generator over 32 bits."""

    def __init__(self, name):
        self.x = 7
        for c in name:
            self.x = (self.x * 31 + ord(c)) % 2**32

    def next(self):
        self.x = (self.x * 1664525 + 1013904223) % 2**32
        return self.x

    def unit(self):  # [-1, 1), exact
        return self.next() / 2**31 - 1

    def below(self, n):
        return (self.next() >> 16) % n


def value_of(name, shape):
    """The parameter of this name, by the formula that the test knows too."""
    r = Numbers(name)
    n = 1
    for s in shape:
        n *= s
    if len(shape) == 2:
        scale, centre = (1.0 if name in ("embedding", "position.table") else 0.5), 0.0
    else:
        scale, centre = 0.25, (1.0 if name.endswith(".weight") else 0.0)
    return torch.tensor([centre + scale * r.unit() for _ in range(n)]).reshape(shape)


def windows(kind):
    """tokens, target, position, document, weight, each (B,T)."""
    r = Numbers("window " + kind)
    rows = {key: [] for key in ("tokens", "target", "position", "document", "weight")}
    for b in range(B):
        shared = 1 if kind == "shared" else 0
        number, start, left = 0, 0, 2 + b
        for i in range(T):
            if kind != "causal" and i >= shared:
                if left == 0:
                    number, left = number + 1, 1 + r.below(3)
                    start = i - shared if kind in ("restart", "shared") else 0
                left -= 1
            rows["tokens"].append(r.below(V))
            rows["target"].append(r.below(V))
            rows["position"].append(i - start)
            rows["document"].append(-1 if i < shared else number)
            rows["weight"].append(r.below(4) * 0.5 if kind == "causal" else float(left != 0))
    return rows


class Model:
    def __init__(self, c):
        self.c = c
        self.params = {}
        C, Ff, H = c["width"], c["ffn_width"], c["heads"]
        D = c["head_size"] or C // H
        self.D = D
        self.add("embedding", V, C)
        if kind_of(c["position"]) == "learned":
            self.add("position.table", T, C)
        for layer in range(c["layers"]):
            at = f"layers.{layer}."
            self.add_norm(at + "norm1.")
            self.add_norm(at + "norm2.")
            for name in "qkv":
                self.add_linear(at + "attention.", name, C, H * D)
            self.add_linear(at + "attention.", "o", H * D, C)
            self.add_linear(at + "ffn.", "in", C, Ff)
            if c["ffn"] == "swiglu":
                self.add_linear(at + "ffn.", "gate", C, Ff)
            self.add_linear(at + "ffn.", "out", Ff, C)
        if c["norm_placement"] == "pre":
            self.add_norm("final_norm.")
        self.add("unembedding", V, C)
        if c["bias"]:
            self.add("unembedding_bias", V)

    def add(self, name, *shape):
        self.params[name] = value_of(name, shape).requires_grad_()

    def add_norm(self, at):
        self.add(at + "weight", self.c["width"])
        if kind_of(self.c["norm"]) == "layernorm":
            self.add(at + "bias", self.c["width"])

    def add_linear(self, at, name, n, m):
        self.add(f"{at}w_{name}", n, m)
        if self.c["bias"]:
            self.add(f"{at}b_{name}", m)

    def linear(self, at, name, x):
        return F.linear(x, self.params[f"{at}w_{name}"].T, self.params.get(f"{at}b_{name}"))

    def norm(self, at, x):
        size, eps = (self.c["width"],), self.c["norm"]["eps"]
        if kind_of(self.c["norm"]) == "rmsnorm":
            return F.rms_norm(x, size, self.params[at + "weight"], eps)
        return F.layer_norm(x, size, self.params[at + "weight"], self.params[at + "bias"], eps)

    def turn(self, x, position):
        """Rotary: adjacent pairs are complex numbers, turned by a unit number. x (B,H,T,D)."""
        if kind_of(self.c["position"]) != "rotary":
            return x
        D = self.D
        theta = self.c["position"]["base"] ** (-torch.arange(0, D, 2) / D)
        angle = position[:, None, :, None] * theta
        z = torch.view_as_complex(x.reshape(*x.shape[:-1], D // 2, 2))
        return torch.view_as_real(z * torch.polar(torch.ones_like(angle), angle)).flatten(-2)

    def attention(self, at, x, w):
        heads = lambda name: self.linear(at, name, x).view(B, T, self.c["heads"], self.D).transpose(1, 2)
        q, k = (self.turn(heads(name), w["position"]) for name in "qk")
        document = w["document"]
        sees = (document[:, None, :] == document[:, :, None]) | (document[:, None, :] < 0)
        sees = (sees & torch.ones(T, T, dtype=torch.bool).tril())[:, None]
        y = F.scaled_dot_product_attention(q, k, heads("v"), attn_mask=sees)
        return self.linear(at, "o", y.transpose(1, 2).reshape(B, T, -1))

    def feed_forward(self, at, x):
        u = self.linear(at, "in", x)
        kind = self.c["ffn"]
        if kind == "swiglu":
            a = F.silu(self.linear(at, "gate", x)) * u
        else:
            a = F.gelu(u, approximate="tanh") if kind == "gelu" else F.relu(u)
        return self.linear(at, "out", a)

    def forward(self, w):
        x = F.embedding(w["tokens"], self.params["embedding"])
        if kind_of(self.c["position"]) == "learned":
            x = x + F.embedding(w["position"], self.params["position.table"])
        hidden = [x]
        for layer in range(self.c["layers"]):
            at = f"layers.{layer}."
            if self.c["norm_placement"] == "pre":
                x = x + self.attention(at + "attention.", self.norm(at + "norm1.", x), w)
                x = x + self.feed_forward(at + "ffn.", self.norm(at + "norm2.", x))
            else:
                x = self.norm(at + "norm1.", x + self.attention(at + "attention.", x, w))
                x = self.norm(at + "norm2.", x + self.feed_forward(at + "ffn.", x))
            hidden.append(x)
        if self.c["norm_placement"] == "pre":
            x = self.norm("final_norm.", x)
        logits = F.linear(x, self.params["unembedding"], self.params.get("unembedding_bias"))
        losses = F.cross_entropy(logits.view(-1, V), w["target"].view(-1), reduction="none")
        return hidden, logits, (losses * w["weight"].view(-1)).sum()


def kind_of(pick):
    return pick["type"] if isinstance(pick, dict) else pick


def trajectory(name, kind, settings, decays):
    """Five steps of one tensor: the weights after each. Clipping is to the norm 1."""
    r = Numbers("trajectory " + name)
    w = torch.tensor([r.unit() for _ in range(12)]).requires_grad_()
    start = w.detach().clone()
    decay = settings["decay"] if decays else 0.0
    lr = 0.05
    if kind == "adamw":
        betas = (settings["beta1"], settings["beta2"])
        optimiser = torch.optim.AdamW([w], lr, betas, settings["eps"], weight_decay=decay)
    else:
        optimiser = torch.optim.SGD([w], lr, momentum=settings["momentum"])
    grads, after, scales = [], [], []
    for step in range(5):
        g = torch.tensor([r.unit() * (0.2 + step) for _ in range(12)])
        norm = torch.linalg.vector_norm(g)
        scale = float(1 / norm) if norm > 1 else 1.0
        for group in optimiser.param_groups:
            group["lr"] = lr / (1 + step)
        if kind == "sgd":  # PyTorch's decay goes through the momentum; ours does not
            with torch.no_grad():
                w.mul_(1 - lr / (1 + step) * decay)
        w.grad = g * scale
        optimiser.step()
        grads.append(g)
        scales.append(scale)
        after.append(w.detach().clone())
    assert min(scales) < 1 and max(scales) == 1, "clipping must be both on and off"
    return start, grads, scales, after


TRAJECTORIES = {
    "adamw": ("adamw", {"beta1": 0.9, "beta2": 0.95, "eps": 1e-8, "decay": 0.1}, True),
    "adamw_vector": ("adamw", {"beta1": 0.8, "beta2": 0.999, "eps": 1e-3, "decay": 0.5}, False),
    "sgd": ("sgd", {"momentum": 0.9, "decay": 0.0}, True),
    "sgd_decay": ("sgd", {"momentum": 0.5, "decay": 0.3}, True),
    "sgd_plain": ("sgd", {"momentum": 0.0, "decay": 0.3}, False),
}


def main(folder):
    numbers = []

    def put(name, tensor):
        flat = tensor.detach().reshape(-1).tolist()
        numbers.extend(flat)
        return {"name": name, "size": len(flat)}

    index = {"made_by": f"tests/golden/make_golden.py, torch {torch.__version__}, float64",
             "B": B, "T": T, "V": V, "cases": [], "trajectories": []}  # fmt: skip
    for name, changes in CASES.items():
        config = {**BASE, **changes}
        kind = config.pop("mask", "causal")
        rows = windows(kind)
        w = {key: torch.tensor(row).view(B, T) for key, row in rows.items()}
        model = Model(config)
        hidden, logits, loss = model.forward(w)
        loss.backward()
        tensors = [put(f"hidden.{i}", h) for i, h in enumerate(hidden)]
        tensors += [put("logits", logits), put("loss", loss)]
        tensors += [put("grad/" + n, p.grad) for n, p in model.params.items()]
        index["cases"].append({"name": name, "model": config, **rows, "tensors": tensors})
    for name, (kind, settings, decays) in TRAJECTORIES.items():
        start, grads, scales, after = trajectory(name, kind, settings, decays)
        tensors = [put("start", start)]
        for step in range(5):
            tensors += [put("grad", grads[step]), put("scale", torch.tensor(scales[step])),
                        put("after", after[step])]  # fmt: skip
        index["trajectories"].append(
            {"name": name, "optimiser": {"type": kind, **settings}, "decays": decays, "lr": 0.05,
             "tensors": tensors})  # fmt: skip
    (folder / "golden.bin").write_bytes(struct.pack(f"<{len(numbers)}d", *numbers))
    text = json.dumps(index, separators=(",", ":")).replace('{"name"', '\n{"name"')
    (folder / "golden.json").write_text(text + "\n")
    print(f"{len(index['cases'])} cases, {len(numbers)} numbers, torch {torch.__version__}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
