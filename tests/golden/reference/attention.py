"""Attention: o_i = sum_j w_ij v_j, w_ij = sim(q_i, k_j) / Z_i (Gu et al. 2025, arXiv 2410.10781).

Scores s and what becomes of them are (B,H,T,S), S keys of which `sees` tells the visible ones.
"""

import math

import torch
import torch.nn.functional as F

from .norms import rmsnorm

# ---- similarity: e = sim(s), and for some what stands around it ----


class exp:
    def __init__(self, model, at):
        self.model, self.at = model, at

    def map(self, x):
        """A feature map on queries and keys (…,D)."""
        return x

    def sim(self, s):
        return torch.exp(s)

    def weigh(self, s, sees, normalise):
        e = torch.where(sees, self.sim(s), 0.0)
        return e / normalise(e)


class sigmoid(exp):
    def __init__(self, model, at, bias="none"):
        self.shift = {"none": 0.0, "log_context": math.log(model.T)}[bias]

    def sim(self, s):
        return torch.sigmoid(s - self.shift)


class elu(exp):
    def sim(self, s):
        return F.elu(s) + 1


class identity(exp):
    def sim(self, s):
        return s


class relu(exp):
    def sim(self, s):
        return F.relu(s)


class elu_map(identity):
    def map(self, x):
        return F.elu(x) + 1


class mlp(identity):
    def __init__(self, model, at):
        self.model, self.at = model, at
        for name in ("map_in", "map_out"):
            model.add_linear(at, name, model.D, model.D)

    def map(self, x):
        hidden = F.relu(self.model.linear(self.at, "map_in", x))
        return self.model.linear(self.at, "map_out", hidden)


class softpick(exp):
    """Zuhri et al. 2025, arXiv 2504.20966; what is masked stays out of the sum, which is of sizes
    and has 1e-8 more. Where Z is no such sum, m would not cancel: there e = exp(s) - 1."""

    def weigh(self, s, sees, normalise):
        sums = self.model.kind("normaliser") in ("sum", "scaled")
        m = torch.where(sees, s, -math.inf).amax(-1, keepdim=True) if sums else torch.zeros(())
        e = torch.where(sees, torch.exp(s - m) - torch.exp(-m), 0.0)
        return F.relu(e) / normalise(F.pad(e.abs(), (1, 0), value=1e-8) if sums else e)


class clipped(exp):
    """Bondarenko et al. 2023, arXiv 2306.12929, eq. 4."""

    def __init__(self, model, at, gamma=-0.03, zeta=1.03):
        self.gamma, self.zeta = gamma, zeta

    def weigh(self, s, sees, normalise):
        p = super().weigh(s, sees, normalise)
        return torch.where(sees, torch.clip((self.zeta - self.gamma) * p + self.gamma, 0, 1), 0.0)


SIMILARITY = {
    "exp": exp,
    "sigmoid": sigmoid,
    "elu": elu,
    "elu_map": elu_map,
    "identity": identity,
    "mlp": mlp,
    "relu": relu,
    "softpick": softpick,
    "clipped": clipped,
}

# ---- normaliser: Z of e, 0 where a key is not seen ----

total = lambda e: e.sum(-1, keepdim=True)


def pnorm(e, sees, p=0.5):
    """(sum e^p)^(1/p), over what is seen, since 0^p has no slope."""
    return total(torch.where(sees, torch.where(sees, e, 1.0) ** p, 0.0)) ** (1 / p)


NORMALISER = {
    "sum": lambda e, sees: total(e),
    "none": lambda e, sees: torch.ones_like(total(e)),
    "keys": lambda e, sees: sees.expand(e.shape).sum(-1, keepdim=True),
    "scaled": lambda e, sees, alpha: total(e) / alpha,
    "pnorm": pnorm,
    "max_abs": lambda e, sees: total(e).abs().clamp(min=1),
    "off_by_one": lambda e, sees: 1 + total(e),
}

# ---- mask: which of T places a place may see, (T,T); i the query's, j the key's ----


