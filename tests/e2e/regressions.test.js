// One test for each fault that was once there, named for it.
import assert from 'node:assert/strict';
import { json, sse, stall } from './support/answers.js';
import { completion, done, finish, question, role, streamOf, usage, word } from './support/chat.js';
import { chat, contentOf, eventsOf, openChat, request } from './support/client.js';
import { oneLoop, provider } from './support/config.js';
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
