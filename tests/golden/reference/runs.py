"""Whole steps of training on given windows: objective, clipping, decay, the optimiser."""

import torch

from . import drawn
from .model import Model
from .optimisers import OPTIMISER


ABSENT = {"clip": 0, "label_smoothing": 0.0, "z_loss": 0.0, "l2": 0.0, "dropout": 0.0}


class Group:
    """One optimiser for all tensors; only matrices decay."""

    def __init__(self, model, type, **settings):
        self.all = []
        for index, p in enumerate(model.params.values()):
            own = {**settings, "decay": settings["decay"] if p.dim() >= 2 else 0.0}
            self.all.append(OPTIMISER[type](p, **own))

    def step(self, lr):
        for one in self.all:
            for group in one.param_groups:
                group["lr"] = lr
            one.step()


def run(config, w):
    """The loss of each step, and the model after all of them."""
    c = {**ABSENT, **config["train"]}
    model = Model(config["model"])
    params = model.params.values()
    optimiser = Group(model, **c["optimiser"])
    losses = []
    for step in range(c["steps"]):
        drop = lambda place, x: drawn.dropout(x, c["dropout"], int(config["seed"]), step, place)
        _, logits = model.forward(w, drop) if c["dropout"] else model.forward(w)
        loss = model.loss(logits, w, c["label_smoothing"], c["z_loss"]) / w["weight"].sum()
        loss = loss + c["l2"] / 2 * sum((p * p).sum() for p in params if p.dim() >= 2)
        for p in params:
            p.grad = None
        loss.backward()
        norm = torch.sqrt(sum((p.grad * p.grad).sum() for p in params))
        if 0 < c["clip"] < norm:
            for p in params:
                p.grad *= c["clip"] / norm
        optimiser.step(c["lr"])
        losses.append(loss.item())
    return losses, model