def window(i, j, size):
    """Blocks of `size` tokens, each by itself."""
    return (i // size == j // size) & (j <= i)


def shifted_window(i, j, size):
    return (j <= i) & (j > i - size)


MASK = {"causal": lambda i, j: j <= i, "window": window, "shifted_window": shifted_window}

# ---- slot: keys and values that no token has ----


class no_slot:
    """`scale`, which some have, is where their numbers start; here all have others."""

    key = value = None  # (G,D)
    logit = None  # (H): a score instead of a key, behind which there is no value
    output = None  # (H,D)

    def __init__(self, model, at):
        pass


class sink_token(no_slot):
    """An input vector at place 0; the model adds it once, in front of the layers."""


class kv_bias(no_slot):
    def __init__(self, model, at, scale=0.02):
        self.key = model.add(at + "slot_k", model.G, model.D)
        self.value = model.add(at + "slot_v", model.G, model.D)


class k_bias(no_slot):
    def __init__(self, model, at, dims=0, scale=0.02):
        learnt = dims or model.D
        self.key = F.pad(model.add(at + "slot_k", model.G, learnt), (0, model.D - learnt))
        self.value = torch.zeros(model.G, model.D)


class k_bias_fixed(no_slot):
    def __init__(self, model, at, size=1.0, direction="first", scale=0.02):
        self.key = model.add(at + "slot_k", model.G, model.D)
        first = F.one_hot(torch.tensor(0), model.D).double()
        ones = torch.ones(model.D) / math.sqrt(model.D)
        self.value = (size * {"first": first, "all": ones}[direction]).expand(model.G, -1)


class v_bias(no_slot):
    def __init__(self, model, at):
        self.output = model.add(at + "slot_v", model.c["heads"], model.D)


class sink_logit(no_slot):
    def __init__(self, model, at):
        self.logit = model.add(at + "slot_logit", model.c["heads"])
        self.value = torch.zeros(model.G, model.D)


SLOT = {
    "none": no_slot,
    "sink_token": sink_token,
    "kv_bias": kv_bias,
    "k_bias": k_bias,
    "k_bias_fixed": k_bias_fixed,
    "v_bias": v_bias,
    "sink_logit": sink_logit,
}

# ---- gate: numbers of its matrix, and what it multiplies ----


class no_gate:
    size = None

    def __init__(self, model, at):
        self.model, self.at = model, at
        if self.size:
            model.add_linear(at, "gate", model.c["width"], self.size(model))

    def open(self, x, like):
        """sigmoid(x W_g) for what is gated, (B,heads,T,numbers of a head)."""
        return self.model.split(torch.sigmoid(self.model.linear(self.at, "gate", x)), like.shape[1])

    def gate_value(self, x, v):
        return v

    def gate_output(self, x, o):
        return o


class head(no_gate):
    size = staticmethod(lambda model: model.c["heads"])

    def gate_output(self, x, o):
        return o * self.open(x, o)


class element(head):
    size = staticmethod(lambda model: model.c["heads"] * model.D)


class value(no_gate):
    size = staticmethod(lambda model: model.G * model.D)

    def gate_value(self, x, v):
        return v * self.open(x, v)


GATE = {"none": no_gate, "head": head, "element": element, "value": value}

# ---- the layer ----


class Attention:
    def __init__(self, model, at):
        c, C, HD, GD = model.c, model.c["width"], model.c["heads"] * model.D, model.G * model.D
        self.model, self.at = model, at
        for name, n in (("q", HD), ("k", GD), ("v", GD)):
            model.add_linear(at, name, C, n)
        model.add_linear(at, "o", HD if c["head_combination"] == "concat" else model.D, C)
        if c["qk_norm"]:
            self.qk_norm = [model.add(f"{at}{name}_norm.weight", model.D) for name in "qk"]
        self.similarity = model.row(SIMILARITY, "similarity", at)
        self.slot = model.row(SLOT, "slot", at)
        self.gate = model.row(GATE, "gate", at)

    def queries_and_keys(self, x, position):
        m = self.model
        heads = (("q", m.c["heads"]), ("k", m.G))
        both = [m.split(m.linear(self.at, name, x), n) for name, n in heads]
        if m.c["qk_norm"]:
            both = [rmsnorm(a, weight) for a, weight in zip(both, self.qk_norm)]
        return [self.similarity.map(m.position.turn(a, position)) for a in both]

    def per_head(self, x):
        """Key and value heads (…,G,·,·), each for as many query heads as share it."""
        return x.repeat_interleave(self.model.c["heads"] // self.model.G, -3)

    def slot_scores(self, q):
        """(B,H,T,1), or None where there is no column for a slot."""
        if self.slot.logit is not None:
            return self.slot.logit[:, None, None].expand(*q.shape[:-1], 1)
        if self.slot.key is None:
            return None
        key = self.similarity.map(self.slot.key)[:, None]
        return q @ self.per_head(key).transpose(-1, -2) / math.sqrt(self.model.D)

    def weigh(self, q, k, w):
        m = self.model
        s = q @ self.per_head(k).transpose(-1, -2) / math.sqrt(m.D) + m.position.bias(w["position"])
        sees = w["sees"][:, None]
        slot = self.slot_scores(q)
        if slot is not None:
            s = torch.cat((slot, s), -1)
            sees = F.pad(sees, (1, 0), value=True)
        if m.c["softcap"]:
            s = m.c["softcap"] * torch.tanh(s / m.c["softcap"])
        z = m.pick(NORMALISER, "normaliser")
        weights = self.similarity.weigh(s, sees, lambda e: z(e, sees))
        if m.kind("similarity") == "exp" and m.kind("normaliser") == "sum":
            softmax = torch.softmax(s.masked_fill(~sees, -math.inf), -1)
            assert torch.allclose(weights, softmax, rtol=1e-13, atol=1e-15)
        return weights

    def __call__(self, x, w):
        m = self.model
        q, k = self.queries_and_keys(x, w["position"])
        v = self.gate.gate_value(x, m.split(m.linear(self.at, "v", x), m.G))
        self.weights = self.weigh(q, k, w)
        if self.slot.value is not None:
            v = torch.cat((self.slot.value[:, None].expand(len(v), -1, -1, -1), v), -2)
        o = self.weights @ self.per_head(v)
        if self.slot.output is not None:
            o = o + self.slot.output[:, None]
        o = self.gate.gate_output(x, o).transpose(1, 2)
        o = o.flatten(-2) if m.c["head_combination"] == "concat" else o.sum(-2)
        return m.linear(self.at, "o", o)
