// Faults of an upstream before any content has reached the client: each fault, streamed and not,
// alone, with a second target, and gone at the second try.
import assert from 'node:assert/strict';
import net from 'node:net';
import {
  answer,
  bytesOf,
  chunk,
  close,
  cutAfter,
  delay,
  head,
  json,
  reset,
  sse,
  stall,
} from './support/answers.js';
import {
  chatAnswer,
  completion,
  delta,
  errorBody,
  fail,
  finish,
  question,
  role,
  streamHead,
  word,
} from './support/chat.js';
import { chat, contentOf } from './support/client.js';
import { provider, virtual } from './support/config.js';
import { assertError, assertGivenBy } from './support/expect.js';
import { table } from './support/scenario.js';
import { slow } from './support/time.js';

const whole = json(completion('never seen'));
const broken = { status: 502, code: /^upstream_(error|broken_answer|unreachable)$/ };
const silence = { status: 504, code: 'upstream_timeout' };
const impatient = {
  first_byte_ms: slow(300),
  first_content_ms: slow(400),
  answer_ms: slow(300),
  idle_ms: slow(300),
};

// `tries`: how often one lane is asked; 2: once more after a pause, 1: never again.
// `gives`: what the client gets when nobody else can answer.
// `only`: 'stream' or 'whole', where the fault makes sense in one of them.
const faults = [
  // Once more on the same lane, then the next.
  { name: 'a reset before any answer', steps: reset, tries: 2, gives: broken },
  { name: 'a connection closed before any answer', steps: close, tries: 2, gives: broken },
  { name: 'half a head', steps: ['HTTP/1.1 200 OK\r\nContent-', close], tries: 2, gives: broken },
  {
    name: 'a head that is not HTTP',
    steps: ['SSH-2.0-upstream\r\n\r\n', close],
    tries: 2,
    gives: broken,
  },
  {
    name: 'a head with a length and chunks',
    steps: [
      head(200, { 'content-length': 2, 'transfer-encoding': 'chunked' }),
      '2\r\n{}\r\n0\r\n\r\n',
    ],
    tries: 2,
    gives: broken,
  },
  {
    name: 'a head with two lengths',
    steps: [head(200, { 'content-length': [2, 3] }), '{} ', close],
    tries: 2,
    gives: broken,
  },
  ...[408, 409, 425, 500, 502, 503, 504, 529].map((status) => ({
    name: `status ${status}`,
    steps: fail(status),
    tries: 2,
    gives: broken,
  })),
  {
    name: 'status 500 with a page of HTML',
    steps: answer('<html>oops</html>', { status: 500, headers: { 'content-type': 'text/html' } }),
    tries: 2,
    gives: broken,
  },
  {
    name: 'an error in the first event',
    steps: sse([errorBody('no capacity', { code: 'overloaded' })]),
    only: 'stream',
    tries: 2,
    gives: broken,
  },
  {
    name: 'a tool called wrongly, told in the first event',
    steps: sse([errorBody('x', { type: 'invalid_request_error', code: 'tool_use_failed' })]),
    only: 'stream',
    tries: 2,
    gives: broken,
  },
  {
    name: 'an error in the first event with content',
    steps: sse([role, errorBody('no capacity')]),
    only: 'stream',
    tries: 2,
    gives: broken,
  },
  { name: 'a stream without events', steps: sse([]), only: 'stream', tries: 2, gives: broken },
  {
    name: 'a stream of [DONE] alone',
    steps: sse(['[DONE]']),
    only: 'stream',
    tries: 2,
    gives: broken,
  },
  {
    name: 'a stream of comments alone',
    steps: sse([{ raw: ': hello\n\n' }, { raw: ': bye\n\n' }]),
    only: 'stream',
    tries: 2,
    gives: broken,
  },
  { name: 'a role and then the end', steps: sse([role]), only: 'stream', tries: 2, gives: broken },
  {
    name: 'a role and then [DONE]',
    steps: sse([role, '[DONE]']),
    only: 'stream',
    tries: 2,
    gives: broken,
  },
  {
    name: 'a role and then a reset',
    steps: sse([role, reset]),
    only: 'stream',
    tries: 2,
    gives: broken,
  },
  {
    name: 'broken JSON in the first event',
    steps: sse(['{"choices": [', finish]),
    only: 'stream',
    tries: 2,
    gives: broken,
  },
  {
    name: 'a broken chunk size in a stream',
    steps: [streamHead, 'zz\r\n', close],
    only: 'stream',
    tries: 2,
    gives: broken,
  },
  {
    name: 'a body shorter than its length',
    steps: cutAfter(200, whole),
    only: 'whole',
    tries: 2,
    gives: broken,
  },
  {
    name: 'a body longer than its length',
    steps: [bytesOf([json(completion('x')), 'more']), close], // in one write
    only: 'whole',
    tries: 2,
    gives: broken,
  },
  {
    name: 'a chunked body without its last chunk',
    steps: [
      head(200, { 'transfer-encoding': 'chunked' }),
      chunk(JSON.stringify(completion())),
      close,
    ],
    only: 'whole',
    tries: 2,
    gives: broken,
  },
  {
    name: 'a broken chunk size',
    steps: [head(200, { 'transfer-encoding': 'chunked' }), '-5\r\n{}\r\n', close],
    only: 'whole',
    tries: 2,
    gives: broken,
  },
  {
    name: 'half of the JSON, complete by its framing',
    steps: json('{"id":"x","choices":[{"index":0,"mess'),
    only: 'whole',
    tries: 2,
    gives: broken,
  },
  { name: 'an empty body', steps: json(''), only: 'whole', tries: 2, gives: broken },
  {
    name: 'a page of HTML with status 200',
    steps: answer('<html>sign in</html>', { headers: { 'content-type': 'text/html' } }),
    tries: 2,
    gives: broken,
  },
  {
    name: 'an error with status 200',
    steps: json(errorBody('no capacity')),
    only: 'whole',
    tries: 2,
    gives: broken,
  },

  // Silence: never the same lane again.
  { name: 'no answer', steps: stall, tries: 1, gives: silence, timeouts: impatient },
  {
    name: 'no end of a head',
    steps: ['HTTP/1.1 200 OK\r\n', stall],
    tries: 1,
    gives: silence,
    timeouts: impatient,
  },
  {
    name: 'a head and nothing more',
    steps: [head(200, { 'content-type': 'application/json', 'content-length': 100 }), stall],
    only: 'whole',
    tries: 1,
    gives: silence,
    timeouts: impatient,
  },
  {
    name: 'half a body and nothing more',
    steps: cutAfter(200, whole, stall),
    only: 'whole',
    tries: 1,
    gives: silence,
    timeouts: impatient,
  },
  {
    name: 'a role and nothing more',
    steps: sse([role, stall]),
    only: 'stream',
    tries: 1,
    gives: silence,
    timeouts: impatient,
  },
  {
    name: 'comments and never content',
    steps: sse(Array(400).fill([{ raw: ': wait\n\n' }, delay(50)])),
    only: 'stream',
    tries: 1,
    gives: silence,
    timeouts: { ...impatient, idle_ms: slow(10_000) },
  },

  // Too fast, or the key is at fault: the next lane at once.
  {
    name: 'status 429 without Retry-After',
    steps: fail(429, { code: 'rate_limit_exceeded' }),
    tries: 1,
    gives: { status: 429, code: 'rate_limit_exceeded', retryAfter: true },
  },
  {
    name: 'status 429 with a long Retry-After',
    steps: fail(429, { code: 'rate_limit_exceeded' }, { 'retry-after': '60' }),
    tries: 1,
    gives: { status: 429, code: 'rate_limit_exceeded', retryAfter: true },
  },
  {
    name: 'status 503 with a long Retry-After',
    steps: fail(503, {}, { 'retry-after': '60' }),
    tries: 1,
    gives: { status: 503, code: 'upstream_overloaded', retryAfter: true },
  },
  {
    name: 'status 500 with a long Retry-After',
    steps: fail(500, {}, { 'retry-after': '60' }),
    tries: 1,
    gives: { status: 503, code: 'upstream_overloaded', retryAfter: true },
  },
  {
    name: 'status 401',
    steps: fail(401, { type: 'invalid_request_error', code: 'invalid_api_key' }),
    tries: 1,
    gives: { status: 502, code: 'upstream_key_rejected' },
  },
  {
    name: 'status 403',
    steps: fail(403),
    tries: 1,
    gives: { status: 502, code: 'upstream_key_rejected' },
  },
  {
    name: 'a spent quota',
    steps: fail(429, { type: 'insufficient_quota', code: 'insufficient_quota' }),
    tries: 1,
    gives: { status: 503, code: 'upstream_quota_exhausted', retryAfter: true },
  },
  {
    name: 'status 402',
    steps: fail(402),
    tries: 1,
    gives: { status: 503, code: 'upstream_quota_exhausted' },
  },
];

