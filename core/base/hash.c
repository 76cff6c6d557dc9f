#include "hash.h"

/* Four bits at a time: sixteen table entries, no set-up. */
uint32_t sl_crc32(const void *data, size_t n) {
  static const uint32_t table[16] = {0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC,
                                     0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
                                     0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C,
                                     0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C};
  const unsigned char *p = data;
  uint32_t crc = 0xFFFFFFFFu;
  for (size_t i = 0; i < n; i++) {
    crc = table[(crc ^ p[i]) & 15] ^ (crc >> 4);
    crc = table[(crc ^ (p[i] >> 4)) & 15] ^ (crc >> 4);
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
