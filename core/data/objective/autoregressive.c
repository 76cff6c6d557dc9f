#include "../data.h"

const sl_objective_type sl_objective_autoregressive = {
    .desc = {"autoregressive", "Every next token", "Every token is predicted from those before it.",
             "arXiv 2410.10781, sec. 2", NULL}};
