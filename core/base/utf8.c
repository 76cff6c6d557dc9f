#include "utf8.h"

#include "format.h"

#include <string.h>

uint32_t sl_utf8_decode(const unsigned char *p, size_t left, int *size, const char **why) {
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  uint32_t lead = p[0];
  *size = lead < 0x80   ? 1
          : lead < 0xC0 ? 0
          : lead < 0xE0 ? 2
          : lead < 0xF0 ? 3
          : lead < 0xF8 ? 4
                        : 0;
  if (*size == 1) return lead;
  if (*size == 0) {
    *why = lead < 0xC0 ? "continues a character that did not begin" : "never occurs in UTF-8";
    return 0;
  }
  uint32_t cp = lead & (0x7Fu >> *size);
  for (int i = 1; i < *size; i++) {
    if ((size_t)i >= left || (p[i] & 0xC0) != 0x80) {
      *why = "begins a character that is cut short";
      return 0;
    }
    cp = cp << 6 | (p[i] & 0x3F);
  }
  if (cp < least[*size])
    *why = "begins a character written longer than it has to be";
  else if (cp >= 0xD800 && cp <= 0xDFFF)
    *why = "begins one half of a surrogate pair";
  else if (cp > 0x10FFFF)
    *why = "begins a number beyond the last character";
  return cp;
}

int sl_utf8_encode(uint32_t cp, char *out) {
  int n = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
  static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
  for (int i = n - 1; i > 0; i--, cp >>= 6) out[i] = (char)(0x80 | (cp & 0x3F));
  out[0] = (char)(lead[n] | cp);
  out[n] = 0;
  return n;
}

int sl_utf8_show(const unsigned char *p, size_t left, char *out, size_t size) {
  const char *why = NULL;
  int n = 0;
  uint32_t cp = sl_utf8_decode(p, left, &n, &why);
  if (why || cp < 0x20 || cp == 0x7F) {
    sl_snprintf(out, size, "\\x%02X", *p);
    return 1;
  }
  sl_snprintf(out, size, "%.*s", n, (const char *)p);
  return n;
}
