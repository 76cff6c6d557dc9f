/* Hashes: CRC-32 for stored blocks, a 64-bit hash for fingerprints. */
#ifndef SL_HASH_H
#define SL_HASH_H

#include <stddef.h>
#include <stdint.h>

/* CRC-32 (IEEE 802.3), as zlib's crc32(0, ...). */
uint32_t sl_crc32(const void *data, size_t n);

/* FNV-1a over 32-bit little-endian words, then finalised; n in bytes, a multiple of 4 for arrays of
 * numbers (a shorter tail is padded with zeros). Start with SL_HASH_START, chain to hash several
 * arrays. */
#define SL_HASH_START 0xCBF29CE484222325ull
uint64_t sl_hash(uint64_t start, const void *data, size_t n);

#endif
