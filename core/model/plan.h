/* The plan: every tensor of a model, declared once. From it come the arena sizes, the gradients, the
 * optimiser's state, initialisation, checkpoint entries, the names a probe or the page can ask for,
 * the parameter count and the memory estimate.
 *
 * A slot is an offset, not a pointer: the same plan serves every worker, each with activations of
 * its own, and measuring needs no memory. */
#ifndef SL_PLAN_H
#define SL_PLAN_H

#include "../base/real.h"
#include "../base/status.h"

#include <stddef.h>
#include <stdint.h>

typedef enum sl_role {
  SL_PARAM,   /* trained; has a gradient per shard */
  SL_SAVED,   /* written by the forward pass, kept for the backward pass and for probes */
  SL_SCRATCH, /* shared between layers */
  SL_STATE,   /* computed once when the run opens (rotary tables), shared by all workers */
  SL_ROLES
} sl_role;

typedef struct sl_slot {
  sl_role role;
  size_t at; /* element offset in its role's memory */
} sl_slot;

typedef enum sl_init { SL_INIT_ZERO, SL_INIT_ONE, SL_INIT_NORMAL } sl_init;

#define SL_RANK 4

typedef struct sl_entry {
  char name[48];
  sl_role role;
  sl_init init;
  double deviation; /* of SL_INIT_NORMAL */
  int is_linear;    /* the matrix of a linear map, not a table or a list of vectors */
  int rank, shape[SL_RANK];
  size_t at, size; /* elements */
} sl_entry;

typedef struct sl_plan {
  sl_entry *tensors;
  int count, room;
  size_t size[SL_ROLES]; /* elements each role needs */
  size_t scratch;        /* scratch in use now; size[SL_SCRATCH] is its peak */
  char prefix[32];       /* put in front of names: "layers.3." */
  int failed;            /* memory for the list ran out */
} sl_plan;

/* Declares a tensor. Shapes end with 0: sl_plan_add(p, SL_SAVED, "q", (int[]){N, C, 0}). */
sl_slot sl_plan_add(sl_plan *p, sl_role role, const char *name, const int *shape);
/* A parameter with its start. Weight decay is for tensors of two or more dimensions. */
sl_slot sl_plan_param(sl_plan *p, const char *name, const int *shape, sl_init init,
                      double deviation);
/* The matrix (in,out) of a linear map, drawn from a normal distribution. */
sl_slot sl_plan_linear(sl_plan *p, const char *name, int in, int out, double deviation);
/* Scratch declared after a mark is free again after the release. */
size_t sl_plan_mark(const sl_plan *p);
void sl_plan_release(sl_plan *p, size_t mark);

const sl_entry *sl_plan_find(const sl_plan *p, const char *name);
void sl_plan_free(sl_plan *p);

#endif
