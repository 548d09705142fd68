/* Counts what a process does to files below one folder, and at a chosen operation kills it, lets the
 * operation fail, or sets the clock back.
 *
 * It is preloaded (LD_PRELOAD) and does nothing until crash_arm is called. Linux alone: names of
 * open files are read from /proc/self/fd. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* As OPERATIONS and ACTIONS in shim.py. */
enum operation { OPEN, WRITE, PWRITE, FSYNC, TRUNCATE, RENAME, UNLINK, MKDIR };
enum action { COUNT, KILL_BEFORE, KILL_AFTER, TORN, FAIL, FULL, CLOCK_BACK };

static const char *NAMES[] = {"open",     "write",  "pwrite", "fsync",
                              "truncate", "rename", "unlink", "mkdir"};

static char root[PATH_MAX];
static size_t root_length;
static long chosen;
static enum action action;
static int error_number;
static int trace = -1;
static atomic_long done;
static atomic_int is_full;
static atomic_long seconds_back;

#define REAL(name)                                                                                 \
    static __typeof__(&name) real;                                                                 \
    if (real == NULL) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

/* Start to count. `at` is the number of the operation that `what` happens at, from 1; `traced` is
 * the file that each operation is written to, or NULL. */
void crash_arm(const char *below, long at, int what, int error, long back_s, const char *traced) {
    snprintf(root, sizeof root, "%s/", below);
    chosen = at;
    action = what;
    error_number = error;
    if (what == CLOCK_BACK && at == 0) seconds_back = back_s;
    if (what == CLOCK_BACK) error_number = (int)back_s;
    trace = -1;
    if (traced != NULL)
        trace = (int)syscall(SYS_openat, AT_FDCWD, traced, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                             0644);
    done = 0;
    is_full = 0;
    root_length = strlen(root);
}

static void die(void) {
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) pause();
}

static int is_below(const char *path) { return strncmp(path, root, root_length) == 0; }

static int path_of(int file, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, path, PATH_MAX - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return 1;
}

static int below_of(int folder, const char *name, char *path) {
    if (root_length == 0 || name == NULL) return 0;
    if (name[0] == '/') {
        snprintf(path, PATH_MAX, "%s", name);
        return is_below(path);
    }
    char base[PATH_MAX];
    if (folder == AT_FDCWD) {
        if (getcwd(base, sizeof base) == NULL) return 0;
    } else if (!path_of(folder, base)) {
        return 0;
    }
    if (snprintf(path, PATH_MAX, "%s/%s", base, name) >= PATH_MAX) return 0;
    return is_below(path);
}

static int takes_room(enum operation operation) {
    return operation == OPEN || operation == WRITE || operation == PWRITE || operation == MKDIR;
}

/* What is to happen at an operation: COUNT for nothing. */
static enum action next(enum operation operation, const char *path) {
    long number = ++done;
    if (trace >= 0) {
        char line[PATH_MAX + 32];
        int length = snprintf(line, sizeof line, "%s %s\n", NAMES[operation], path + root_length);
        if (syscall(SYS_write, trace, line, length) < 0) trace = -1;
    }
    if (number != chosen) return is_full && takes_room(operation) ? FAIL : COUNT;
    if (action == CLOCK_BACK) {
        seconds_back = error_number;
        return COUNT;
    }
    if (action == KILL_BEFORE) die();
    if (action == FULL) {
        is_full = 1;
        return takes_room(operation) ? FULL : COUNT;
    }
    return action;
}

/* Around an operation that is done whole or not at all. */
#define WHOLE(operation, path, call)                                                               \
    do {                                                                                           \
        enum action what = next(operation, path);                                                  \
        if (what == TORN) die();                                                                   \
        if (what == FAIL || what == FULL) {                                                        \
            errno = error_number;                                                                  \
            return -1;                                                                             \
        }                                                                                          \
        __typeof__(call) result = call;                                                            \
        if (what == KILL_AFTER) die();                                                             \
        return result;                                                                             \
    } while (0)

/* Around a write, which may be cut off in its middle. */
#define PARTIAL(operation, path, size, call, half)                                                 \
    do {                                                                                           \
        enum action what = next(operation, path);                                                  \
        if (what == FAIL) {                                                                        \
            errno = error_number;                                                                  \
            return -1;                                                                             \
        }                                                                                          \
        if (what == FULL && (size) < 2) {                                                          \
            errno = error_number;                                                                  \
            return -1;                                                                             \
        }                                                                                          \
        ssize_t result = what == TORN || what == FULL ? half : call;                               \
        if (what == TORN || what == KILL_AFTER) die();                                             \
        return result;                                                                             \
    } while (0)

#define OF_FILE(file, path) char path[PATH_MAX]; \
    int is_counted = root_length && path_of(file, path) && is_below(path)

#define WRITING (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)

