"""What the engine draws while it trains, by its random numbers (SplitMix64's finaliser over a
counter): OrthoAdam's rotation and dropout's masks."""

import math

import torch

GOLDEN, MASK = 0x9E3779B97F4A7C15, 2**64 - 1
DROPOUT, ROTATION = 6, 7  # numbers of streams


def mix(x):
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & MASK
    x = (x ^ x >> 27) * 0x94D049BB133111EB & MASK
    return x ^ x >> 31


class Random:
    def __init__(self, seed, stream, a, b):
        key = mix(seed + GOLDEN & MASK)
        key = mix(key ^ stream * GOLDEN & MASK)
        key = mix(key + a * GOLDEN + 1 & MASK)
        self.key, self.counter = mix(key + b * GOLDEN + 2 & MASK), 0

    def next(self):
        self.counter += 1
        return mix(self.key + GOLDEN * self.counter & MASK)

    def below(self, n):
        while True:
            product = (self.next() >> 32) * n
            if product % 2**32 >= 2**32 % n:
                return product >> 32


def hadamard(size):
    h = torch.ones(1, 1)
    while len(h) < size:
        h = torch.kron(torch.tensor([[1.0, 1.0], [1.0, -1.0]]), h)
    return h / math.sqrt(size)


def rotation(seed, index, n):
    """H D P: a permutation, signs, and Hadamard matrices of 64 x 64 over sqrt(64), or of smaller
    powers of two where fewer numbers are left."""
    r = Random(seed, ROTATION, index, 0)
    start, stride = r.below(n), 1 + r.below(n)
    while math.gcd(stride, n) != 1:
        stride += 1
    P = torch.eye(n)[[(start + i * stride) % n for i in range(n)]]
    blocks, signs, left = [], [], n
    while left:
        size = min(64, 2 ** (left.bit_length() - 1))
        bits = r.next()
        signs += [1.0 - 2 * (bits >> i & 1) for i in range(size)]
        blocks.append(hadamard(size))
        left -= size
    Q = torch.block_diag(*blocks) @ torch.diag(torch.tensor(signs)) @ P
    assert torch.allclose(Q @ Q.T, torch.eye(n), atol=1e-14)
    return Q


def dropout(x, share, seed, step, place):
    """x (B,T,C), a share of it set to 0, the rest scaled up: 32 bits a number, two to a draw."""
    mask = []
    for window in range(len(x)):
        r = Random(seed, DROPOUT, step, window * 64 + place)
        draws = [r.next() for _ in range((x[window].numel() + 1) // 2)]
        bits = [half for draw in draws for half in (draw & 2**32 - 1, draw >> 32)]
        mask.append([float(b >= int(share * 2**32)) for b in bits[: x[window].numel()]])
    return x * torch.tensor(mask).view_as(x) / (1 - share)
