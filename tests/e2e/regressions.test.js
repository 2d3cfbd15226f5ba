// One test for each fault that was once there, named for it.
import assert from 'node:assert/strict';
import { json, sse, stall } from './support/answers.js';
import { completion, done, finish, question, role, streamOf, usage, word } from './support/chat.js';
import { chat, contentOf, eventsOf, openChat, request } from './support/client.js';
import { oneLoop, provider } from './support/config.js';
import { upstreamResponse } from './support/responses.js';
import { scenario } from './support/scenario.js';
import { within } from './support/time.js';

scenario('a stream whose upstream stays open after [DONE] gets no bytes of others', async (stage) => {
  const [slow, busy] = [await stage.upstream(), await stage.upstream()];
  slow.always(sse([role, word('mine'), finish, done, stall]));
  busy.always(sse(streamOf('somebody ', 'else')));
  const providers = { slow: provider(slow), busy: provider(busy) };
  const sluice = await stage.sluice({ server: oneLoop, providers });
  const first = await openChat(sluice, question('slow/m1', { stream: true }));
  await within(20_000, first.firstBytes, 'the first content');
  for (let i = 0; i < 20; ++i) await chat(sluice, question('busy/m1', { stream: true }));
  const text = await within(20_000, first.text, 'the end');
  assert.equal(contentOf(text), 'mine');
  assert.deepEqual(eventsOf(text).filter((item) => item === '[DONE]'), ['[DONE]']);
});

scenario('a key that an upstream echoes with escapes does not reach the client', async (stage) => {
  const key = 'sk-THEKEY/12345678';
  const upstream = await stage.upstream();
  const escapes = [key.replace('/', '\\/'), [...key].map((c) => `\\u00${c.charCodeAt(0).toString(16)}`).join('')];
  const sluice = await stage.sluice({ providers: { up: provider(upstream, { keys: [key] }) } });
  for (const written of escapes) {
    upstream.always(
      json(`{"error":{"message":"bad key ${written}","type":"invalid_request_error"}}`, { status: 400 }),
    );
    const got = await chat(sluice, question('up/m1'));
    assert.equal(got.status, 400);
    assert.ok(!JSON.stringify(got.json).includes(key), got.text);
    assert.ok(!got.text.includes(written), got.text);
  }
});

scenario('an upstream that gives fewer choices than were asked for is not broken', async (stage) => {
  const upstream = await stage.upstream();
  upstream.always(sse(streamOf('only ', 'one')));
  const sluice = await stage.sluice({ providers: { up: provider(upstream) } });
  const streamed = await chat(sluice, question('up/m1', { n: 2, stream: true }));
  assert.equal(contentOf(streamed.text), 'only one');
  assert.equal(eventsOf(streamed.text).at(-1), '[DONE]');
  upstream.always(json(completion('only one')));
  assert.equal((await chat(sluice, question('up/m1', { n: 2 }))).status, 200);
});

scenario('usage beside a finish reason is not shown to who did not ask', async (stage) => {
  const upstream = await stage.upstream();
  upstream.always(sse([role, word('Hi'), { ...finish, usage }, done]));
  const sluice = await stage.sluice({ providers: { up: provider(upstream) } });
  const got = await chat(sluice, question('up/m1', { stream: true }));
  assert.ok(!got.text.includes('usage'), got.text);
  await sluice.logLine(got.headers['x-sluice-request-id'], '"input_tokens":7');
});

scenario('a model of a provider can be looked up though no list names it', async (stage) => {
  const upstream = await stage.upstream();
  const sluice = await stage.sluice({ providers: { up: provider(upstream) } });
  const got = await request(sluice, '/v1/models/up/some-model');
  assert.equal(got.status, 200, got.text);
  assert.equal(got.json.id, 'up/some-model');
});

scenario('a second signal ends calls though the first loop is idle', async (stage) => {
  const upstream = await stage.upstream();
  upstream.always(sse([role, word('x'), stall]));
  const config = { server: { loops: 2, drain_seconds: 600 }, providers: { up: provider(upstream) } };
  const sluice = await stage.sluice(config);
  const open = [];
  for (let i = 0; i < 2; ++i) {
    const one = await openChat(sluice, question('up/m1', { stream: true }));
    await within(20_000, one.firstBytes, 'the first content');
    open.push(one);
  }
  sluice.signal('SIGTERM');
  await sluice.logLine('ending');
  sluice.signal('SIGTERM');
  for (const one of open) {
    const text = await within(20_000, one.text, 'the end');
    assert.ok(eventsOf(text).at(-1).error, text);
  }
  await sluice.ended();
});

scenario('what a client wrote does not fill the log', async (stage) => {
  const upstream = await stage.upstream();
  const sluice = await stage.sluice({ providers: { up: provider(upstream) } });
  const body = { model: 'up/m1', input: [{ type: 'x'.repeat(1 << 20) }] };
  const got = await request(sluice, '/v1/responses', { method: 'POST', body });
  assert.equal(got.status, 400, got.text.slice(0, 200));
  const line = await sluice.logLine('is of the type');
  assert.ok(line.length < 4000, `${line.length} characters`);
});

