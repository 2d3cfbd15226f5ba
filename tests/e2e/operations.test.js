// Reloading while calls are under way, and ending in order.
import assert from 'node:assert/strict';
import { sse, stall, until } from './support/answers.js';
import { chatAnswer, done, finish, question, role, word } from './support/chat.js';
import { chat, contentOf, eventsOf, openChat, request } from './support/client.js';
import { provider, virtual } from './support/config.js';
import { assertError, assertErrorObject } from './support/expect.js';
import { scenario } from './support/scenario.js';
import { eventually, makeGate, within } from './support/time.js';

const token = 'at-1';
const auth = { admin_token: token };
const reload = (sluice) =>
  request(sluice, '/admin/reload', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  });
const names = async (sluice) =>
  (await request(sluice, '/v1/models')).json.data.map((model) => model.id);

// A connection that was made just before the end began may be closed without an answer.
const unready = (sluice) =>
  eventually('readiness to go', async () => {
    const answer = await request(sluice, '/health/ready').catch(() => null);
    return answer?.status === 503 && answer;
  });

scenario('POST /admin/reload takes a good configuration at once', async (stage) => {
  const a = (await stage.upstream()).always(chatAnswer('from a'));
  const b = (await stage.upstream()).always(chatAnswer('from b'));
  const providers = { a: provider(a), b: provider(b) };
  const sluice = await stage.sluice({ auth, providers, virtual_models: { vm: virtual('a/m1') } });
  assert.equal((await chat(sluice, question('vm'))).headers['x-sluice-provider'], 'a');
  await sluice.work.write({
    auth,
    providers,
    virtual_models: { vm: virtual('b/m1'), more: virtual('a/m1') },
  });
  const got = await reload(sluice);
  assert.equal(got.status, 200, got.text);
  assert.equal((await chat(sluice, question('vm'))).headers['x-sluice-provider'], 'b');
  assert.ok((await names(sluice)).includes('more'));
});

scenario('SIGHUP does the same', async (stage) => {
  const sluice = await stage.sluice({ virtual_models: { first: virtual('demo/echo') } });
  await sluice.work.write({ virtual_models: { second: virtual('demo/echo') } });
  sluice.signal('SIGHUP');
  await eventually('the new model', async () => (await names(sluice)).includes('second'));
  assert.ok(!(await names(sluice)).includes('first'));
});

const faulty = `server:
  listen: 127.0.0.1:0
auth: {admin_token: ${token}}
plugins: {enable: [openai, demo, priority]}
providers:
  a: {component: openai, base_url: "http://127.0.0.1:1/v1"}
virtual_models:
  first:
    stratgy: priority
    targets: [a/m1, nobody/m2]
`;

scenario('a bad configuration changes nothing, and all its faults are told', async (stage) => {
  const a = (await stage.upstream()).always(chatAnswer('from a'));
  const sluice = await stage.sluice({
    auth,
    providers: { a: provider(a) },
    virtual_models: { first: virtual('a/m1') },
  });
  const before = await names(sluice);
  await sluice.work.write(faulty);
  const got = await reload(sluice);
  assertError(got, [400, 409, 422]);
  assert.match(got.text, /sluice\.yaml:9:5\b/);
  assert.match(got.text, /stratgy.*strategy/s);
  assert.match(got.text, /sluice\.yaml:10:\d+/);
  assert.match(got.text, /nobody/);
  assert.deepEqual(await names(sluice), before);
  assert.equal((await chat(sluice, question('first'))).status, 200);

  await sluice.work.write('server: [');
  assertError(await reload(sluice), [400, 409, 422], { message: /sluice\.yaml:\d+:\d+/ });
  sluice.signal('SIGHUP');
  await sluice.logLine(/sluice\.yaml:\d+:\d+/);
  assert.equal((await chat(sluice, question('first'))).status, 200);
});

scenario('a stream under way survives reloads, on the generation it began with', async (stage) => {
  const a = await stage.upstream();
  const gate = makeGate();
  a.always(sse([role, word('Hello '), until(gate), word('there'), finish, done]));
  const providers = { a: provider(a) };
  const sluice = await stage.sluice({ auth, providers, virtual_models: { vm: virtual('a/m1') } });
  const got = await openChat(sluice, question('vm', { stream: true }));
  await got.firstBytes;
  for (let turn = 0; turn < 3; turn += 1) {
    await sluice.work.write({ auth, virtual_models: { [`vm${turn}`]: virtual('demo/echo') } });
    assert.equal((await reload(sluice)).status, 200);
  }
  assert.deepEqual(
    (await names(sluice)).filter((name) => name.startsWith('vm')),
    ['vm2'],
  );
  gate.open();
  const text = await within(20_000, got.text, 'the end of the stream');
  assert.equal(contentOf(text), 'Hello there');
  assert.match(text, /data: \[DONE\]\n\n$/);
});

