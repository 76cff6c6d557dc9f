/* Threads that share out the shards of a step. Each shard has a buffer of its own and the buffers
 * are added in order afterwards, so it does not matter who computes which. */
#include "cli.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct member {
  cli_pool *pool;
  int worker;
  pthread_t thread;
} member;

struct cli_pool {
  pthread_mutex_t mutex;
  pthread_cond_t work, done;
  sl_task task;
  void *arg;
  int n, next, left; /* shards in all, next one to take, not finished yet */
  int quit;
  int count; /* threads besides the caller */
  member members[];
};

int cli_cpus(void) {
  long n = sysconf(_SC_NPROCESSORS_ONLN);
  return n < 1 ? 1 : n > 64 ? 64 : (int)n;
}

/* Takes shards until there are none; called and left with the mutex locked. */
static void take_shards(cli_pool *p, int worker) {
  while (p->next < p->n) {
    int i = p->next++;
    pthread_mutex_unlock(&p->mutex);
    p->task(p->arg, i, worker);
    pthread_mutex_lock(&p->mutex);
    if (--p->left == 0) pthread_cond_signal(&p->done);
  }
}

static void *thread_main(void *arg) {
  member *m = arg;
  cli_pool *p = m->pool;
  pthread_mutex_lock(&p->mutex);
  while (!p->quit) {
    take_shards(p, m->worker);
    if (!p->quit) pthread_cond_wait(&p->work, &p->mutex);
  }
  pthread_mutex_unlock(&p->mutex);
  return NULL;
}

cli_pool *cli_pool_new(int workers) {
  cli_pool *p = calloc(1, sizeof *p + (size_t)workers * sizeof(member));
  if (!p) return NULL;
  pthread_mutex_init(&p->mutex, NULL);
  pthread_cond_init(&p->work, NULL);
  pthread_cond_init(&p->done, NULL);
  while (p->count < workers - 1) {
    member *m = &p->members[p->count];
    *m = (member){.pool = p, .worker = p->count + 1};
    if (pthread_create(&m->thread, NULL, thread_main, m)) break; /* fewer do as well */
    p->count++;
  }
  return p;
}

void cli_pool_run(void *pool, sl_task task, void *arg, int n) {
  cli_pool *p = pool;
  pthread_mutex_lock(&p->mutex);
  p->task = task;
  p->arg = arg;
  p->n = p->left = n;
  p->next = 0;
  pthread_cond_broadcast(&p->work);
  take_shards(p, 0);
  while (p->left > 0) pthread_cond_wait(&p->done, &p->mutex);
  pthread_mutex_unlock(&p->mutex);
}

void cli_pool_free(cli_pool *p) {
  if (!p) return;
  pthread_mutex_lock(&p->mutex);
  p->quit = 1;
  pthread_cond_broadcast(&p->work);
  pthread_mutex_unlock(&p->mutex);
  for (int i = 0; i < p->count; i++) pthread_join(p->members[i].thread, NULL);
  pthread_cond_destroy(&p->done);
  pthread_cond_destroy(&p->work);
  pthread_mutex_destroy(&p->mutex);
  free(p);
}