const respond = (sluice, body, key = 'a') =>
  request(sluice, '/v1/responses', {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${key}` },
  });
const speaker = (upstream) => provider(upstream, { component: 'openai-responses' });

scenario('an upstream that gives the same id again leads no conversation into a circle', async (stage) => {
  const [same, other] = [await stage.upstream(), await stage.upstream()];
  let turns = 0;
  same.always(() => json(upstreamResponse(`answer ${++turns}`, { id: 'resp_same' }).whole));
  other.always(json(completion('I know')));
  const sluice = await stage.sluice({
    server: oneLoop,
    providers: { same: speaker(same), other: provider(other) },
  });
  const previous = { previous_response_id: 'resp_same' };
  await respond(sluice, { model: 'same/m1', input: 'one' });
  await respond(sluice, { model: 'same/m1', input: 'two', ...previous });
  const third = await respond(sluice, { model: 'same/m1', input: 'three', ...previous });
  assert.equal(third.status, 200, third.text);
  const moved = await respond(sluice, { model: 'other/m1', input: 'four', ...previous });
  assert.equal(moved.status, 200, moved.text);
  assert.deepEqual(
    other.requests[0].json.messages.map(({ content }) => content),
    ['one', 'answer 1', 'two', 'answer 2', 'three', 'answer 3', 'four'],
  );
});

scenario('an item of another key is nobody’s to refer to', async (stage) => {
  const upstream = await stage.upstream();
  upstream.always(json(upstreamResponse('secret', { id: 'resp_a' }).whole));
  const sluice = await stage.sluice({
    auth: { client_keys: ['a', 'b'] },
    providers: { up: speaker(upstream) },
  });
  const first = await respond(sluice, { model: 'up/m1', input: 'one' });
  const input = [{ type: 'item_reference', id: first.json.output[0].id }];
  const own = await respond(sluice, { model: 'up/m1', input });
  assert.equal(own.status, 200, own.text);
  const stolen = await respond(sluice, { model: 'up/m1', input }, 'b');
  assert.equal(stolen.status, 400, stolen.text);
  assert.equal(stolen.json.error.param, 'input');
  assert.equal(upstream.requests.length, 2);
});

scenario('a request with very many items does not keep others waiting for the store', async (stage) => {
  const upstream = await stage.upstream();
  upstream.always(json(completion('Hello')));
  const sluice = await stage.sluice({ server: oneLoop, providers: { up: provider(upstream) } });
  const input = Array(20_000).fill({ role: 'user', content: 'x' });
  const first = await respond(sluice, { model: 'up/m1', input });
  assert.equal(first.status, 200, first.text);
  const path = `/v1/responses/${first.json.id}/input_items?limit=1`;
  const headers = { authorization: 'Bearer a' };
  const listed = await request(sluice, path, { headers });
  const reference = (id) => ({ model: 'up/m1', input: [{ type: 'item_reference', id }] });
  const newest = await respond(sluice, reference(listed.json.last_id));
  assert.equal(newest.status, 200, newest.text);
  const oldest = await request(sluice, `${path}&order=asc`, { headers });
  const refused = await respond(sluice, reference(oldest.json.first_id));
  assert.equal(refused.status, 400, refused.text);
});

scenario('a refusal that is no JSON is told in our own words', async (stage) => {
  const upstream = await stage.upstream();
  const sluice = await stage.sluice({ providers: { up: provider(upstream) } });
  const half = Buffer.from('{"error":{"message":"bad \xff","type":"x"}}', 'latin1');
  for (const body of [half, half.subarray(0, 20)]) {
    upstream.always(json(body, { status: 400 }));
    const got = await chat(sluice, question('up/m1'));
    assert.equal(got.status, 400, got.text);
    assert.equal(typeof got.json?.error?.message, 'string', got.text);
    assert.ok(!got.text.includes('\ufffd'), got.text);
  }
});

scenario('a model’s name leads nowhere else at an upstream', async (stage) => {
  const upstream = await stage.upstream();
  const azure = { component: 'azure', base_url: upstream.baseUrl, keys: ['k'] };
  const sluice = await stage.sluice({
    plugins: { enable: ['azure'] },
    providers: { az: { ...azure, settings: { api_version: '2024-10-21' } } },
  });
  for (const name of ['..', '.']) {
    const got = await chat(sluice, question(`az/${name}`));
    assert.equal(got.status, 404, got.text);
    assert.equal(got.json.error.code, 'model_not_found');
  }
  assert.equal(upstream.requests.length, 0);
});

scenario('counts of tokens that no 64 bits hold together are no small sums', async (stage) => {
  const upstream = await stage.upstream();
  const most = '18446744073709551615';
  upstream.always(
    json(
      `{"model":"m1","message":{"role":"assistant","content":"Hi"},"done":true,"done_reason":"stop",` +
        `"prompt_eval_count":${most},"eval_count":${most}}`,
    ),
  );
  const sluice = await stage.sluice({
    plugins: { enable: ['ollama'] },
    providers: { up: { component: 'ollama', base_url: upstream.baseUrl } },
  });
  const { usage: told } = (await chat(sluice, question('up/m1'))).json;
  assert.ok(told.prompt_tokens > 0 && told.completion_tokens > 0);
  assert.equal(told.total_tokens, told.prompt_tokens + told.completion_tokens);
});

scenario('a stream is not repeated from a place that is none', async (stage) => {
  const upstream = await stage.upstream();
  upstream.always(sse(streamOf('Hello ', 'there')));
  const sluice = await stage.sluice({ providers: { up: provider(upstream) } });
  const streamed = await respond(sluice, { model: 'up/m1', input: 'x', stream: true });
  const { id } = eventsOf(streamed.text)[0].response;
  const headers = { authorization: 'Bearer a' };
  for (const place of ['x', '-1', '99999999999999999999']) {
    const path = `/v1/responses/${id}?stream=true&starting_after=${place}`;
    const got = await request(sluice, path, { headers });
    assert.equal(got.status, 400, got.text);
    assert.equal(got.json.error.code, 'invalid_starting_after');
  }
});
