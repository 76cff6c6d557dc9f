"""Trajectories: five steps of one small tensor. PyTorch's own optimiser where it has one."""

import torch

from .numbers import Numbers
from .drawn import rotation

LR, STEPS = 0.05, 5


def adamw(w, beta1, beta2, eps, decay, lr=LR):
    return torch.optim.AdamW([w], lr, (beta1, beta2), eps, weight_decay=decay)


def adam(w, beta1, beta2, eps, decay):
    return torch.optim.Adam([w], LR, (beta1, beta2), eps, weight_decay=decay)


def rmsprop(w, alpha, eps, momentum, decay):
    return torch.optim.RMSprop([w], LR, alpha, eps, weight_decay=decay, momentum=momentum)


class Own(torch.optim.Optimizer):
    """For what PyTorch has not: move(g, state) gives the direction that is taken off w."""

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
    """Chen et al. 2023, arXiv 2302.06675."""
    def move(g, state):
        m = state.get("m", torch.zeros_like(g))
        state["m"] = beta2 * m + (1 - beta2) * g
        return torch.sign(beta1 * m + (1 - beta1) * g)

    return Own(w, move, decay)


def orthogonalised(m):
    """Jordan 2024: five turns of a x + b x^3 + c x^5 on the singular values of m / |m|."""
    u, s, v = torch.linalg.svd(m / (torch.linalg.matrix_norm(m) + 1e-7), full_matrices=False)
    for _ in range(5):
        s = 3.4445 * s - 4.7750 * s**3 + 2.0315 * s**5
    return u @ torch.diag(s) @ v


def muon(w, momentum, decay, nesterov, adam_lr, beta1, beta2, eps, inner=True):
    """As torch.optim.Muon, which works in bfloat16; what is no inner matrix takes AdamW."""
    if not inner:
        return adamw(w, beta1, beta2, eps, decay, LR * adam_lr)

    def move(g, state):
        state["m"] = torch.lerp(g, state.get("m", torch.zeros_like(g)), momentum)
        direction = orthogonalised(torch.lerp(g, state["m"], momentum) if nesterov else state["m"])
        rows, cols = w.shape  # what goes in, what comes out
        return max(1, cols / rows) ** 0.5 * direction

    return Own(w, move, decay)


class orthoadam(torch.optim.Optimizer):
    """Kaul et al. 2024, arXiv 2410.17174: AdamW on weights that are turned."""

    def __init__(self, w, beta1, beta2, eps, decay, seed, index):
        super().__init__([w], {"lr": LR})
        self.w, self.Q = w, rotation(seed, index, w.numel())
        self.turned = (self.Q @ w.detach().flatten()).requires_grad_()
        self.adamw = adamw(self.turned, beta1, beta2, eps, decay)

    @torch.no_grad()
    def step(self):
        self.turned.grad = self.Q @ self.w.grad.flatten()
        self.adamw.param_groups[0]["lr"] = self.param_groups[0]["lr"]
        self.adamw.step()
        self.w.copy_((self.Q.T @ self.turned).view_as(self.w))


OPTIMISER = {
    "adamw": adamw,
    "adam": adam,
    "sgd": sgd,
    "rmsprop": rmsprop,
    "lion": lion,
    "muon": muon,
    "orthoadam": orthoadam,
}

TRAJECTORIES = {}


def case(name, kind, shape=(3, 4), decays=True, about=None, **settings):
    """about: what else the update knows of the tensor."""
    assert name not in TRAJECTORIES, name
    TRAJECTORIES[name] = {"optimiser": {"type": kind, **settings}, "shape": shape, "decays": decays,
                          "about": about or {}}  # fmt: skip


case("adamw", "adamw", beta1=0.9, beta2=0.95, eps=1e-8, decay=0.1)
case("adamw_vector", "adamw", (12,), False, beta1=0.8, beta2=0.999, eps=1e-3, decay=0.5)
case("adam", "adam", beta1=0.9, beta2=0.95, eps=1e-8, decay=0.1)
case("adam_vector", "adam", (12,), False, beta1=0.7, beta2=0.99, eps=1e-3, decay=0.5)
case("sgd", "sgd", momentum=0.9, decay=0.0)
case("sgd_decay", "sgd", momentum=0.5, decay=0.3)
case("sgd_plain", "sgd", (12,), False, momentum=0.0, decay=0.3)
case("rmsprop", "rmsprop", alpha=0.9, eps=1e-6, momentum=0.0, decay=0.2)
case("rmsprop_momentum", "rmsprop", (12,), False, alpha=0.99, eps=1e-3, momentum=0.7, decay=0.4)
case("lion", "lion", beta1=0.9, beta2=0.99, decay=0.3)
case("lion_vector", "lion", (12,), False, beta1=0.5, beta2=0.8, decay=0.3)
MUON = {"momentum": 0.9, "decay": 0.2, "nesterov": True, "adam_lr": 0.25,
        "beta1": 0.9, "beta2": 0.95, "eps": 1e-8}  # fmt: skip
case("muon", "muon", (3, 4), about={"inner": True}, **MUON)
case("muon_tall", "muon", (6, 2), about={"inner": True},
     **{**MUON, "momentum": 0.8, "nesterov": False})  # fmt: skip
case("muon_square", "muon", (4, 4), False, about={"inner": True}, **MUON)
case("muon_table", "muon", (3, 4), about={"inner": False},
     **{**MUON, "beta1": 0.8, "beta2": 0.9, "eps": 1e-3, "adam_lr": 0.5})  # fmt: skip
case("orthoadam", "orthoadam", about={"seed": 5, "index": 3},
     beta1=0.9, beta2=0.95, eps=1e-8, decay=0.1)  # fmt: skip
case("orthoadam_vector", "orthoadam", (7,), False, about={"seed": 12, "index": 0},
     beta1=0.8, beta2=0.99, eps=1e-3, decay=0.1)  # fmt: skip
case("orthoadam_large", "orthoadam", (5, 17), about={"seed": 1, "index": 9},
     beta1=0.9, beta2=0.95, eps=1e-8, decay=0.2)  # fmt: skip


def trajectory(name, optimiser, shape, decays, about):
    """The gradients, and the weights after each step. Clipping is to the norm 1."""
    r = Numbers("trajectory " + name)
    n = torch.Size(shape).numel()
    w = torch.tensor([r.unit() for _ in range(n)]).view(shape).requires_grad_()
    start = w.detach().clone()
    settings = {**optimiser, **about, "decay": optimiser["decay"] if decays else 0.0}
    stepper = OPTIMISER[settings.pop("type")](w, **settings)
    first = [group["lr"] for group in stepper.param_groups]
    steps = []
    for step in range(STEPS):
        g = torch.tensor([r.unit() * (0.2 + step) for _ in range(n)]).view(shape) / n**0.5 * 12**0.5
        scale = float(1 / max(torch.linalg.vector_norm(g), 1))
        for group, lr in zip(stepper.param_groups, first):
            group["lr"] = lr / (1 + step)
        w.grad = g * scale
        stepper.step()
        steps.append({"grad": g, "scale": scale, "after": w.detach().clone()})
    scales = [s["scale"] for s in steps]
    assert min(scales) < 1 and max(scales) == 1, "clipping must be both on and off"
    return start, steps