const kinds = faults.flatMap((fault) =>
  (fault.only ? [fault.only] : ['stream', 'whole']).flatMap((kind) => [
    { ...fault, kind, arrangement: 'alone' },
    { ...fault, kind, arrangement: 'second' },
    ...(fault.tries > 1 ? [{ ...fault, kind, arrangement: 'recovers' }] : []),
  ]),
);
const shown = { stream: 'streamed', whole: 'not streamed' };
const endings = {
  alone: 'is told to the client',
  second: 'is made good by the second target',
  recovers: 'is made good by a second try',
};
const cases = kinds.map((item, number) => ({
  ...item,
  number,
  name: `${item.name} (${shown[item.kind]}) ${endings[item.arrangement]}`,
}));

async function prepare(stage, all) {
  const providers = {};
  const models = {};
  for (const item of all) {
    const [a, b] = [await stage.upstream(), await stage.upstream()];
    Object.assign(item, { a, b });
    if (item.arrangement === 'recovers') a.next(item.steps).always(chatAnswer('from a'));
    else a.always(item.steps);
    b.always(chatAnswer('from b'));
    providers[`a${item.number}`] = provider(a, { timeouts: item.timeouts ?? {} });
    providers[`b${item.number}`] = provider(b);
    models[`vm${item.number}`] = virtual(`a${item.number}/m1`, `b${item.number}/m1`);
  }
  return stage.sluice({ providers, virtual_models: models });
}

