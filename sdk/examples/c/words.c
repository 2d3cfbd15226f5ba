/* words: says the last message back, word by word, as fast as it is read: pauses, resumes and stops
 * when it is told. */
#include <pthread.h>
#include <stdlib.h>

#include "common.h"

/* One answer. Whoever calls start(), resume() or cancel() goes on with it, one caller at a time. */
typedef struct call {
  sluice_sink* sink;
  out_text words, model;
  size_t at;
  uint64_t said;
  enum { BEGIN, SPEAK, FINISH, TELL, OVER } next;
  pthread_mutex_t mutex; /* guards what follows */
  int paused, resumed, cancelled;
} call;

static sluice_status say(call* of, sluice_chunk chunk) {
  chunk.struct_size = sizeof chunk;
  return of->sink->push(of->sink, &chunk);
}

static sluice_status say_word(call* of) {
  const sluice_str all = out_view(&of->words);
  size_t end = of->at;
  while (end < all.len && all.ptr[end] != ' ') ++end;
  if (end < all.len) ++end; /* the space belongs to the word before it */
  const sluice_str word = {all.ptr + of->at, end - of->at};
  of->at = end;
  of->said += 1;
  if (end == all.len) of->next = FINISH;
  return say(of, (sluice_chunk){.type = SLUICE_CHUNK_TEXT, .text = word});
}

/* Pushes one chunk. */
static sluice_status step(call* of) {
  const sluice_usage usage = {.struct_size = sizeof usage, .output = of->said};
  switch (of->next) {
    case BEGIN:
      of->next = of->words.size > 0 ? SPEAK : FINISH;
      return say(
          of, (sluice_chunk){
                  .type = SLUICE_CHUNK_START, .ref = text("words"), .name = out_view(&of->model)});
    case SPEAK: return say_word(of);
    case FINISH:
      of->next = TELL;
      return say(of, (sluice_chunk){.type = SLUICE_CHUNK_FINISH, .name = text("stop")});
    default:
      of->next = OVER;
      return say(of, (sluice_chunk){.type = SLUICE_CHUNK_USAGE, .usage = &usage});
  }
}

/* Before a step, so that a resume() during its push is not lost. 0: cancelled. */
static int arm(call* of) {
  pthread_mutex_lock(&of->mutex);
  of->resumed = 0;
  const int go = !of->cancelled;
  pthread_mutex_unlock(&of->mutex);
  return go;
}

/* After a push that said PAUSE. 0: resume() or cancel() will go on. */
static int goes_on(call* of) {
  pthread_mutex_lock(&of->mutex);
  const int go = of->resumed || of->cancelled;
  of->paused = !go;
  pthread_mutex_unlock(&of->mutex);
  return go;
}

static void run(call* of) {
  sluice_status answer = SLUICE_OK;
  while (of->next != OVER && answer != SLUICE_CANCELLED) {
    answer = arm(of) ? step(of) : SLUICE_CANCELLED;
    if (answer == SLUICE_PAUSE && of->next != OVER && !goes_on(of)) return;
  }
  sluice_error cancelled = {.struct_size = sizeof cancelled};
  fail(&cancelled, SLUICE_CANCELLED, SLUICE_REASON_NONE, "cancelled");
  of->sink->finish(of->sink, answer == SLUICE_CANCELLED ? &cancelled : NULL);
}

static void wake(call* of, int cancel) {
  pthread_mutex_lock(&of->mutex);
  if (cancel) of->cancelled = 1;
  else of->resumed = 1;
  const int mine = of->paused;
  of->paused = 0;
  pthread_mutex_unlock(&of->mutex);
  if (mine) run(of);
}

static void resume(void* self) { wake(self, 0); }
static void cancel(void* self) { wake(self, 1); }
static void release(void* self) {
  call* of = self;
  pthread_mutex_destroy(&of->mutex);
  free(of->words.data);
  free(of->model.data);
  free(of);
}

static sluice_status start(const sluice_instance* self, const sluice_request* req,
                           sluice_sink* sink, void** out, sluice_error* err) {
  (void)self;
  if (req->op != SLUICE_OP_CHAT) return unimplemented(err);
  const sluice_str messages = sluice_json_get(object_in(req->body), "messages");
  if (!sluice_json_is_array(messages)) return bad_request(err, "messages must be an array");
  call* made = calloc(1, sizeof *made);
  if (made == NULL) return no_memory(err);
  const char* place = NULL;
  for (sluice_str at; (at = sluice_json_next(messages, &place, NULL)).len > 0;) {
    made->words.size = 0;
    put_content(&made->words, at);
  }
  out_raw(&made->model, req->model);
  made->sink = sink;
  pthread_mutex_init(&made->mutex, NULL);
  if (made->words.failed || made->model.failed) {
    release(made);
    return no_memory(err);
  }
  *out = made;
  run(made);
  return SLUICE_OK;
}

const sluice_direct words_direct = {.struct_size = sizeof words_direct,
                                    .start = start,
                                    .resume = resume,
                                    .cancel = cancel,
                                    .release = release};
