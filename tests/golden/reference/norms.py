"""Norms, and where they stand: each placement says how a sublayer joins the residual stream."""

import torch
import torch.nn.functional as F


def rmsnorm(x, weight, bias=None, eps=1e-5):
    return weight * x / torch.sqrt((x * x).mean(-1, keepdim=True) + eps)


def layernorm(x, weight, bias=None, eps=1e-5):
    return F.layer_norm(x, x.shape[-1:], weight, bias, eps)


NORM = {"rmsnorm": rmsnorm, "layernorm": layernorm}
WITH_BIAS = {"layernorm"}

# norm(at, x); at, a sublayer's norm; x, its input; f, the sublayer; drop, dropout on what is added
# -> the stream after it
PLACEMENT = {
    "pre": lambda norm, at, x, f, drop: x + drop(f(norm(at, x))),
    "post": lambda norm, at, x, f, drop: norm(at, x + drop(f(x))),
    "sandwich": lambda norm, at, x, f, drop: x + drop(norm(at + "_out", f(norm(at, x)))),
}