async function play(sluice, { number, kind, arrangement, tries, gives, a, b }) {
  const stream = kind === 'stream';
  const name = arrangement === 'alone' ? `a${number}/m1` : `vm${number}`;
  const got = await chat(sluice, question(name, { stream }));
  assert.equal(a.requests.length, tries, 'tries on the first lane');
  assert.equal(b.requests.length, arrangement === 'second' ? 1 : 0, 'tries on the second target');
  for (const seen of [...a.requests, ...b.requests]) assert.equal(seen.json.model, 'm1');
  if (arrangement === 'alone') {
    assertError(got, gives.status, gives.code ? { code: gives.code } : {});
    assert.equal(got.headers['x-should-retry'], 'false');
    assert.equal(got.headers['x-sluice-attempts'], String(tries));
    if (gives.retryAfter) assert.match(got.headers['retry-after'], /^[1-9]\d*$/);
  } else {
    const [who, attempts] = arrangement === 'second' ? ['b', tries + 1] : ['a', tries];
    assert.equal(got.status, 200, got.text);
    assert.equal(stream ? contentOf(got.text) : got.json.choices[0].message.content, `from ${who}`);
    assertGivenBy(got, { provider: `${who}${number}`, model: 'm1', attempts });
    assert.ok(got.whole);
    if (stream) assert.match(got.text, /data: \[DONE\]\s*$/);
  }
  await sluice.logLine(got.headers['x-sluice-request-id'], `${who(arrangement)}${number}`);
}

const who = (arrangement) => (arrangement === 'second' ? 'b' : 'a');

table('Before the commit point a failed attempt is replaced:', cases, prepare, play);

// Faults of the client: told as they came, and tried nowhere else.
const refusals = [
  { status: 400, type: 'invalid_request_error', param: 'temperature', code: 'unsupported_value' },
  { status: 400, type: 'invalid_request_error', param: null, code: 'content_filter' },
  { status: 404, type: 'invalid_request_error', param: 'model', code: 'model_not_found' },
  { status: 413, type: 'invalid_request_error', param: null, code: 'request_too_large' },
  { status: 422, type: 'invalid_request_error', param: 'messages', code: 'bad_messages' },
]
  .flatMap((fault) => ['stream', 'whole'].map((kind) => ({ ...fault, kind })))
  .map((fault, number) => ({
    ...fault,
    number,
    name: `status ${fault.status} with ${fault.code} (${shown[fault.kind]})`,
  }));

async function prepareRefusals(stage, all) {
  const providers = {};
  const models = {};
  for (const item of all) {
    const [a, b] = [await stage.upstream(), await stage.upstream()];
    Object.assign(item, { a, b });
    const { status, type, param, code } = item;
    a.always(fail(status, { message: 'this is how it is', type, param, code }));
    b.always(chatAnswer('from b'));
    providers[`a${item.number}`] = provider(a);
    providers[`b${item.number}`] = provider(b);
    models[`vm${item.number}`] = virtual(`a${item.number}/m1`, `b${item.number}/m1`);
  }
  return stage.sluice({ providers, virtual_models: models });
}

