"""Numbers that follow from a name: weights from their own, windows from their kind's."""

import torch

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
    """The parameter of this name, by the formula that golden.h knows too."""
    r = Numbers(name)
    if len(shape) == 2:
        scale, centre = (1.0 if name in ("embedding", "position.table") else 0.5), 0.0
    else:
        scale, centre = 0.25, (1.0 if name.endswith(".weight") else 0.0)
    n = torch.Size(shape).numel()
    return torch.tensor([centre + scale * r.unit() for _ in range(n)]).reshape(shape)


SHARED, PADDING = -1, -2  # documents of tokens that all see, and that nobody else sees

# many: several documents; shared: tokens in front that all see; restart: positions begin anew with
# each document; padding: tokens at the end of window b.
KINDS = {
    "causal": {},
    "documents": {"many": True},
    "restart": {"many": True, "restart": True},
    "shared": {"many": True, "restart": True, "shared": 1},
    "padding": {"many": True, "padding": (3, 1)},
    "shared_padding": {"many": True, "restart": True, "shared": 1, "padding": (2, 4)},
    "first": {"shared": 1},  # one document behind a place that all see: a sink token's
}


def windows(kind):
    """tokens, target, position, document, weight, each B windows of T."""
    k = KINDS[kind]
    r = Numbers("window " + kind)
    shared, padding = k.get("shared", 0), k.get("padding", (0,) * B)
    rows = {key: [] for key in ("tokens", "target", "position", "document", "weight")}
    for b in range(B):
        number, start, left = 0, 0, 2 + b
        for i in range(T):
            padded = i >= T - padding[b]
            if k.get("many") and i >= shared:
                if left == 0:
                    number, left = number + 1, 1 + r.below(3)
                    start = i - shared if k.get("restart") else 0
                left -= 1
            rows["tokens"].append(r.below(V))
            rows["target"].append(r.below(V))
            rows["position"].append(i - start)
            rows["document"].append(SHARED if i < shared else PADDING if padded else number)
            weight = float(left != 0) if k.get("many") else r.below(4) * 0.5
            rows["weight"].append(0.0 if padded or (kind == "first" and i == 0) else weight)
    return rows
