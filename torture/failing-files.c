/*
 * Lets reads, writes or flushes of files whose paths begin alike fail for a while, for the scenarios io-errors and read-only.
 *
 * cc -shared -fPIC -O1 -o failing-files.so failing-files.c -ldl
 * LD_PRELOAD=failing-files.so FAILING_FILES=/path/ FAILING_CONTROL=/path/to/control command
 *
 * The control file has three bytes, which may change at any time: what fails (1 reads, 2 writes, 4 flushes; their sum), how often (of 255 calls),
 * and the error (an errno).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { READS = 1, WRITES = 2, FLUSHES = 4 };

static volatile unsigned char *control;
static char prefix[4096];
static size_t prefix_length;

__attribute__((constructor)) static void begin(void) {
  const char *file = getenv("FAILING_CONTROL");
  const char *where = getenv("FAILING_FILES");
  if (file == NULL || where == NULL || strlen(where) >= sizeof prefix) return;
  int descriptor = open(file, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return;
  void *bytes = mmap(NULL, 3, PROT_READ, MAP_SHARED, descriptor, 0);
  close(descriptor);
  if (bytes == MAP_FAILED) return;
  strcpy(prefix, where);
  prefix_length = strlen(prefix);
  control = bytes;
}

/* Whether this call is to fail; then errno is set. */
static int fails(int descriptor, unsigned char what) {
  static _Thread_local unsigned state;
  if (control == NULL || (control[0] & what) == 0) return 0;
  char name[64], path[4096];
  snprintf(name, sizeof name, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(name, path, sizeof path - 1);
  if (length < (ssize_t)prefix_length || memcmp(path, prefix, prefix_length) != 0) return 0;
  if (state == 0) state = (unsigned)getpid() ^ (unsigned)(size_t)&state;
  state = state * 1664525u + 1013904223u;
  if ((state >> 24) >= control[1]) return 0;
  errno = control[2];
  return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define INTERCEPT(result, name, what, parameters, arguments)   \
  result name parameters {                                     \
    static __typeof__(&name) real;                             \
    if (real == NULL) real = REAL(name);                       \
    return fails(descriptor, what) ? -1 : real arguments;      \
  }

INTERCEPT(ssize_t, read, READS, (int descriptor, void *bytes, size_t count), (descriptor, bytes, count))
INTERCEPT(ssize_t, pread, READS, (int descriptor, void *bytes, size_t count, off_t offset), (descriptor, bytes, count, offset))
INTERCEPT(ssize_t, pread64, READS, (int descriptor, void *bytes, size_t count, off64_t offset), (descriptor, bytes, count, offset))
INTERCEPT(ssize_t, write, WRITES, (int descriptor, const void *bytes, size_t count), (descriptor, bytes, count))
INTERCEPT(ssize_t, writev, WRITES, (int descriptor, const struct iovec *parts, int count), (descriptor, parts, count))
INTERCEPT(ssize_t, pwrite, WRITES, (int descriptor, const void *bytes, size_t count, off_t offset), (descriptor, bytes, count, offset))
INTERCEPT(ssize_t, pwrite64, WRITES, (int descriptor, const void *bytes, size_t count, off64_t offset), (descriptor, bytes, count, offset))
INTERCEPT(int, ftruncate, WRITES, (int descriptor, off_t length), (descriptor, length))
INTERCEPT(int, ftruncate64, WRITES, (int descriptor, off64_t length), (descriptor, length))
INTERCEPT(int, fsync, FLUSHES, (int descriptor), (descriptor))
INTERCEPT(int, fdatasync, FLUSHES, (int descriptor), (descriptor))
