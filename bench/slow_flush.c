/* A disk whose flush costs FLUSH_US microseconds more, for a process that is started with this library before the
   others (LD_PRELOAD); and how often it flushed. cc -O2 -shared -fPIC slow_flush.c -o slow_flush.so -ldl */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static long count;

static int flushed(const char *name, int file) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    int result = real(file);
    const char *cost = getenv("FLUSH_US");
    if (cost) usleep((useconds_t)atoi(cost));
    __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED);
    return result;
}

long flushes(void) { return __atomic_load_n(&count, __ATOMIC_RELAXED); }
int fsync(int file) { return flushed("fsync", file); }
int fdatasync(int file) { return flushed("fdatasync", file); }
