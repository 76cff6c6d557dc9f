"""The whole model: embedding, layers, unembedding, loss."""

import torch
import torch.nn.functional as F

from . import attention, numbers
from .ffn import FFN
from .norms import NORM, PLACEMENT, WITH_BIAS
from .positions import POSITION

# What a configuration that does not say so means.
ABSENT = {
    "kv_heads": 0, "qk_norm": False, "softcap": 0, "tied": False, "slot": "none", "gate": "none",
    "head_combination": "concat", "mask": "causal",
}  # fmt: skip


class Model:
    def __init__(self, config):
        self.c = c = {**ABSENT, **config}
        self.params = {}
        self.T = numbers.T
        self.D = c["head_size"] or c["width"] // c["heads"]
        self.G = c["kv_heads"] or c["heads"]
        self.add("embedding", numbers.V, c["width"])
        self.position = self.row(POSITION, "position")
        if self.kind("slot") == "sink_token":
            self.add("slot.token", c["width"])
        self.layers = [self.add_layer(f"layers.{i}.") for i in range(c["layers"])]
        if c["norm_placement"] != "post":
            self.add_norm("final_norm")
        if not c["tied"]:
            self.add("unembedding", numbers.V, c["width"])
        if c["bias"]:
            self.add("unembedding_bias", numbers.V)

    # ---- rows ----

    def kind(self, family):
        pick = self.c[family]
        return pick["type"] if isinstance(pick, dict) else pick

    def pick(self, table, family):
        """The chosen row of a family, with its settings bound."""
        pick = self.c[family]
        settings = {k: v for k, v in pick.items() if k != "type"} if isinstance(pick, dict) else {}
        row = table[self.kind(family)]
        return lambda *args: row(*args, **settings)

    def row(self, table, family, *at):
        return self.pick(table, family)(self, *at)

    # ---- parameters ----

    def add(self, name, *shape):
        self.params[name] = numbers.value_of(name, shape).requires_grad_()
        return self.params[name]

    def add_norm(self, at):
        self.add(at + ".weight", self.c["width"])
        if self.kind("norm") in WITH_BIAS:
            self.add(at + ".bias", self.c["width"])

    def add_linear(self, at, name, n, m):
        self.add(f"{at}w_{name}", n, m)
        if self.c["bias"]:
            self.add(f"{at}b_{name}", m)

    def add_layer(self, at):
        C, width = self.c["width"], self.c["ffn_width"]
        activation = FFN[self.c["ffn"]]
        for n in (1, 2) if activation else (1,):
            self.add_norm(f"{at}norm{n}")
            if self.c["norm_placement"] == "sandwich":
                self.add_norm(f"{at}norm{n}_out")
        if activation:
            self.add_linear(at + "ffn.", "in", C, width)
            self.add_linear(at + "ffn.", "out", width, C)
            if activation[1]:
                self.add_linear(at + "ffn.", "gate", C, width)
        return attention.Attention(self, at + "attention.")

    # ---- pieces of a pass ----

    def linear(self, at, name, x):
        return F.linear(x, self.params[f"{at}w_{name}"].T, self.params.get(f"{at}b_{name}"))

    def norm(self, at, x):
        weight, bias = self.params[at + ".weight"], self.params.get(at + ".bias")
        return self.pick(NORM, "norm")(x, weight, bias)

    def split(self, x, heads):
        """(B,T,heads n) to (B,heads,T,n)."""
        return x.unflatten(-1, (heads, -1)).transpose(1, 2)

    def feed_forward(self, at, x):
        f, gated = FFN[self.c["ffn"]]
        u = self.linear(at, "in", x)
        return self.linear(at, "out", f(self.linear(at, "gate", x)) * u if gated else f(u))

    def sees(self, w):
        """(B,T,T): what the mask shows of what the documents show."""
        i, j = torch.arange(self.T)[:, None], torch.arange(self.T)
        document = w["document"]
        same = document[:, None, :] == document[:, :, None]
        shared = document[:, None, :] == numbers.SHARED
        inside = self.pick(attention.MASK, "mask")(i, j).expand_as(same)
        if "prefix" in w:
            inside = inside | ((i < w["prefix"][:, None, None]) & (j < w["prefix"][:, None, None]))
        sees = (same | shared) & inside
        if self.kind("slot") == "sink_token":
            sees[:, :, 0] = True
        return sees

    def forward(self, w, drop=lambda place, x: x):
        """Residual stream before and after each layer, logits. drop: at the model's place, of x."""
        w = {**w, "sees": self.sees(w)}
        x = F.embedding(w["tokens"], self.params["embedding"])
        if self.kind("slot") == "sink_token":
            x = torch.cat((self.params["slot.token"].expand(len(x), 1, -1), x[:, 1:]), 1)
        x = drop(0, self.position.embed(x, w["position"]))
        join = PLACEMENT[self.c["norm_placement"]]
        hidden = [x]
        for n, layer in enumerate(self.layers):
            at = f"layers.{n}."
            sublayers = [lambda y: layer(y, w), lambda y: self.feed_forward(at + "ffn.", y)]
            for i, f in enumerate(sublayers if self.c["ffn"] != "none" else sublayers[:1]):
                x = join(self.norm, f"{at}norm{i + 1}", x, f, lambda y: drop(1 + 2 * n + i, y))
            hidden.append(x)
        if self.c["norm_placement"] != "post":
            x = self.norm("final_norm", x)
        top = self.params["embedding" if self.c["tied"] else "unembedding"]
        return hidden, F.linear(x, top, self.params.get("unembedding_bias"))

    def loss(self, logits, w, label_smoothing=0.0, z_loss=0.0):
        """Sum over the tokens."""
        target = w["target"].flatten()
        losses = F.cross_entropy(logits.flatten(0, 1), target, reduction="none",
                                 label_smoothing=label_smoothing)  # fmt: skip
        losses = losses + z_loss * torch.logsumexp(logits, -1).flatten() ** 2
        return (losses * w["weight"].flatten()).sum()
