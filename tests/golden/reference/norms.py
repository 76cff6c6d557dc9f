"""Norms, and where they stand: each placement says how a sublayer joins the residual stream."""

import torch
import torch.nn.functional as F


def rmsnorm(x, weight, bias=None, eps=1e-5):
    return weight * x / torch.sqrt((x * x).mean(-1, keepdim=True) + eps)


def layernorm(x, weight, bias=None, eps=1e-5):
    return F.layer_norm(x, x.shape[-1:], weight, bias, eps)


NORM = {"rmsnorm": rmsnorm, "layernorm": layernorm}
WITH_BIAS = {"layernorm"}

# name of a sublayer's norm, its input, the sublayer -> the stream after it
PLACEMENT = {
    "pre": lambda norm, at, x, f: x + f(norm(at, x)),
    "post": lambda norm, at, x, f: norm(at, x + f(x)),
    "sandwich": lambda norm, at, x, f: x + norm(at + "_out", f(norm(at, x))),
}
