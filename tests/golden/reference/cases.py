"""What there are vectors of: a line is a case, and a new row or option of one adds a line."""

LARGE = {
    "layers": 2, "heads": 2, "width": 8, "head_size": 0, "ffn_width": 12,
    "position": {"type": "rotary", "base": 100}, "norm": {"type": "rmsnorm", "eps": 1e-5},
    "norm_placement": "pre", "similarity": "exp", "normaliser": "sum", "ffn": "gelu", "bias": False,
}  # fmt: skip
# One layer of everything is enough for a row of attention, which is most of them.
SMALL = {**LARGE, "layers": 1, "ffn_width": 4, "ffn": "relu"}

CASES = {}


def row(type, **settings):
    return {"type": type, **settings} if settings else type


def case(name, windows="causal", prefix=None, objective=None, base=LARGE, **changes):
    assert name not in CASES, name
    CASES[name] = {"model": {**base, **changes}, "windows": windows, "prefix": prefix,
                   "objective": objective or {}}  # fmt: skip


def small(name, *args, **kwargs):
    case(name, *args, base=SMALL, **kwargs)


GROUPED = {"heads": 4, "head_size": 4, "kv_heads": 2}
RELATIVE = row("relative", buckets=6, max_distance=7)
LAYERNORM = row("layernorm", eps=1e-4)

# ---- norms and where they stand ----
case("rmsnorm_post", norm_placement="post")
small("rmsnorm_eps", norm=row("rmsnorm", eps=0.01))
case("layernorm_pre", norm=LAYERNORM, position="learned")
case("layernorm_post", norm=LAYERNORM, norm_placement="post")
case("sandwich", norm_placement="sandwich")
case("layernorm_sandwich", norm=LAYERNORM, norm_placement="sandwich", bias=True, ffn="none")

# ---- feed-forward ----
case("relu", ffn="relu")
case("swiglu", ffn="swiglu")
small("silu", ffn="silu")
small("relu2", ffn="relu2")
small("reglu", ffn="reglu")
small("geglu", ffn="geglu", bias=True)
case("attention_only", ffn="none")
small("attention_only_post", ffn="none", norm_placement="post")

# ---- positions ----
case("rotary")
case("none", position="none")
case("learned", position="learned")
case("rotary_base", position=row("rotary", base=10000), layers=1, heads=1)
small("rotary_fraction", position=row("rotary", base=50, fraction=0.7))
small("sinusoidal", position="sinusoidal")
small("sinusoidal_restart", "restart", position=row("sinusoidal", base=30, scale=0.3))
case("relative", position=RELATIVE)
small("relative_shared", "shared", position=row("relative", buckets=4, max_distance=6))
case("alibi", position="alibi")
small("alibi_shared", "shared", position="alibi", heads=4)

# ---- heads and scores ----
case("bias", norm=LAYERNORM, bias=True, ffn="swiglu", position="learned")
case("head_size", head_size=6, layers=1)
small("tied", tied=True)
small("tied_bias", tied=True, bias=True, norm_placement="post")
small("kv_heads", **GROUPED)
small("one_kv_head", "documents", heads=3, head_size=2, kv_heads=1, bias=True)
small("qk_norm", qk_norm=True, bias=True)
small("qk_norm_shared_keys", qk_norm=True, **GROUPED)
small("softcap", softcap=0.5)
small("softcap_alibi", "shared", softcap=2, position="alibi")
small("added_heads", head_combination="sum", bias=True)
small("added_heads_shared_keys", head_combination="sum", **GROUPED)

# ---- similarities and normalisers: every pair that has a meaning for any scores ----
def pair(similarity_name, normaliser_name, *args, **changes):
    small(f"{similarity_name}_{normaliser_name}", *args, width=4, **changes)


ALPHA, P = row("scaled", alpha=0.3), row("pnorm", p=0.4)
POSITIVE = {"exp": "exp", "sigmoid": "sigmoid", "sigmoid_log": row("sigmoid", bias="log_context"),
            "elu": "elu", "elu_map": "elu_map"}  # fmt: skip
SIGNED = {"identity": "identity", "mlp": "mlp", "relu": "relu"}
for s, similarity in {**POSITIVE, **SIGNED}.items():
    for normaliser in ("none", "keys", "max_abs"):
        pair(s, normaliser, "documents", similarity=similarity, normaliser=normaliser)
for s, similarity in POSITIVE.items():
    for normaliser in ("sum", ALPHA, P, "off_by_one"):
        if (s, normaliser) != ("exp", "sum"):
            n = normaliser if isinstance(normaliser, str) else normaliser["type"]
            pair(s, n, "shared", similarity=similarity, normaliser=normaliser)
for normaliser in ("none", "keys", "max_abs"):
    pair("softpick", normaliser, "documents", similarity="softpick", normaliser=normaliser)
pair("softpick", "scaled", "shared", similarity="softpick", normaliser=ALPHA)
pair("relu", "off_by_one", "shared", similarity="relu", normaliser="off_by_one")
small("pnorm", normaliser="pnorm", layers=2)
small("pnorm_above_one", normaliser=row("pnorm", p=1.5))
small("scaled", "documents", normaliser=row("scaled", alpha=2))
small("softpick", "shared", similarity="softpick", layers=2)
small("clipped", "shared", similarity="clipped", layers=2)
small("clipped_both", similarity=row("clipped", gamma=-0.2, zeta=1.3))
small("mlp", "documents", similarity="mlp", normaliser="max_abs", bias=True, layers=2, **GROUPED)
small("elu_map", similarity="elu_map", **GROUPED)
small("elu_alibi", similarity="elu", position="alibi")
small("softpick_relative", similarity="softpick", position=RELATIVE)

