"""Activations of the feed-forward layer: (function, whether another matrix gates it)."""

from functools import partial

import torch.nn.functional as F

gelu = partial(F.gelu, approximate="tanh")

FFN = {
    "none": None,
    "relu": (F.relu, False),
    "relu2": (lambda u: F.relu(u).square(), False),
    "gelu": (gelu, False),
    "silu": (F.silu, False),
    "reglu": (F.relu, True),
    "geglu": (gelu, True),
    "swiglu": (F.silu, True),
}
