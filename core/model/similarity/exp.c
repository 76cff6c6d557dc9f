#include "similarity_common.h"

const sl_similarity_type sl_similarity_exp = {
    .desc = {"exp", "Exponential",
             "The exponential of the scaled dot product: with the sum as normaliser, softmax.",
             "arXiv 2410.10781, sec. 7.4", NULL},
    .shifts = 1,
    .forward = sl_similarity_exponential,
    .backward = sl_similarity_exponential_back};
