#include "hash.h"

uint32_t sl_crc32(const void *data, size_t n) {
  const unsigned char *p = data;
  uint32_t crc = 0xFFFFFFFFu;
  for (size_t i = 0; i < n; i++) {
    crc ^= p[i];
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1)));
  }
  return ~crc;
}

uint64_t sl_hash(uint64_t start, const void *data, size_t n) {
  const unsigned char *p = data;
  uint64_t h = start;
  for (size_t i = 0; i < n; i += 4) {
    uint32_t word = 0;
    for (size_t j = 0; j < 4 && i + j < n; j++) word |= (uint32_t)p[i + j] << (8 * j);
    h = (h ^ word) * 0x100000001B3ull;
    h ^= h >> 29; /* FNV alone never brings high bits down */
  }
  return h;
}
