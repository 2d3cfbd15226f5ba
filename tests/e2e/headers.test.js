// Header fields between clients and upstreams: what goes to whom, and under which names request ids
// and limits come back, for each dialect of a client at each dialect of an upstream.
import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { json, sse } from './support/answers.js';
import { chatAnswer, fail as chatFail, question as chatQuestion } from './support/chat.js';
import { chat, request } from './support/client.js';
import { provider } from './support/config.js';
import {
  anthropic,
  ask,
  clientOf,
  fail as messageFail,
  messageAnswer,
  plugins,
  question,
} from './support/messages.js';
import { upstreamResponse } from './support/responses.js';
import { scenario, table } from './support/scenario.js';
import { slow } from './support/time.js';

const sixMinutes = () => new Date(Date.now() + 360_000).toISOString().replace(/\.\d+Z/, 'Z');

// What upstreams say: of the request, of limits, and of what is nobody's business.
const openAiSays = () => ({
  'x-request-id': 'req_up',
  'x-ratelimit-limit-requests': '100',
  'x-ratelimit-remaining-tokens': '7',
  'x-ratelimit-reset-tokens': '6m0s',
  'openai-processing-ms': '12',
  'openai-organization': 'acme',
  'set-cookie': 'a=b',
});
const anthropicSays = () => ({
  'request-id': 'req_up',
  'anthropic-ratelimit-requests-limit': '100',
  'anthropic-ratelimit-tokens-remaining': '7',
  'anthropic-ratelimit-tokens-reset': sixMinutes(),
  'anthropic-fast-mode': 'on',
  'anthropic-organization-id': 'acme',
  'set-cookie': 'a=b',
});

const upstreams = {
  chat: {
    says: openAiSays,
    provider,
    answer: (headers) => chatAnswer('Hello', { headers }),
    fail: (status, headers) => chatFail(status, { type: 'some_error' }, headers),
  },
  // It speaks chat as well.
  responses: {
    says: openAiSays,
    provider: (upstream) => provider(upstream, { component: 'openai-responses' }),
    answer: (headers) => (seen) => {
      if (!seen.path.endsWith('/responses')) return chatAnswer('Hello', { headers })(seen);
      const { whole, events } = upstreamResponse('Hello');
      return seen.json.stream ? sse(events, { headers }) : json(whole, { headers });
    },
    fail: (status, headers) => chatFail(status, { type: 'some_error' }, headers),
  },
  messages: {
    says: anthropicSays,
    provider: anthropic,
    answer: (headers) => messageAnswer('Hello', { headers }),
    fail: (status, headers) => messageFail(status, 'some_error', headers),
  },
};

const post = (path) => (sluice, model, headers, more) =>
  request(sluice, path, {
    method: 'POST',
    headers,
    body: { model, input: 'Say hello', store: false, ...more },
  });
const clients = {
  chat: (sluice, model, headers, more) => chat(sluice, chatQuestion(model, more), { headers }),
  responses: post('/v1/responses'),
  messages: (sluice, model, headers, more) => ask(sluice, question(model, more), { headers }),
};

const pairs = Object.keys(clients).flatMap((client) =>
  Object.keys(upstreams).map((upstream) => ({
    name: `${client} at ${upstream}`,
    client,
    upstream,
    same: client === upstream || (client === 'chat' && upstream === 'responses'),
  })),
);

async function prepare(stage, cases) {
  const providers = {};
  for (const [number, item] of cases.entries()) {
    item.scripted = await stage.upstream();
    item.model = `p${number}/m1`;
    providers[`p${number}`] = upstreams[item.upstream].provider(item.scripted);
  }
  return stage.sluice({ plugins, providers });
}

