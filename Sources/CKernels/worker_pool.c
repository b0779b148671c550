#define _GNU_SOURCE
#include "include/worker_pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { spin_limit = 4000 };

// The gate to a piece of work: its number, whether threads may still come in, and how many have come in and not left.
// Whoever hands out the work waits for those only: a thread that the system has not woken up in time is not needed.
#define GATE_NUMBER(gate) ((gate) >> 17)
#define GATE_OPEN ((uint64_t)1 << 16)
#define GATE_INSIDE (GATE_OPEN - 1)

/// Items that one thread begins with, and that others take from when they have done theirs: the same thread mostly works
/// on the same part of the grid, and finds it in its cache. On a cache line of its own.
typedef struct {
  _Alignas(64) atomic_size_t next;
  size_t end;
} WorkerShare;

struct WorkerPool {
  size_t threads;
  WorkerShare *shares;
  pthread_t *handles;
  pthread_mutex_t mutex;
  pthread_cond_t wake;
  pthread_cond_t done;
  // What is to be done; written while nobody is inside and the gate is closed.
  WorkerTask task;
  void *context;
  size_t chunk;
  _Atomic uint64_t gate;
  atomic_int stopping;
};

typedef struct {
  WorkerPool *pool;
  size_t number;
} WorkerArguments;

static inline void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  sched_yield();
#endif
}

size_t worker_pool_available_processors(void) {
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    const int count = CPU_COUNT(&set);
    if (count > 0) return (size_t)count;
  }
#endif
  const long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count > 0 ? (size_t)count : 1;
}

static void work(WorkerPool *pool, size_t worker) {
  for (size_t i = 0; i < pool->threads; i++) {
    WorkerShare *share = &pool->shares[(worker + i) % pool->threads];
    for (;;) {
      const size_t start = atomic_fetch_add(&share->next, pool->chunk);
      if (start >= share->end) break;
      const size_t end = start + pool->chunk < share->end ? start + pool->chunk : share->end;
      for (size_t item = start; item < end; item++) pool->task(pool->context, item, worker);
    }
  }
}

/// Waits for another piece of work than `seen`; returns its number.
static uint64_t await_work(WorkerPool *pool, uint64_t seen) {
  for (int i = 0; i < spin_limit; i++) {
    const uint64_t number = GATE_NUMBER(atomic_load(&pool->gate));
    if (number != seen) return number;
    pause_briefly();
  }
  pthread_mutex_lock(&pool->mutex);
  while (GATE_NUMBER(atomic_load(&pool->gate)) == seen) pthread_cond_wait(&pool->wake, &pool->mutex);
  pthread_mutex_unlock(&pool->mutex);
  return GATE_NUMBER(atomic_load(&pool->gate));
}

/// Goes in, unless the gate has been closed.
static int enter(WorkerPool *pool, uint64_t number) {
  uint64_t gate = atomic_load(&pool->gate);
  while (GATE_NUMBER(gate) == number && (gate & GATE_OPEN)) {
    if (atomic_compare_exchange_weak(&pool->gate, &gate, gate + 1)) return 1;
  }
  return 0;
}

static void leave(WorkerPool *pool) {
  const uint64_t gate = atomic_fetch_sub(&pool->gate, 1) - 1;
  if ((gate & GATE_OPEN) || (gate & GATE_INSIDE) > 0) return;
  pthread_mutex_lock(&pool->mutex);
  pthread_cond_signal(&pool->done);
  pthread_mutex_unlock(&pool->mutex);
}

static void *worker_main(void *argument) {
  WorkerArguments arguments = *(WorkerArguments *)argument;
  free(argument);
  WorkerPool *pool = arguments.pool;
  uint64_t seen = 0;
  for (;;) {
    seen = await_work(pool, seen);
    if (atomic_load(&pool->stopping)) return NULL;
    if (!enter(pool, seen)) continue;
    work(pool, arguments.number);
    leave(pool);
  }
}

/// Opens the gate to a new piece of work.
static void announce(WorkerPool *pool) {
  pthread_mutex_lock(&pool->mutex);
  atomic_store(&pool->gate, (GATE_NUMBER(atomic_load(&pool->gate)) + 1) << 17 | GATE_OPEN);
  pthread_cond_broadcast(&pool->wake);
  pthread_mutex_unlock(&pool->mutex);
}

static int is_occupied(WorkerPool *pool) { return (atomic_load(&pool->gate) & GATE_INSIDE) > 0; }

WorkerPool *worker_pool_create(size_t threads) {
  WorkerPool *pool = calloc(1, sizeof *pool);
  if (!pool) return NULL;
  pool->threads = 1;
  pthread_mutex_init(&pool->mutex, NULL);
  pthread_cond_init(&pool->wake, NULL);
  pthread_cond_init(&pool->done, NULL);
  pool->handles = calloc(threads, sizeof *pool->handles);
  pool->shares = aligned_alloc(_Alignof(WorkerShare), threads * sizeof *pool->shares);
  if (pool->shares) memset(pool->shares, 0, threads * sizeof *pool->shares);
  for (size_t number = 1; pool->handles && pool->shares && number < threads; number++) {
    WorkerArguments *arguments = malloc(sizeof *arguments);
    if (!arguments) break;
    *arguments = (WorkerArguments){pool, number};
    if (pthread_create(&pool->handles[number], NULL, worker_main, arguments) != 0) {
      free(arguments);
      break;
    }
    pool->threads++;
  }
  if (pool->threads < threads) {
    worker_pool_destroy(pool);
    return NULL;
  }
  return pool;
}

void worker_pool_run(WorkerPool *pool, size_t count, WorkerTask task, void *context) {
  if (pool->threads == 1 || count <= 1) {
    for (size_t item = 0; item < count; item++) task(context, item, 0);
    return;
  }
  pool->task = task;
  pool->context = context;
  pool->chunk = count / (pool->threads * 8) + 1;
  for (size_t i = 0; i < pool->threads; i++) {
    pool->shares[i].end = count * (i + 1) / pool->threads;
    atomic_store(&pool->shares[i].next, count * i / pool->threads);
  }
  announce(pool);
  work(pool, 0);
  atomic_fetch_and(&pool->gate, ~GATE_OPEN);
  for (int i = 0; i < spin_limit && is_occupied(pool); i++) pause_briefly();
  if (is_occupied(pool)) {
    pthread_mutex_lock(&pool->mutex);
    while (is_occupied(pool)) pthread_cond_wait(&pool->done, &pool->mutex);
    pthread_mutex_unlock(&pool->mutex);
  }
}

void worker_pool_destroy(WorkerPool *pool) {
  atomic_store(&pool->stopping, 1);
  announce(pool);
  for (size_t number = 1; number < pool->threads; number++) pthread_join(pool->handles[number], NULL);
  pthread_cond_destroy(&pool->done);
  pthread_cond_destroy(&pool->wake);
  pthread_mutex_destroy(&pool->mutex);
  free(pool->handles);
  free(pool->shares);
  free(pool);
}