scenario('calls of every kind go on through a hundred reloads', async (stage) => {
  const a = (await stage.upstream()).always(chatAnswer('from a'));
  const config = { auth, providers: { a: provider(a) } };
  const sluice = await stage.sluice(config);
  const over = makeGate();
  let running = true;
  over.then(() => {
    running = false;
  });
  const caller = async (stream) => {
    let calls = 0;
    for (; running; calls += 1) {
      const got = await chat(sluice, question('a/m1', { stream }));
      assert.equal(got.status, 200, got.text);
    }
    return calls;
  };
  const callers = [caller(true), caller(false)];
  for (let turn = 0; turn < 100; turn += 1) {
    if (turn % 2) sluice.signal('SIGHUP');
    else assert.equal((await reload(sluice)).status, 200);
  }
  over.open();
  for (const calls of await Promise.all(callers)) assert.ok(calls > 0);
});

scenario('it says that it lives, and whether it is ready', async (stage) => {
  const sluice = await stage.sluice({});
  for (const path of ['/health', '/health/ready']) {
    const got = await request(sluice, path);
    assert.equal(got.status, 200);
    assert.equal(typeof got.json, 'object');
  }
});

scenario('SIGTERM lets what is under way finish, and takes nothing new', async (stage) => {
  const a = await stage.upstream();
  const gate = makeGate();
  a.always(sse([role, word('Hello '), until(gate), word('there'), finish, done]));
  const sluice = await stage.sluice({ providers: { a: provider(a) } });
  const got = await openChat(sluice, question('a/m1', { stream: true }));
  await got.firstBytes;
  sluice.signal('SIGTERM');
  const ready = await unready(sluice);
  assert.equal(ready.whole, true);
  assert.equal((await request(sluice, '/health')).status, 200, 'it still lives');
  const late = await eventually('new calls to be refused', async () => {
    const answer = await chat(sluice, question('demo/echo')).catch(() => null);
    return answer && answer.status !== 200 && answer;
  });
  assertError(late, 503);
  assert.match(late.headers['retry-after'], /^\d+$/);
  gate.open();
  const text = await within(20_000, got.text, 'the end of the stream');
  assert.equal(contentOf(text), 'Hello there');
  assert.match(text, /data: \[DONE\]\n\n$/);
  assert.equal(await sluice.ended(), 'code 0');
});

scenario('what does not finish in time ends with an error event', async (stage) => {
  const a = (await stage.upstream()).always(sse([role, word('Hello '), stall]));
  const b = (await stage.upstream()).always(stall);
  const sluice = await stage.sluice({
    server: { drain_seconds: 1 },
    providers: { a: provider(a), b: provider(b) },
  });
  const got = await openChat(sluice, question('a/m1', { stream: true }));
  await got.firstBytes;
  const waiting = chat(sluice, question('b/m1'));
  await b.request(0);
  sluice.signal('SIGTERM');
  const text = await within(20_000, got.text, 'the end of the stream');
  assertErrorObject(eventsOf(text).at(-1).error);
  assert.ok(!text.includes('[DONE]'));
  assertError(await waiting, 503);
  assert.equal(await sluice.ended(), 'code 0');
  for (const upstream of [a, b])
    await within(1_000, upstream.requests[0].gone, 'the upstream to be let go');
});

scenario('with nothing under way it ends at once', async (stage) => {
  const sluice = await stage.sluice({ server: { drain_seconds: 600 } });
  assert.equal((await chat(sluice, question('demo/echo'))).status, 200);
  sluice.signal('SIGTERM');
  assert.equal(await sluice.ended(5_000), 'code 0');
});

scenario('a second SIGTERM ends it without waiting', async (stage) => {
  const a = (await stage.upstream()).always(sse([role, word('Hello '), stall]));
  const sluice = await stage.sluice({
    server: { drain_seconds: 600 },
    providers: { a: provider(a) },
  });
  const got = await openChat(sluice, question('a/m1', { stream: true }));
  await got.firstBytes;
  sluice.signal('SIGTERM');
  await unready(sluice);
  sluice.signal('SIGTERM');
  assertErrorObject(eventsOf(await within(10_000, got.text, 'the end')).at(-1).error);
  assert.equal(await sluice.ended(10_000), 'code 0');
});
