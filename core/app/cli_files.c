/* Files: read whole with a limit, written all or not at all. */
#define _XOPEN_SOURCE 700 /* realpath */
#include "cli.h"

#include "../data/data.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void cli_bytes_free(cli_bytes *b) {
  free(b->data);
  *b = (cli_bytes){0};
}

/* Whether the directory entry is something that has an end. */
static int open_file(const char *path, const char *what, FILE **out) {
  struct stat st;
  if (stat(path, &st))
    return cli_fail(CLI_BAD, "%s \"%.200s\" cannot be read: %s.", what, path, strerror(errno));
  if (S_ISDIR(st.st_mode))
    return cli_fail(CLI_BAD, "%s \"%.200s\" is a folder, not a file.", what, path);
  *out = fopen(path, "rb");
  if (!*out)
    return cli_fail(CLI_BAD, "%s \"%.200s\" cannot be read: %s.", what, path, strerror(errno));
  return CLI_OK;
}

int cli_file_is_checkpoint(const char *path) {
  unsigned char start[4] = {0};
  FILE *f = fopen(path, "rb");
  if (!f) return 0;
  size_t n = fread(start, 1, sizeof start, f);
  fclose(f);
  return n == sizeof start && start[0] == 0x89 && !memcmp(start + 1, "SLC", 3);
}

/* Room for what comes next, up to the limit and one byte more that shows it was passed. */
static int grow(cli_bytes *b, size_t *room, size_t limit) {
  size_t want = *room ? *room * 2 : 64 << 10;
  if (want > limit + 2) want = limit + 2;
  char *data = realloc(b->data, want);
  if (!data) return 0;
  b->data = data;
  *room = want;
  return 1;
}

int cli_file_read(const char *path, const char *what, size_t limit, cli_bytes *out) {
  FILE *f = NULL;
  *out = (cli_bytes){0};
  int code = open_file(path, what, &f);
  if (!f) return code;
  size_t room = 0;
  for (;;) {
    if (out->size + 1 >= room && !grow(out, &room, limit)) {
      code = cli_no_memory();
      break;
    }
    size_t n = fread(out->data + out->size, 1, room - 1 - out->size, f);
    out->size += n;
    if (out->size > limit) {
      code = cli_fail(CLI_BAD, "%s \"%.200s\" is longer than the %zu KiB that are taken.", what,
                      path, limit >> 10);
      break;
    }
    if (n == 0) break;
  }
  if (!code && ferror(f))
    code = cli_fail(CLI_BAD, "%s \"%.200s\" cannot be read: %s.", what, path, strerror(errno));
  fclose(f);
  if (code)
    cli_bytes_free(out);
  else
    out->data[out->size] = 0;
  return code;
}

static int append(cli_bytes *to, const cli_bytes *more, int apart) {
  char *data = realloc(to->data, to->size + more->size + 2);
  if (!data) return cli_no_memory();
  to->data = data;
  if (apart) data[to->size++] = SL_SEPARATOR;
  memcpy(data + to->size, more->data, more->size);
  to->size += more->size;
  data[to->size] = 0;
  return CLI_OK;
}

int cli_text_read(const cli_options *o, cli_bytes *out) {
  int code = CLI_OK;
  *out = (cli_bytes){0};
  for (int i = 0; i < o->text_count && !code; i++) {
    cli_bytes one;
    code = cli_file_read(o->texts[i], "The text", CLI_TEXT_LIMIT - out->size, &one);
    if (!code) code = append(out, &one, i > 0);
    cli_bytes_free(&one);
  }
  return code;
}

/* A new file beside `path`, open; its name in *name, to be freed. If it cannot be made, that is the
 * fault of the name when asked beforehand (code), of the disk later. */
static int temporary(const char *path, const char *what, int code, char **name, FILE **out) {
  size_t size = strlen(path) + 16;
  *name = malloc(size);
  if (!*name) return cli_no_memory();
  snprintf(*name, size, "%s.XXXXXX", path);
  int fd = mkstemp(*name);
  *out = fd < 0 ? NULL : fdopen(fd, "wb");
  if (*out) return CLI_OK;
  int why = errno;
  if (fd >= 0) {
    close(fd);
    unlink(*name);
  }
  free(*name);
  *name = NULL;
  return cli_fail(code, "%s \"%.200s\" cannot be written: %s.", what, path, strerror(why));
}

/* Where a link leads, so that the link stays; to be freed. */
static char *target(const char *path) {
  char *real = realpath(path, NULL);
  return real ? real : strdup(path);
}

/* A pipe or a device: there is nothing to take the name of. */
static int is_special(const char *path) {
  struct stat st;
  return !stat(path, &st) && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

int cli_file_check(const char *path, const char *what) {
  struct stat st;
  if (!stat(path, &st) && S_ISDIR(st.st_mode))
    return cli_fail(CLI_BAD, "%s \"%.200s\" is a folder, not a file.", what, path);
  if (is_special(path)) return CLI_OK;
  char *real = target(path), *name = NULL;
  FILE *f = NULL;
  if (!real) return cli_no_memory();
  int code = temporary(real, what, CLI_BAD, &name, &f);
  free(real);
  if (!f) return code;
  fclose(f);
  unlink(name);
  free(name);
  return CLI_OK;
}

/* As a file that is made anew would have it; mkstemp's are for the owner alone. */
static int give_mode(int fd, const char *path) {
  struct stat st;
  mode_t mask = umask(0);
  umask(mask);
  return !fchmod(fd, !stat(path, &st) ? st.st_mode & 0777 : 0666 & ~mask);
}

/* Writes and closes; 0 if that failed, with the reason in errno. */
static int write_out(FILE *f, const void *data, size_t size, int sync) {
  int good = fwrite(data, 1, size, f) == size && !fflush(f) && (!sync || !fsync(fileno(f)));
  int why = errno;
  if (fclose(f) && good) return 0;
  errno = why;
  return good;
}

static int failed(const char *path, const char *what) {
  return cli_fail(CLI_FAILED, "%s \"%.200s\" could not be written: %s.", what, path,
                  strerror(errno));
}

int cli_file_write(const char *path, const char *what, const void *data, size_t size) {
  char *name = NULL;
  FILE *f = NULL;
  if (is_special(path)) {
    f = fopen(path, "wb");
    return f && write_out(f, data, size, 0) ? CLI_OK : failed(path, what);
  }
  char *real = target(path);
  if (!real) return cli_no_memory();
  int code = temporary(real, what, CLI_FAILED, &name, &f);
  if (!f) {
    free(real);
    return code;
  }
  int good = give_mode(fileno(f), real);
  good = write_out(f, data, size, 1) && good && !rename(name, real);
  if (!good) {
    code = failed(path, what);
    unlink(name);
  }
  free(name);
  free(real);
  return code;
}
