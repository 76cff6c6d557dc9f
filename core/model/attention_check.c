/* What of attention goes together, and a sentence for what does not. */
#include "model.h"

static sl_code check_normaliser(const sl_similarity_type *s, const sl_normaliser_type *z,
                                sl_error *e) {
  if (z->divides && s->can_vanish)
    return sl_fail(e, SL_E_CONFIG, "model.normaliser",
                   "The weights of \"%s\" may add up to zero, and \"%s\" would divide by that; "
                   "choose none, keys or max_abs.",
                   s->desc.id, z->desc.id);
  if (z->is_positive && s->is_signed)
    return sl_fail(e, SL_E_CONFIG, "model.normaliser",
                   "The weights of \"%s\" may be negative, which \"%s\" is not made for; choose "
                   "none, keys or max_abs.",
                   s->desc.id, z->desc.id);
  if (s->needs_shares && !z->unit_rows)
    return sl_fail(e, SL_E_CONFIG, "model.normaliser",
                   "\"%s\" stretches shares that add up to one: it goes with the normaliser sum, "
                   "not with \"%s\".",
                   s->desc.id, z->desc.id);
  return SL_OK;
}

/* A slot without a value acts through Z alone. */
static sl_code check_slot(const sl_sink_type *sink, const sl_similarity_type *s,
                          const sl_normaliser_type *z, sl_error *e) {
  const int in_rows = sink->has & (SL_SINK_KEY | SL_SINK_LOGIT);
  const int has_value = sink->has & SL_SINK_VALUE || sink->value;
  if (sink->has & SL_SINK_LOGIT && (!s->shifts || s->is_signed))
    return sl_fail(
        e, SL_E_CONFIG, "model.slot",
        "A sink logit is one more exponential in the sum of a softmax, which \"%s\" does "
        "not have; choose the similarity exp.",
        s->desc.id);
  if (in_rows && !has_value && !z->backward)
    return sl_fail(
        e, SL_E_CONFIG, "model.slot",
        "A slot without a value only adds to what a row is divided by, and with the normaliser "
        "\"%s\" that is fixed: it would change nothing; choose sum, or a slot with a value.",
        z->desc.id);
  return SL_OK;
}

static sl_code check_scores(const sl_model_config *c, const sl_similarity_type *s, sl_error *e) {
  const sl_position_type *position = (const sl_position_type *)c->position.row;
  if (s->is_kernel && position->bias)
    return sl_fail(e, SL_E_CONFIG, "model.position",
                   "\"%s\" adds a bias to scores, and the kernel \"%s\" has no scores to bias; "
                   "choose another position or similarity.",
                   position->desc.id, s->desc.id);
  if (s->is_kernel && c->softcap > 0)
    return sl_fail(e, SL_E_CONFIG, "model.softcap",
                   "The kernel \"%s\" has no scores to cap; set softcap to 0 or choose another "
                   "similarity.",
                   s->desc.id);
  return SL_OK;
}

sl_code sl_attention_check(const sl_model_config *c, const sl_dims *d, sl_error *e) {
  const sl_similarity_type *s = (const sl_similarity_type *)c->similarity.row;
  const sl_normaliser_type *z = (const sl_normaliser_type *)c->normaliser.row;
  const sl_sink_type *sink = (const sl_sink_type *)c->slot.row;
  const sl_sink_settings *slot = (const sl_sink_settings *)(const void *)&c->slot.settings;
  if (d->H % d->G)
    return sl_fail(e, SL_E_CONFIG, "model.kv_heads",
                   "%d heads cannot share %d key/value heads evenly; choose a number that divides "
                   "the heads.",
                   d->H, d->G);
  if (sink->has & SL_SINK_KEY && slot->dims > d->D)
    return sl_fail(e, SL_E_CONFIG, "model.slot.dims",
                   "A key of this model has %d numbers, so not %d of them can be learned.", d->D,
                   slot->dims);
  SL_TRY(check_slot(sink, s, z, e));
  SL_TRY(check_normaliser(s, z, e));
  return check_scores(c, s, e);
}
