// Chat answers in OpenAI's dialect, as an upstream gives them, and the requests that ask for them.
import { chunk, event, head, json, lastChunk, sse } from './answers.js';

export const usage = { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 };

export function completion(content = 'Hello there', { model = 'm1', ...more } = {}) {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1700000000,
    model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content, refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage,
    ...more,
  };
}

export function delta(fields, { finish = null, model = 'm1', index = 0, ...more } = {}) {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1700000000,
    model,
    choices: [{ index, delta: fields, finish_reason: finish }],
    ...more,
  };
}

export const role = delta({ role: 'assistant', content: '' });
export const word = (text) => delta({ content: text });
export const finish = delta({}, { finish: 'stop' });
export const usageChunk = { ...delta({}), choices: [], usage };
export const done = '[DONE]';

/** The events of a whole stream, as of an upstream that was asked for usage. */
export const streamOf = (...words) => [role, ...words.map(word), finish, usageChunk, done];

export const streamHead = head(200, {
  'content-type': 'text/event-stream',
  'transfer-encoding': 'chunked',
});

/** The steps of a stream of `count` words of `size` bytes, which lie in memory once. */
export function largeStream(count, size = 1 << 20) {
  const events = (...items) => items.map((item) => chunk(event(item)));
  const piece = chunk(event(word('x'.repeat(size))));
  const end = [...events(finish, usageChunk, done), lastChunk];
  return [streamHead, ...events(role), Array(count).fill(piece), end];
}

/** A scripted answer that suits what the request asked for. */
export const chatAnswer =
  (text = 'Hello there', options = {}) =>
  (request) =>
    request.json?.stream
      ? sse(streamOf(...text.split(/(?<= )/)), options)
      : json(completion(text), options);

export function errorBody(message, { type = 'server_error', param = null, code = null } = {}) {
  return { error: { message, type, param, code } };
}

/** An error answer of an upstream. */
export function fail(status, fields = {}, headers = {}) {
  return json(errorBody(fields.message ?? `scripted ${status}`, fields), { status, headers });
}

export const question = (model, more = {}) => ({
  model,
  messages: [{ role: 'user', content: 'Say hello' }],
  ...more,
});
