"""Trajectories: five steps of one small tensor. PyTorch's own optimiser where it has one."""

import torch

from .numbers import Numbers

LR, STEPS, SHAPE = 0.05, 5, (3, 4)


def adamw(w, beta1, beta2, eps, decay):
    return torch.optim.AdamW([w], LR, (beta1, beta2), eps, weight_decay=decay)


def adam(w, beta1, beta2, eps, decay):
    return torch.optim.Adam([w], LR, (beta1, beta2), eps, weight_decay=decay)


def rmsprop(w, alpha, eps, momentum, decay):
    return torch.optim.RMSprop([w], LR, alpha, eps, weight_decay=decay, momentum=momentum)


class Own(torch.optim.Optimizer):
    """For what PyTorch has not: move(w, g, state, lr) gives the step that is taken off w."""

    def __init__(self, w, move, decay):
        super().__init__([w], {"lr": LR})
        self.move, self.decay = move, decay

    @torch.no_grad()
    def step(self):
        group = self.param_groups[0]
        w = group["params"][0]
        w -= group["lr"] * (self.move(w.grad, self.state[w]) + self.decay * w)


def sgd(w, momentum, decay):
    """PyTorch's decay goes through the momentum; here it does not."""
    def move(g, state):
        state["m"] = momentum * state.get("m", 0.0) + g
        return state["m"]

    return Own(w, move, decay)


def lion(w, beta1, beta2, decay):
    """Chen et al. 2023, arXiv 2302.06675, program 1."""
    def move(g, state):
        m = state.get("m", torch.zeros_like(g))
        state["m"] = beta2 * m + (1 - beta2) * g
        return torch.sign(beta1 * m + (1 - beta1) * g)

    return Own(w, move, decay)


OPTIMISER = {"adamw": adamw, "adam": adam, "sgd": sgd, "rmsprop": rmsprop, "lion": lion}

# name: optimiser, settings, whether the tensor is one that decays
TRAJECTORIES = {
    "adamw": ("adamw", {"beta1": 0.9, "beta2": 0.95, "eps": 1e-8, "decay": 0.1}, True),
    "adamw_vector": ("adamw", {"beta1": 0.8, "beta2": 0.999, "eps": 1e-3, "decay": 0.5}, False),
    "adam": ("adam", {"beta1": 0.9, "beta2": 0.95, "eps": 1e-8, "decay": 0.1}, True),
    "adam_vector": ("adam", {"beta1": 0.7, "beta2": 0.99, "eps": 1e-3, "decay": 0.5}, False),
    "sgd": ("sgd", {"momentum": 0.9, "decay": 0.0}, True),
    "sgd_decay": ("sgd", {"momentum": 0.5, "decay": 0.3}, True),
    "sgd_plain": ("sgd", {"momentum": 0.0, "decay": 0.3}, False),
    "rmsprop": ("rmsprop", {"alpha": 0.9, "eps": 1e-6, "momentum": 0.0, "decay": 0.2}, True),
    "rmsprop_momentum": ("rmsprop", {"alpha": 0.99, "eps": 1e-3, "momentum": 0.7, "decay": 0.0}, True),
    "lion": ("lion", {"beta1": 0.9, "beta2": 0.99, "decay": 0.3}, True),
    "lion_vector": ("lion", {"beta1": 0.5, "beta2": 0.8, "decay": 0.3}, False),
}


def trajectory(name, kind, settings, decays):
    """The gradients, and the weights after each step. Clipping is to the norm 1."""
    r = Numbers("trajectory " + name)
    n = SHAPE[0] * SHAPE[1]
    w = torch.tensor([r.unit() for _ in range(n)]).view(SHAPE).requires_grad_()
    start = w.detach().clone()
    used = {**settings, "decay": settings["decay"] if decays else 0.0}
    optimiser = OPTIMISER[kind](w, **used)
    steps = []
    for step in range(STEPS):
        g = torch.tensor([r.unit() * (0.2 + step) for _ in range(n)]).view(SHAPE)
        scale = float(1 / max(torch.linalg.vector_norm(g), 1))
        for group in optimiser.param_groups:
            group["lr"] = LR / (1 + step)
        w.grad = g * scale
        optimiser.step()
        steps.append({"grad": g, "scale": scale, "after": w.detach().clone()})
    scales = [s["scale"] for s in steps]
    assert min(scales) < 1 and max(scales) == 1, "clipping must be both on and off"
    return start, steps
