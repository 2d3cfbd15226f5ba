// Answers of Anthropic's Messages API, as an upstream gives them, and the requests that ask for them.
import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import Anthropic from '@anthropic-ai/sdk';
import { json, sse } from './answers.js';
import { request } from './client.js';
import { slow } from './time.js';

/** A provider of the `anthropic` component at an upstream. */
export const anthropic = (upstream, more = {}) => ({
  component: 'anthropic',
  base_url: upstream.baseUrl,
  keys: ['sk-upstream'],
  ...more,
});

export const plugins = { enable: ['openai', 'anthropic', 'demo', 'priority'] };

/** The official client. */
export const clientOf = (sluice, options = {}) =>
  new Anthropic({
    baseURL: sluice.url,
    apiKey: 'anything',
    timeout: slow(20_000),
    maxRetries: 0,
    ...options,
  });

export const question = (model, more = {}) => ({
  model,
  max_tokens: 100,
  messages: [{ role: 'user', content: 'Say hello' }],
  ...more,
});

export const ask = (sluice, body, options = {}) =>
  request(sluice, '/v1/messages', { method: 'POST', body, ...options });

export const usage = {
  input_tokens: 10,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 4,
  output_tokens: 6,
};

export const textBlock = (text) => ({ type: 'text', text });

export const message = (content = [textBlock('Hello there')], more = {}) => ({
  id: 'msg_up',
  type: 'message',
  role: 'assistant',
  model: 'm1',
  content,
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage,
  ...more,
});

/** One event of a stream, as its bytes. */
export const named = (payload) => ({
  raw: `event: ${payload.type}\ndata: ${JSON.stringify(payload)}\n\n`,
});

export const start = named({
  type: 'message_start',
  message: { ...message([]), stop_reason: null, usage: { ...usage, output_tokens: 1 } },
});
export const ping = named({ type: 'ping' });
export const opened = (index, block) =>
  named({ type: 'content_block_start', index, content_block: block });
export const delta = (index, fields) =>
  named({ type: 'content_block_delta', index, delta: fields });
export const closed = (index) => named({ type: 'content_block_stop', index });
export const ending = (reason = 'end_turn') => [
  named({
    type: 'message_delta',
    delta: { stop_reason: reason, stop_sequence: null },
    usage: { output_tokens: usage.output_tokens },
  }),
  named({ type: 'message_stop' }),
];

/** The events of a whole stream of text. */
export const streamOf = (...words) => [
  start,
  opened(0, textBlock('')),
  ping,
  ...words.map((text) => delta(0, { type: 'text_delta', text })),
  closed(0),
  ...ending(),
];

export const messageAnswer =
  (text = 'Hello there', options = {}) =>
  (asked) =>
    asked.json?.stream
      ? sse(streamOf(...text.split(/(?<= )/)), options)
      : json(message([textBlock(text)]), options);

export const errorBody = (type, text) => ({ type: 'error', error: { type, message: text } });
export const fail = (status, type, headers = {}) =>
  json(
    { ...errorBody(type, `scripted ${status}`), request_id: 'req_up' },
    { status, headers: { 'request-id': 'req_up', ...headers } },
  );

// --- what every answer has to look like ---

const schema = JSON.parse(
  readFileSync(new URL('../schemas/anthropic_messages.json', import.meta.url), 'utf8'),
);
const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
ajv.addSchema(schema);
const checkerOf = (name) => ajv.getSchema(`${schema.$id}#/definitions/${name}`);

function check(name, value) {
  const checker = checkerOf(name);
  if (!checker(value)) {
    throw new Error(`no ${name}: ${ajv.errorsText(checker.errors)}\n${JSON.stringify(value)}`);
  }
}

export const assertMessage = (value) => check('message', value);
export const assertError = (value) => check('error', value);

/**
 * The events of a stream, each checked by itself and in its place: the message's beginning, blocks
 * one after the other, its end. `fails`: it ends with an error instead.
 */
export function assertStream(text, { fails = false } = {}) {
  const events = text
    .split('\n\n')
    .filter((block) => block && !block.startsWith(':'))
    .map((block) => {
      const [, name, data] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? [];
      if (!name) throw new Error(`no event: ${block}`);
      const payload = JSON.parse(data);
      if (payload.type !== name) throw new Error(`${name} holds a ${payload.type}`);
      check(name === 'error' ? 'error' : 'event', payload);
      return payload;
    });
  const order = events.filter(({ type }) => type !== 'ping');
  checkOrder(order, fails);
  return events;
}

function checkOrder(events, fails) {
  const must = (holds, what) => {
    if (!holds) throw new Error(`${what}: ${events.map(({ type }) => type).join(' ')}`);
  };
  let open = null;
  let blocks = 0;
  let outputTokens = 0;
  events.forEach((event, place) => {
    must((event.type === 'message_start') === (place === 0), 'it begins once, at the beginning');
    if (event.type === 'content_block_start') {
      must(open === null && event.index === blocks, 'blocks are opened one after the other');
      open = event.index;
      blocks += 1;
    } else if (event.type === 'content_block_delta') {
      must(event.index === open, 'a piece belongs to the block that is open');
    } else if (event.type === 'content_block_stop') {
      must(event.index === open, 'the block that is open is closed');
      open = null;
    } else if (event.type === 'message_delta') {
      must(open === null, 'blocks are closed before the end');
      must(event.usage.output_tokens >= outputTokens, 'usage grows');
      outputTokens = event.usage.output_tokens;
    }
  });
  must(events.at(-1).type === (fails ? 'error' : 'message_stop'), 'it ends once');
  if (!fails) must(events.at(-2).type === 'message_delta', 'it says why it ends');
}
