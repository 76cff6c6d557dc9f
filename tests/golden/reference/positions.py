"""Positions. embed adds to the tokens' vectors x (B,T,C), turn moves queries and keys (B,H,T,D),
bias is added to the scores (B,H,T,T); position (B,T) counts as the windows say."""

import math

import torch
import torch.nn.functional as F


class none:
    def __init__(self, model):
        self.model = model

    def embed(self, x, position):
        return x

    def turn(self, x, position):
        return x

    def bias(self, position):
        return 0.0


class sinusoidal(none):
    """Vaswani et al. 2017, section 3.5."""

    def __init__(self, model, base=10000, scale=1.0):
        self.base, self.scale = base, scale

    def embed(self, x, position):
        C = x.shape[-1]
        angle = position[..., None] / self.base ** (torch.arange(0, C, 2) / C)
        return x + self.scale * torch.stack((angle.sin(), angle.cos()), -1).flatten(-2)


class learned(none):
    def __init__(self, model):
        self.table = model.add("position.table", model.T, model.c["width"])

    def embed(self, x, position):
        return x + F.embedding(position, self.table)


class relative(none):
    """Raffel et al. 2020 (T5), the causal half: a learned number for each bucket of distances."""

    def __init__(self, model, buckets=32, max_distance=128):
        self.buckets, self.max_distance = buckets, max_distance
        self.table = model.add("position.relative", buckets, model.c["heads"])

    def bucket(self, distance):
        exact = self.buckets // 2
        if distance < exact:
            return max(distance, 0)
        share = math.log(distance / exact) / math.log(self.max_distance / exact)
        return min(exact + math.floor(share * (self.buckets - exact)), self.buckets - 1)

    def bias(self, position):
        distance = position[:, :, None] - position[:, None, :]
        bucket = torch.tensor([self.bucket(d) for d in distance.flatten().tolist()])
        return self.table[bucket].view(*distance.shape, -1).permute(0, 3, 1, 2)


class alibi(none):
    """Press et al. 2022: a slope for each head."""

    def bias(self, position):
        H = self.model.c["heads"]
        slope = 2.0 ** (-8.0 * torch.arange(1, H + 1) / H)
        distance = (position[:, :, None] - position[:, None, :]).clamp(min=0)
        return -slope[:, None, None] * distance[:, None]


class rotary(none):
    """Su et al. 2021: adjacent pairs are complex numbers, turned by a unit number."""

    def __init__(self, model, base=10000, fraction=1.0):
        self.base, self.fraction = base, fraction

    def turn(self, x, position):
        R = 2 * math.floor(self.fraction * x.shape[-1] / 2)
        angle = position[:, None, :, None] * self.base ** (-torch.arange(0, R, 2) / R)
        z = torch.view_as_complex(x[..., :R].reshape(*x.shape[:-1], R // 2, 2))
        turned = torch.view_as_real(z * torch.polar(torch.ones_like(angle), angle)).flatten(-2)
        return torch.cat((turned, x[..., R:]), -1)


POSITION = {
    "none": none,
    "sinusoidal": sinusoidal,
    "learned": learned,
    "relative": relative,
    "alibi": alibi,
    "rotary": rotary,
}
