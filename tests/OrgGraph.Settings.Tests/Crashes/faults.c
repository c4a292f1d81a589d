// A disk and a clock that misbehave on demand, for one process: preloaded, it stands between the program and the kernel.
// What is written below ORGGRAPH_FAULTS_FOLDER is recorded in ORGGRAPH_FAULTS_LOG (when set), with what was synced and when, so that a test
// can tell what a power cut would have left. ORGGRAPH_FAULTS_STATE is a file that the test writes and this reads: errors, delays, the clock.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

// Shared with FaultyMachine.cs.
struct state {
  volatile int32_t write_error;
  volatile int32_t sync_error;
  volatile int32_t sync_held;
  volatile int32_t unused;
  volatile int64_t clock_offset_ms;
  volatile int64_t writes_failed;
  volatile int64_t syncs_failed;
  volatile int64_t syncs_begun;
};

// Shared with DiskLog.cs; the path and, for writes, the data follow.
struct record {
  uint64_t time_ns;
  uint32_t kind;
  uint32_t path_length;
  uint64_t offset;
  uint64_t length;
  uint64_t since;
};

enum { WRITE = 1, TRUNCATE = 2, SYNC = 3, RENAME = 4, UNLINK = 5 };

static struct state *state;
static const char *folder;
static size_t folder_length;
static int log_fd = -1;
static uint64_t sequence;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void start(void) {
  const char *path = getenv("ORGGRAPH_FAULTS_STATE");
  if (path != NULL) {
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
    if (fd >= 0) {
      void *mapped = mmap(NULL, sizeof(struct state), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
      syscall(SYS_close, fd);
      if (mapped != MAP_FAILED) state = mapped;
    }
  }

  path = getenv("ORGGRAPH_FAULTS_LOG");
  if (path != NULL) log_fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  folder = getenv("ORGGRAPH_FAULTS_FOLDER");
  folder_length = folder == NULL ? 0 : strlen(folder);
}

static uint64_t now(void) {
  struct timespec time;
  syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static int is_watched(const char *path) {
  return folder_length > 0 && strncmp(path, folder, folder_length) == 0 && (path[folder_length] == '/' || path[folder_length] == 0);
}

// The path of an open file below the folder; 0: it is none.
static int watched(int fd, char *path) {
  char link[32];
  if (folder_length == 0 || fd < 0 || fd == log_fd) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  long length = syscall(SYS_readlinkat, AT_FDCWD, link, path, PATH_MAX - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  return is_watched(path);
}

// Under the gate.
static void record(uint32_t kind, const char *path, uint64_t offset, const void *data, uint64_t length, uint64_t since, uint64_t time) {
  if (log_fd < 0) return;
  struct record head = {time, kind, (uint32_t)strlen(path), offset, length, since};
  struct iovec parts[3] = {{&head, sizeof head}, {(void *)path, head.path_length}, {(void *)data, data == NULL ? 0 : length}};
  syscall(SYS_writev, log_fd, parts, data == NULL ? 2 : 3);
  sequence++;
}

static ssize_t put(int fd, const void *data, size_t length, off_t offset, int moves) {
  char path[PATH_MAX];
  int error = errno;
  if (!watched(fd, path)) {
    errno = error;
    return moves ? syscall(SYS_write, fd, data, length) : syscall(SYS_pwrite64, fd, data, length, offset);
  }

  if (state != NULL && state->write_error != 0) {
    __sync_fetch_and_add(&state->writes_failed, 1);
    errno = state->write_error;
    return -1;
  }

  pthread_mutex_lock(&gate);
  if (moves) offset = syscall(SYS_lseek, fd, 0, SEEK_CUR);
  uint64_t time = now();
  ssize_t done = moves ? syscall(SYS_write, fd, data, length) : syscall(SYS_pwrite64, fd, data, length, offset);
  error = errno;
  if (done > 0) record(WRITE, path, (uint64_t)offset, data, (uint64_t)done, 0, time);
  pthread_mutex_unlock(&gate);
  errno = error;
  return done;
}

ssize_t write(int fd, const void *data, size_t length) { return put(fd, data, length, 0, 1); }
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return put(fd, data, length, offset, 0); }
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) { return put(fd, data, length, offset, 0); }

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
  ssize_t total = 0;
  for (int i = 0; i < count; i++) {
    ssize_t done = put(fd, parts[i].iov_base, parts[i].iov_len, offset + total, 0);
    if (done < 0) return total > 0 ? total : -1;
    total += done;
    if ((size_t)done < parts[i].iov_len) break;
  }

  return total;
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset) { return pwritev(fd, parts, count, offset); }

int ftruncate(int fd, off_t length) {
  char path[PATH_MAX];
  if (!watched(fd, path)) return (int)syscall(SYS_ftruncate, fd, length);
  pthread_mutex_lock(&gate);
  uint64_t time = now();
  int result = (int)syscall(SYS_ftruncate, fd, length);
  int error = errno;
  if (result == 0) record(TRUNCATE, path, (uint64_t)length, NULL, 0, 0, time);
  pthread_mutex_unlock(&gate);
  errno = error;
  return result;
}

int ftruncate64(int fd, off64_t length) { return ftruncate(fd, length); }

static int sync_file(int fd, long call) {
  char path[PATH_MAX];
  if (!watched(fd, path)) return (int)syscall(call, fd);
  if (state != NULL) {
    __sync_fetch_and_add(&state->syncs_begun, 1);
    while (state->sync_held != 0) {
      struct timespec pause = {0, 1000000};
      syscall(SYS_nanosleep, &pause, NULL);
    }

    if (state->sync_error != 0) {
      __sync_fetch_and_add(&state->syncs_failed, 1);
      errno = state->sync_error;
      return -1;
    }
  }

  pthread_mutex_lock(&gate);
  uint64_t since = sequence;
  pthread_mutex_unlock(&gate);
  int result = (int)syscall(call, fd);
  int error = errno;
  pthread_mutex_lock(&gate);
  if (result == 0) record(SYNC, path, 0, NULL, 0, since, now());
  pthread_mutex_unlock(&gate);
  errno = error;
  return result;
}

int fsync(int fd) { return sync_file(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_file(fd, SYS_fdatasync); }

int rename(const char *from, const char *to) {
  pthread_mutex_lock(&gate);
  uint64_t time = now();
  int result = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
  int error = errno;
  if (result == 0 && is_watched(to)) record(RENAME, from, 0, to, strlen(to), 0, time);
  pthread_mutex_unlock(&gate);
  errno = error;
  return result;
}

int unlink(const char *path) {
  pthread_mutex_lock(&gate);
  uint64_t time = now();
  int result = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
  int error = errno;
  if (result == 0 && is_watched(path)) record(UNLINK, path, 0, NULL, 0, 0, time);
  pthread_mutex_unlock(&gate);
  errno = error;
  return result;
}

static int64_t offset_ms(void) { return state == NULL ? 0 : state->clock_offset_ms; }

int clock_gettime(clockid_t clock, struct timespec *time) {
  int result = (int)syscall(SYS_clock_gettime, clock, time);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
    int64_t all = time->tv_sec * 1000000000ll + time->tv_nsec + offset_ms() * 1000000ll;
    time->tv_sec = all / 1000000000ll;
    time->tv_nsec = all % 1000000000ll;
  }

  return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  struct timespec exact;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &exact);
  time->tv_sec = exact.tv_sec;
  time->tv_usec = exact.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *out) {
  struct timespec exact;
  clock_gettime(CLOCK_REALTIME, &exact);
  if (out != NULL) *out = exact.tv_sec;
  return exact.tv_sec;
}
