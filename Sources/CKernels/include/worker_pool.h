#pragma once
#include <stddef.h>

/// Threads that wait for work. Between two pieces of work they look out for the next one for some microseconds before
/// they go to sleep, because the passes of a step follow each other closely.
typedef struct WorkerPool WorkerPool;

typedef void (*WorkerTask)(void *context, size_t item, size_t worker);

/// Number of processors that this process may use.
size_t worker_pool_available_processors(void);

/// A pool of `threads` ≥ 1 workers, the caller of `worker_pool_run` being one of them; NULL if threads cannot be made.
WorkerPool *worker_pool_create(size_t threads);

/// Calls the task for every item from 0 to `count` − 1, each once, by whichever worker is free; returns when all are
/// done. Not to be called from a task of the same pool, nor from two threads at a time.
void worker_pool_run(WorkerPool *pool, size_t count, WorkerTask task, void *context);

void worker_pool_destroy(WorkerPool *pool);