table(
  'A fault of the client is told to it as it is, and tried nowhere else:',
  refusals,
  prepareRefusals,
  async (sluice, { number, kind, status, type, param, code, a, b }) => {
    const got = await chat(sluice, question(`vm${number}`, { stream: kind === 'stream' }));
    assertError(got, status);
    assert.deepEqual(got.json.error, { message: 'this is how it is', type, param, code });
    assert.deepEqual([a.requests.length, b.requests.length], [1, 0]);
  },
);

// A fault of the model, told with the status of a fault of the client.
const wrongly = fail(400, {
  message: "Failed to call a function. See 'failed_generation' for more details.",
  type: 'invalid_request_error',
  code: 'tool_use_failed',
});

table(
  'A model that calls a tool wrongly is asked once more:',
  ['stream', 'whole'].flatMap((kind) => [
    { name: `and does better (${kind})`, kind, model: `${kind}/m1`, attempts: 2 },
    { name: `and then the next target (${kind})`, kind, model: 'vm', attempts: 3 },
    { name: `and then told as it is (${kind})`, kind, model: 'ever/m1', attempts: 2, told: 400 },
  ]),
  async (stage) => {
    const once = async () => (await stage.upstream()).next(wrongly).always(chatAnswer('from b'));
    const ever = (await stage.upstream()).always(wrongly);
    const b = (await stage.upstream()).always(chatAnswer('from b'));
    return stage.sluice({
      providers: {
        stream: provider(await once()),
        whole: provider(await once()),
        ever: provider(ever),
        b: provider(b),
      },
      virtual_models: { vm: virtual('ever/m1', 'b/m1') },
    });
  },
  async (sluice, { kind, model, attempts, told }) => {
    const got = await chat(sluice, question(model, { stream: kind === 'stream' }));
    assert.equal(got.headers['x-sluice-attempts'], String(attempts));
    if (told) assertError(got, told, { code: 'tool_use_failed' });
    else assert.equal(got.status, 200, got.text);
  },
);

// A port that nobody listens on any more.
async function deadPort() {
  const server = net.createServer();
  await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}

const refused = ['stream', 'whole'].flatMap((kind) => [
  { name: `alone (${kind})`, kind, model: 'dead/m1', attempts: 2 },
  { name: `with a second target (${kind})`, kind, model: 'vm', attempts: 3 },
]);

table(
  'An upstream that nobody listens on is tried twice:',
  refused,
  async (stage) => {
    const b = (await stage.upstream()).always(chatAnswer('from b'));
    const dead = provider(`http://127.0.0.1:${await deadPort()}/v1`);
    return stage.sluice({
      providers: { dead, b: provider(b) },
      virtual_models: { vm: virtual('dead/m1', 'b/m1') },
    });
  },
  async (sluice, { kind, model, attempts }) => {
    const got = await chat(sluice, question(model, { stream: kind === 'stream' }));
    assert.equal(got.headers['x-sluice-attempts'], String(attempts));
    if (model === 'vm') assert.equal(got.status, 200);
    else assertError(got, 502, { code: 'upstream_unreachable' });
  },
);

// What is not a fault.
const fine = [
  { name: 'a missing [DONE] is supplied', steps: sse([role, word('fine'), finish]) },
  {
    name: 'a stream that ends with its connection is whole',
    steps: sse([role, word('fine'), finish, '[DONE]'], { framing: 'close' }),
  },
  {
    name: 'a last event without a blank line counts',
    steps: sse([role, word('fine'), { raw: `data: ${JSON.stringify(finish)}\n` }]),
  },
  {
    name: 'content and finish in one event are enough',
    steps: sse([delta({ role: 'assistant', content: 'fine' }, { finish: 'stop' })]),
  },
];

table(
  'What comes whole is an answer:',
  fine.map((item, number) => ({ ...item, number })),
  async (stage, all) => {
    const providers = {};
    for (const item of all) {
      item.a = (await stage.upstream()).always(item.steps);
      providers[`a${item.number}`] = provider(item.a);
    }
    return stage.sluice({ providers });
  },
  async (sluice, { number, a }) => {
    const got = await chat(sluice, question(`a${number}/m1`, { stream: true }));
    assert.equal(got.status, 200, got.text);
    assert.equal(contentOf(got.text), 'fine');
    assert.match(got.text, /data: \[DONE\]\n\n$/);
    assert.ok(got.whole);
    assert.equal(a.requests.length, 1);
  },
);