const trace = {
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: 'vendor=1,other=2',
};
const personal = {
  authorization: 'Bearer of-the-client',
  'x-api-key': 'of-the-client',
  'api-key': 'of-the-client',
  'x-goog-api-key': 'of-the-client',
  cookie: 'a=b',
  connection: 'keep-alive, x-hop',
  'x-hop': 'of-the-client',
  'proxy-authorization': 'Basic eA==',
  te: 'trailers',
  'x-forwarded-for': '1.2.3.4',
  'openai-organization': 'of-the-client',
  'accept-encoding': 'br',
};
const ofAnthropic = { 'anthropic-version': '2024-01-01', 'anthropic-beta': 'one-2025-01-01,two' };
const ofOpenAi = { 'openai-beta': 'assistants=v2', 'x-client-request-id': 'mine-1' };
const ofBoth = { 'idempotency-key': 'once-1' };

table('A client’s headers', pairs, prepare, async (sluice, item) => {
  const { scripted, client, upstream, model, same } = item;
  scripted.always(upstreams[upstream].answer({}));
  const sent = { ...trace, ...personal, ...ofAnthropic, ...ofOpenAi, ...ofBoth };
  const got = await clients[client](sluice, model, sent);
  assert.equal(got.status, 200, got.text);
  const { headers } = scripted.requests[0];
  const ofOwn = { ...ofBoth, ...(client === 'messages' ? ofAnthropic : ofOpenAi) };
  const goes = { ...trace, ...(same && ofOwn) };
  for (const [name, value] of Object.entries(goes)) assert.equal(headers[name], value, name);
  for (const [name, value] of Object.entries({ ...personal, ...ofAnthropic, ...ofOpenAi, ...ofBoth })) {
    if (!(name in goes)) assert.notEqual(headers[name], value, name);
  }
  const key = upstream === 'messages' ? 'x-api-key' : 'authorization';
  assert.match(headers[key], /^(Bearer )?sk-upstream$/);
  const rest = Object.values(headers).join('\n');
  assert.ok(!rest.includes('of-the-client'), rest);
});

