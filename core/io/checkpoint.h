/* Checkpoints: a run's parameters, optimiser state, step and history in one self-describing file.
 *
 *   offset  0  magic 89 'S' 'L' 'C' 0D 0A 1A 0A (text-mode damage shows)
 *           8  u32 version, u32 CRC-32 of bytes 16 .. data offset (header rest, JSON, table)
 *          16  u64 file size, u64 JSON size, u64 tensors, u64 data offset, u64 hash of the checkpoint
 *              this run was resumed from (0: none), u64 reserved
 *          64  JSON: {"config":{…},"step":"…","arithmetic":"strict","text_hash":"…"}
 *           …  table: 128 bytes a tensor: name[64], u32 type (sl_view_type), u32 rank, u32 shape[4],
 *              u64 offset from the file's start, u64 bytes, u32 CRC-32, 20 bytes reserved
 *           …  data, each tensor at a multiple of 64 bytes
 *
 * All numbers are little-endian. Tensors bind by name and shape. */
#ifndef SL_CHECKPOINT_H
#define SL_CHECKPOINT_H

#include "../probe/probe_metrics.h"

typedef struct sl_checkpoint_meta {
  uint64_t text_hash; /* of the user's own text, 0: none */
  uint64_t parent;    /* hash of the checkpoint that was resumed from, 0: none */
} sl_checkpoint_meta;

/* Writes a checkpoint into *out (malloc'ed, the caller frees it). */
sl_code sl_checkpoint_save(const sl_trainer *t, const sl_metrics *m, const sl_checkpoint_meta *meta,
                           unsigned char **out, size_t *size, sl_error *e);

/* Checks the whole file (sizes, sums, table) and reads its configuration. */
sl_code sl_checkpoint_config(const unsigned char *bytes, size_t size, sl_config *c,
                             sl_checkpoint_meta *meta, sl_error *e);

/* Fills a run that was opened with that configuration; call after sl_checkpoint_config. */
sl_code sl_checkpoint_load(const unsigned char *bytes, size_t size, sl_trainer *t, sl_metrics *m,
                           sl_error *e);

#endif
