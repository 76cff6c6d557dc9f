/* The settings of a model. */
#include "model.h"

static const sl_option placements[] = {
    {"pre", "Before", "Each sublayer reads a normed copy; the residual stream itself is never normed."},
    {"post", "After", "The residual stream is normed after each sublayer, as in the first Transformer."},
    {0}};

#define AT(member) .offset = offsetof(sl_model_config, member)

static const sl_param params[] = {
    {.key = "layers", .label = "Layers", .type = SL_INT, .def = 2, .min = 1, .max = SL_MAX_LAYERS,
     AT(layers), .help = "How many blocks of attention and feed-forward stand on each other."},
    {.key = "heads", .label = "Heads", .type = SL_INT, .scale = SL_POWER2, .def = 2, .min = 1,
     .max = 32, AT(heads), .help = "How many attention operations run side by side in a layer."},
    {.key = "width", .label = "Width", .unit = "numbers", .type = SL_INT, .scale = SL_POWER2,
     .def = 64, .min = 4, .max = 1024, AT(width),
     .help = "Numbers per token in the residual stream."},
    {.key = "head_size", .label = "Head size", .unit = "numbers", .type = SL_INT, .def = 0,
     .min = 0, .max = 256, AT(head_size),
     .help = "Numbers per query, key and value of a head; 0 divides the width among the heads."},
    {.key = "ffn_width", .label = "Feed-forward width", .unit = "numbers", .type = SL_INT,
     .scale = SL_POWER2, .def = 256, .min = 4, .max = 4096, AT(ffn_width),
     .help = "Numbers between the two matrices of the feed-forward layer."},
    {.key = "position", .label = "Position", .type = SL_FAMILY, .text = "rotary",
     .family = &sl_position_family, AT(position),
     .help = "How the model knows where a token stands."},
    {.key = "norm", .label = "Norm", .type = SL_FAMILY, .text = "rmsnorm",
     .family = &sl_norm_family, AT(norm), .help = "How activations are rescaled."},
    {.key = "norm_placement", .label = "Norm placement", .type = SL_CHOICE, .text = "pre",
     .options = placements, AT(norm_placement),
     .help = "Whether a norm stands before or after each sublayer."},
    {.key = "similarity", .label = "Similarity", .type = SL_FAMILY, .text = "exp",
     .family = &sl_similarity_family, AT(similarity),
     .help = "What turns a score into an unnormalised attention weight."},
    {.key = "normaliser", .label = "Normaliser", .type = SL_FAMILY, .text = "sum",
     .family = &sl_normaliser_family, AT(normaliser),
     .help = "What the weights of a row are divided by."},
    {.key = "ffn", .label = "Feed-forward", .type = SL_FAMILY, .text = "gelu",
     .family = &sl_ffn_family, AT(ffn), .help = "The activation of the feed-forward layer."},
    {.key = "bias", .label = "Biases", .type = SL_BOOL, .def = 0, AT(bias),
     .help = "Whether every matrix adds a learned constant to what it gives, as in GPT-2."},
    {.key = "init_embedding", .label = "Embedding scale", .type = SL_REAL, .scale = SL_LOG,
     .def = 0.02, .min = 0.001, .max = 4, AT(init_embedding),
     .help = "Standard deviation that token and position embeddings start with: the knob nobody "
             "names, for small ones keep idle heads on themselves."},
    {.key = "init_matrix", .label = "Matrix scale", .type = SL_REAL, .scale = SL_LOG, .def = 0.02,
     .min = 0, .max = 1, AT(init_matrix),
     .help = "Standard deviation that weight matrices start with; 0 takes one over the square root "
             "of the inputs."},
    {.key = "init_residual", .label = "Scale residual outputs", .type = SL_BOOL, .def = 0,
     AT(init_residual),
     .help = "Divides the start of the matrices that write to the residual stream by the square "
             "root of twice the layers."},
    {0}};

const sl_desc sl_model_section = {"model", "Model", "The network that is trained.", NULL, params};
