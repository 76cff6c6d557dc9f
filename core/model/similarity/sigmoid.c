/* sim = sigmoid(s - b), b = 0 or ln T (Ramapuram et al. 2024, arXiv 2409.04431: rows then begin
 * with a sum near one). dsim/ds = e (1 - e). */
#include "../../base/math.h"
#include "../elementwise.h"
#include "../model.h"

enum { NO_BIAS, LOG_CONTEXT };
static const sl_option biases[] = {{"none", "none", "Rows begin with a sum of half the context."},
                                   {"log_context", "−ln T", "Rows begin with a sum near one."},
                                   {0}};

typedef struct settings {
  int32_t bias;
} settings;

static void forward(const sl_row *r, const sl_real *s, sl_real *e) {
  double bias = ((const settings *)r->similarity)->bias == LOG_CONTEXT ? sl_log(r->context) : 0;
  sl_sigmoid_row(r->k, (size_t)r->n, r->a, (sl_real)(bias / (double)r->a), s, e);
}

/* dL/ds = a e (1 - e) (Z dL/de) / Z with e = w Z. */
static void backward(const sl_row *r, const sl_real *w, sl_real inverse_z, sl_real *d) {
  const sl_real z = 1 / inverse_z;
  for (int i = 0; i < r->n; i++) d[i] *= r->a * w[i] * (1 - w[i] * z);
}

static const sl_param params[] = {
    {.key = "bias",
     .label = "Bias",
     .type = SL_CHOICE,
     .text = "none",
     .options = biases,
     .offset = offsetof(settings, bias),
     .help = "What is taken from every score, so that long rows do not begin with a large sum."},
    {0}};

const sl_similarity_type sl_similarity_sigmoid = {
    .desc =
        {"sigmoid", "Sigmoid",
         "Each key is judged by itself: without a normaliser no key has to win, and none has to "
         "take what is left over.",
         "arXiv 2410.10781, sec. 7.4", params},
    .forward = forward,
    .backward = backward};