# ---- slots ----
small("sink_token", "first", slot="sink_token", layers=2)
small("sink_token_learned", "first", slot="sink_token", position="learned")
small("sink_token_keys", "first", slot="sink_token", similarity="sigmoid", normaliser="keys")
small("sink_token_window", "first", slot="sink_token", mask=row("window", size=3))
small("sink_token_shifted_window", "first", slot="sink_token", mask=row("shifted_window", size=3))
small("sink_token_prefix", "first", prefix=[4, 2], slot="sink_token")
small("sink_token_any_document", "documents", slot="sink_token", mask=row("window", size=4))
small("sink_token_documents", "shared", slot="sink_token", position="alibi", tied=True)
small("kv_bias", "shared", slot=row("kv_bias", scale=1), layers=2)
small("kv_bias_shared_keys", slot="kv_bias", **GROUPED, qk_norm=True)
small("kv_bias_alibi", "documents", slot="kv_bias", position="alibi", softcap=3)
small("kv_bias_map", slot="kv_bias", similarity="elu_map", bias=True)
small("kv_bias_mlp", "documents", slot="kv_bias", similarity="mlp", normaliser="max_abs", bias=True)
small("kv_bias_keys", "documents", slot="kv_bias", similarity="relu", normaliser="keys")
small("kv_bias_sigmoid", slot="kv_bias", similarity="sigmoid", normaliser="none")
small("kv_bias_softpick", slot="kv_bias", similarity="softpick")
small("kv_bias_clipped", slot="kv_bias", similarity="clipped")
small("kv_bias_pnorm", slot="kv_bias", normaliser="pnorm")
small("k_bias", "documents", slot="k_bias", layers=2)
small("k_bias_dims", slot=row("k_bias", dims=3, scale=1), **GROUPED)
small("k_bias_fixed", slot="k_bias_fixed")
small("k_bias_fixed_first", "shared", slot=row("k_bias_fixed", size=5, direction="first", scale=1))
small("k_bias_fixed_all", slot=row("k_bias_fixed", size=2, direction="all"), **GROUPED)
small("v_bias", "documents", slot="v_bias")
small("v_bias_shared_keys", slot="v_bias", **GROUPED, head_combination="sum")
small("sink_logit", "documents", slot="sink_logit", layers=2)
small("sink_logit_clipped", slot="sink_logit", similarity="clipped", **GROUPED)
small("sink_logit_off_by_one", "documents", slot="sink_logit", normaliser="off_by_one")
small("sink_logit_alibi", slot="sink_logit", position="alibi")
small("sink_logit_softcap", slot="sink_logit", softcap=1)

# ---- gates ----
small("gate_head", gate="head", layers=2)
small("gate_head_bias", "documents", gate="head", bias=True, slot="v_bias")
small("gate_element", gate="element", bias=True, head_combination="sum")
small("gate_element_shared_keys", gate="element", **GROUPED, norm_placement="post")
small("gate_value", gate="value", bias=True)
small("gate_value_shared_keys", gate="value", **GROUPED, slot="kv_bias")

# ---- masks ----
case("documents", "documents")
case("restart", "restart", position="learned", ffn="swiglu")
case("shared", "shared", norm_placement="post")
small("padding", "padding", layers=2)
small("shared_padding", "shared_padding", position="learned")
small("window", mask=row("window", size=3), layers=2)
small("window_shared", "shared", mask=row("window", size=4))
small("shifted_window", mask=row("shifted_window", size=3), layers=2)
small("shifted_window_shared", "shared", mask=row("shifted_window", size=4))
small("shifted_window_slot", "documents", mask=row("shifted_window", size=2), slot="kv_bias")
small("window_keys", "documents", mask=row("window", size=3), similarity="relu", normaliser="keys")
small("prefix", prefix=[3, 5], layers=2)
small("prefix_documents", "documents", prefix=[4, 0], position="alibi")
small("prefix_relative", prefix=[6, 2], position=row("relative", buckets=4, max_distance=6))
small("prefix_slot", prefix=[3, 8], slot="kv_bias", similarity="sigmoid", normaliser="keys")

# ---- objective ----
small("label_smoothing", objective={"label_smoothing": 0.2})
small("z_loss", "documents", objective={"z_loss": 0.05}, tied=True)

# ---- whole steps ----
RUNS = {}
SGD = row("sgd", momentum=0.0, decay=0.0)
ADAMW = row("adamw", beta1=0.9, beta2=0.95, eps=1e-8, decay=0.1)


def run(name, train, windows="causal", **changes):
    RUNS[name] = {
        "windows": windows,
        "config": {
            "seed": "3",
            "model": {**SMALL, **changes},
            "data": {"corpus": "text", "packing": "causal", "context": 8},
            "train": {"steps": 1, "batch": 2, "shards": 2, "lr": 0.5, "clip": 0,
                      "optimiser": SGD, **train},  # fmt: skip
        },
    }


run("objective", {"label_smoothing": 0.1, "z_loss": 0.01}, bias=True)
run("l2", {"l2": 0.3}, "documents", bias=True)
run("all_objectives", {"label_smoothing": 0.1, "z_loss": 0.01, "l2": 0.02, "clip": 0.5, "steps": 3})
run("clip", {"clip": 0.1, "optimiser": ADAMW, "lr": 0.01, "steps": 3, "shards": 1}, bias=True)
run("dropout", {"dropout": 0.3, "steps": 3}, layers=2, position="learned")
run("dropout_post", {"dropout": 0.1, "shards": 1, "l2": 0.1}, norm_placement="post")
