/* UTF-8, one character at a time. */
#ifndef SL_UTF8_H
#define SL_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* The code point at p, its length in *size; or what is wrong with it in *why, which is left alone
 * else. Only the shortest form of a character is one (RFC 3629). left: at least 1. */
uint32_t sl_utf8_decode(const unsigned char *p, size_t left, int *size, const char **why);
/* The character and a NUL into out (5 bytes); returns its length. */
int sl_utf8_encode(uint32_t cp, char *out);
/* The character at p in a form that can be shown, which is \xHH for one byte of a control or of what
 * is no character. Returns how many bytes it shows. size: at least 5. */
int sl_utf8_show(const unsigned char *p, size_t left, char *out, size_t size);

#endif