/** The limits of `headers` under the names of `client`, and under no others. */
function assertLimits(client, upstream, headers) {
  const own = client === 'messages' ? 'anthropic-ratelimit-' : 'x-ratelimit-';
  const named = Object.keys(headers).filter((name) => name.includes('ratelimit'));
  assert.ok(named.every((name) => name.startsWith(own)), named.join());
  assert.equal(named.length, 3, named.join());
  if (client === 'messages') {
    assert.equal(headers['anthropic-ratelimit-requests-limit'], '100');
    assert.equal(headers['anthropic-ratelimit-tokens-remaining'], '7');
    const reset = headers['anthropic-ratelimit-tokens-reset'];
    assert.match(reset, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.ok(Math.abs(Date.parse(reset) - Date.now() - 360_000) < slow(60_000), reset);
  } else {
    assert.equal(headers['x-ratelimit-limit-requests'], '100');
    assert.equal(headers['x-ratelimit-remaining-tokens'], '7');
    const reset = headers['x-ratelimit-reset-tokens'];
    if (upstream !== 'messages') assert.equal(reset, '6m0s');
    else assert.match(reset, /^(6m[01]s|5m\d+s)$/);
  }
}

const nobodys = ['openai-organization', 'anthropic-organization-id', 'set-cookie'];
const idOf = { chat: 'x-request-id', responses: 'x-request-id', messages: 'request-id' };

for (const stream of [false, true]) {
  const what = stream ? 'a streamed answer' : 'an answer';
  table(`An upstream’s headers with ${what}:`, pairs, prepare, async (sluice, item) => {
    const { scripted, client, upstream, model, same } = item;
    scripted.always(upstreams[upstream].answer(upstreams[upstream].says()));
    const got = await clients[client](sluice, model, {}, { stream });
    assert.equal(got.status, 200, got.text);
    assert.equal(got.headers[idOf[client]], 'req_up');
    assert.match(got.headers['x-sluice-request-id'], /^req_\w{24}$/);
    assertLimits(client, upstream, got.headers);
    const expected = { 'openai-processing-ms': '12', 'anthropic-fast-mode': 'on' };
    for (const [name, value] of Object.entries(expected)) {
      const said = same && name in upstreams[upstream].says();
      assert.equal(got.headers[name], said ? value : undefined, name);
    }
    for (const name of nobodys) assert.equal(got.headers[name], undefined, name);
  });
}

table('An upstream’s limits with a refusal to serve more:', pairs, prepare, async (sluice, item) => {
  const { scripted, client, upstream, model } = item;
  const says = { ...upstreams[upstream].says(), 'retry-after': '40' };
  scripted.always(upstreams[upstream].fail(429, says));
  const got = await clients[client](sluice, model, {});
  assert.equal(got.status, 429, got.text);
  const wait = Number(got.headers['retry-after']);
  assert.ok(wait > 0 && wait <= 40, `retry-after ${wait}`);
  assertLimits(client, upstream, got.headers);
  // Said in our own words, it is a request of ours.
  assert.equal(got.headers[idOf[client]], got.headers['x-sluice-request-id']);
  if (client === 'messages') assert.equal(got.json.request_id, got.headers['request-id']);
  for (const name of nobodys) assert.equal(got.headers[name], undefined, name);
});

const passed = pairs.filter(({ same }) => same);

table('A refusal in the client’s dialect keeps its id and its wait:', passed, prepare, async (sluice, item) => {
  const { scripted, client, upstream, model } = item;
  const says = { ...upstreams[upstream].says(), 'retry-after': '3' };
  scripted.always(upstreams[upstream].fail(422, says));
  const got = await clients[client](sluice, model, {});
  assert.equal(got.status, 422, got.text);
  assert.equal(got.headers[idOf[client]], 'req_up');
  assert.equal(got.headers['retry-after'], '3');
  assertLimits(client, upstream, got.headers);
});

scenario('the official clients find the id of the request', async (stage) => {
  const [a, b] = [await stage.upstream(), await stage.upstream()];
  a.always(upstreams.chat.answer(openAiSays()));
  b.always(upstreams.messages.answer(anthropicSays()));
  const sluice = await stage.sluice({
    plugins,
    providers: { a: provider(a), b: anthropic(b) },
  });
  const openai = new OpenAI({
    baseURL: `${sluice.url}/v1`,
    apiKey: 'x',
    maxRetries: 0,
    timeout: slow(20_000),
  });
  for (const model of ['a/m1', 'b/m1']) {
    assert.equal((await openai.chat.completions.create(chatQuestion(model)))._request_id, 'req_up');
    const message = await clientOf(sluice).messages.create(question(model));
    assert.equal(message._request_id, 'req_up');
  }
  // Without an upstream there is only the gateway's own.
  const { data, response } = await openai.chat.completions
    .create(chatQuestion('demo/echo'))
    .withResponse();
  assert.equal(data._request_id, response.headers.get('x-sluice-request-id'));
});

scenario('a key that an upstream repeats in a header does not reach the client', async (stage) => {
  const upstream = await stage.upstream();
  upstream.always(chatAnswer('x', { headers: { 'x-request-id': 'for-sk-upstream' } }));
  const sluice = await stage.sluice({ providers: { a: provider(upstream) } });
  const got = await chat(sluice, chatQuestion('a/m1'));
  assert.equal(got.headers['x-request-id'], 'for-***');
});

scenario('a page of an allowed origin may read ids and limits', async (stage) => {
  const origin = 'https://app.example';
  const upstream = await stage.upstream();
  upstream.always(chatAnswer('x', { headers: openAiSays() }));
  const sluice = await stage.sluice({
    server: { allowed_origins: [origin] },
    providers: { a: provider(upstream) },
  });
  const got = await chat(sluice, chatQuestion('a/m1'), { headers: { origin } });
  const exposed = got.headers['access-control-expose-headers'].split(', ');
  for (const name of ['request-id', ...Object.keys(got.headers).filter((one) => one.includes('ratelimit'))])
    assert.ok(exposed.includes(name), name);
});