#define OPENER(name)                                                                               \
    int name(const char *given, int flags, ...) {                                                  \
        REAL(name);                                                                                \
        va_list rest;                                                                              \
        va_start(rest, flags);                                                                     \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;                    \
        va_end(rest);                                                                              \
        char path[PATH_MAX];                                                                       \
        if (!(flags & WRITING) || !below_of(AT_FDCWD, given, path)) return real(given, flags, mode); \
        WHOLE(OPEN, path, real(given, flags, mode));                                               \
    }

#define OPENER_AT(name)                                                                            \
    int name(int folder, const char *given, int flags, ...) {                                      \
        REAL(name);                                                                                \
        va_list rest;                                                                              \
        va_start(rest, flags);                                                                     \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;                    \
        va_end(rest);                                                                              \
        char path[PATH_MAX];                                                                       \
        if (!(flags & WRITING) || !below_of(folder, given, path))                                  \
            return real(folder, given, flags, mode);                                               \
        WHOLE(OPEN, path, real(folder, given, flags, mode));                                       \
    }

OPENER(open)
OPENER(open64)
OPENER_AT(openat)
OPENER_AT(openat64)

ssize_t write(int file, const void *data, size_t size) {
    REAL(write);
    OF_FILE(file, path);
    if (!is_counted) return real(file, data, size);
    PARTIAL(WRITE, path, size, real(file, data, size), real(file, data, size / 2));
}

ssize_t sendfile(int file, int source, off_t *offset, size_t size) {
    REAL(sendfile);
    OF_FILE(file, path);
    if (!is_counted) return real(file, source, offset, size);
    PARTIAL(WRITE, path, size, real(file, source, offset, size),
            real(file, source, offset, size > 2048 ? 1024 : size / 2));
}

ssize_t sendfile64(int file, int source, off64_t *offset, size_t size) {
    REAL(sendfile64);
    OF_FILE(file, path);
    if (!is_counted) return real(file, source, offset, size);
    PARTIAL(WRITE, path, size, real(file, source, offset, size),
            real(file, source, offset, size > 2048 ? 1024 : size / 2));
}

ssize_t pwrite(int file, const void *data, size_t size, off_t offset) {
    REAL(pwrite);
    OF_FILE(file, path);
    if (!is_counted) return real(file, data, size, offset);
    PARTIAL(PWRITE, path, size, real(file, data, size, offset), real(file, data, size / 2, offset));
}

ssize_t pwrite64(int file, const void *data, size_t size, off64_t offset) {
    REAL(pwrite64);
    OF_FILE(file, path);
    if (!is_counted) return real(file, data, size, offset);
    PARTIAL(PWRITE, path, size, real(file, data, size, offset), real(file, data, size / 2, offset));
}

#define OF_ONE_FILE(name, operation, arguments, call)                                              \
    int name arguments {                                                                           \
        REAL(name);                                                                                \
        OF_FILE(file, path);                                                                       \
        if (!is_counted) return call;                                                              \
        WHOLE(operation, path, call);                                                              \
    }

OF_ONE_FILE(fsync, FSYNC, (int file), real(file))
OF_ONE_FILE(fdatasync, FSYNC, (int file), real(file))
OF_ONE_FILE(ftruncate, TRUNCATE, (int file, off_t size), real(file, size))
OF_ONE_FILE(ftruncate64, TRUNCATE, (int file, off64_t size), real(file, size))

#define OF_ONE_PATH(name, operation, folder, arguments, call)                                      \
    int name arguments {                                                                           \
        REAL(name);                                                                                \
        char path[PATH_MAX];                                                                       \
        if (!below_of(folder, given, path)) return call;                                           \
        WHOLE(operation, path, call);                                                              \
    }

OF_ONE_PATH(unlink, UNLINK, AT_FDCWD, (const char *given), real(given))
OF_ONE_PATH(rmdir, UNLINK, AT_FDCWD, (const char *given), real(given))
OF_ONE_PATH(unlinkat, UNLINK, folder, (int folder, const char *given, int flags),
            real(folder, given, flags))
OF_ONE_PATH(mkdir, MKDIR, AT_FDCWD, (const char *given, mode_t mode), real(given, mode))
OF_ONE_PATH(rename, RENAME, AT_FDCWD, (const char *source, const char *given), real(source, given))
OF_ONE_PATH(renameat, RENAME, folder, (int of, const char *source, int folder, const char *given),
            real(of, source, folder, given))

int clock_gettime(clockid_t clock, struct timespec *now) {
    REAL(clock_gettime);
    int result = real(clock, now);
    if (clock == CLOCK_REALTIME) now->tv_sec -= seconds_back;
    return result;
}

time_t time(time_t *kept) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (kept != NULL) *kept = now.tv_sec;
    return now.tv_sec;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec precise;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &precise);
    now->tv_sec = precise.tv_sec;
    now->tv_usec = precise.tv_nsec / 1000;
    return 0;
}
