// Bounds on a call as a whole, Retry-After that is waited for, and keys that are benched.
import assert from 'node:assert/strict';
import { sse, stall } from './support/answers.js';
import { chatAnswer, fail, question, role } from './support/chat.js';
import { chat, openChat } from './support/client.js';
import { oneLoop, provider, virtual } from './support/config.js';
import { assertError, assertGivenBy } from './support/expect.js';
import { scenario } from './support/scenario.js';
import { slow, within } from './support/time.js';

for (const [field, value, floor] of [
  ['retry-after', '1', 1_000],
  ['retry-after-ms', '300', 300],
]) {
  for (const status of [429, 503]) {
    scenario(`${status} with a short ${field} is waited for on the same lane`, async (stage) => {
      const a = await stage.upstream();
      a.next(fail(status, {}, { [field]: value })).always(chatAnswer('from a'));
      const sluice = await stage.sluice({ providers: { a: provider(a) } });
      const got = await chat(sluice, question('a/m1'));
      assert.equal(got.json.choices[0].message.content, 'from a');
      assertGivenBy(got, { provider: 'a', model: 'm1', attempts: 2 });
      const waited = a.requests[1].time - a.requests[0].time;
      assert.ok(waited >= floor - 5, `waited ${waited} ms`);
    });
  }
}

scenario('Retry-After is a floor for the calls that follow, too', async (stage) => {
  const a = (await stage.upstream()).always(fail(429, {}, { 'retry-after': '60' }));
  const b = (await stage.upstream()).always(chatAnswer('from b'));
  const sluice = await stage.sluice({
    providers: { a: provider(a), b: provider(b) },
    virtual_models: { vm: virtual('a/m1', 'b/m1') },
  });
  const attempts = [];
  for (let turn = 0; turn < 3; turn += 1) {
    const got = await chat(sluice, question('vm'));
    assert.equal(got.status, 200);
    attempts.push(got.headers['x-sluice-attempts']);
  }
  assert.deepEqual(attempts, ['2', '1', '1']);
  assert.equal(a.requests.length, 1);
  const alone = await chat(sluice, question('a/m1'));
  assertError(alone, 429);
  assert.ok(Number(alone.headers['retry-after']) > 30);
  assert.equal(a.requests.length, 1);
});

scenario('a call is bounded in attempts', async (stage) => {
  const all = [];
  const providers = {};
  for (const name of ['a', 'b', 'c']) {
    all.push((await stage.upstream()).always(fail(500)));
    providers[name] = provider(all.at(-1));
  }
  const sluice = await stage.sluice({
    attempts: { per_call: 3, per_lane: 2 },
    providers,
    virtual_models: { vm: virtual('a/m1', 'b/m1', 'c/m1') },
  });
  const got = await chat(sluice, question('vm'));
  assertError(got, 502);
  assert.equal(got.headers['x-sluice-attempts'], '3');
  assert.deepEqual(
    all.map((upstream) => upstream.requests.length),
    [2, 1, 0],
  );
});

scenario('a call is bounded in time, over all its attempts', async (stage) => {
  const a = (await stage.upstream()).always(stall);
  const b = (await stage.upstream()).always(chatAnswer('from b'));
  const sluice = await stage.sluice({
    attempts: { total_ms: slow(400) },
    providers: { a: provider(a), b: provider(b) },
    virtual_models: { vm: virtual('a/m1', 'b/m1') },
  });
  const got = await chat(sluice, question('vm'));
  assertError(got, 504);
  assert.equal(b.requests.length, 0);
});

scenario('one attempt is bounded in time, and the next target gets its turn', async (stage) => {
  const a = (await stage.upstream()).always(sse([role, stall]));
  const b = (await stage.upstream()).always(chatAnswer('from b'));
  const sluice = await stage.sluice({
    providers: { a: provider(a, { timeouts: { total_ms: slow(300) } }), b: provider(b) },
    virtual_models: { vm: virtual('a/m1', 'b/m1') },
  });
  const got = await chat(sluice, question('vm', { stream: true }));
  assert.equal(got.status, 200);
  assertGivenBy(got, { provider: 'b', model: 'm1', attempts: 2 });
  await within(5_000, a.requests[0].gone, 'the first upstream to be let go');
});

scenario('a key that is refused is benched and the next one is used', async (stage) => {
  const a = (await stage.upstream()).always((request) =>
    request.headers.authorization === 'Bearer sk-bad'
      ? fail(401, { code: 'invalid_api_key' })
      : chatAnswer('from a')(request),
  );
  const sluice = await stage.sluice({
    providers: { a: provider(a, { keys: ['sk-bad', 'sk-good'] }) },
  });
  for (let turn = 0; turn < 6; turn += 1) {
    const got = await chat(sluice, question('a/m1'));
    assert.equal(got.status, 200, got.text);
  }
  const used = a.requests.map((request) => request.headers.authorization);
  assert.equal(used.filter((key) => key === 'Bearer sk-bad').length, 1);
  assert.equal(used.filter((key) => key === 'Bearer sk-good').length, 6);
});

scenario('several good keys are shared out', async (stage) => {
  const a = (await stage.upstream()).always(chatAnswer('from a'));
  const sluice = await stage.sluice({
    server: oneLoop,
    providers: { a: provider(a, { keys: ['sk-1', 'sk-2'] }) },
  });
  for (let turn = 0; turn < 6; turn += 1) await chat(sluice, question('a/m1'));
  const used = a.requests.map((request) => request.headers.authorization);
  assert.equal(used.filter((key) => key === 'Bearer sk-1').length, 3);
  assert.equal(used.filter((key) => key === 'Bearer sk-2').length, 3);
});

const tooLong = fail(400, {
  message: 'at most 8192 tokens',
  type: 'invalid_request_error',
  param: 'messages',
  code: 'context_length_exceeded',
});

scenario('what is too long for one model goes to the next that may be larger', async (stage) => {
  const a = (await stage.upstream()).always(tooLong);
  const small = (await stage.upstream()).always(chatAnswer('from small'));
  const large = (await stage.upstream()).always(chatAnswer('from large'));
  const sluice = await stage.sluice({
    providers: { a: provider(a), small: provider(small), large: provider(large) },
    models: {
      'a/m1': { context: 8192 },
      'small/m1': { context: 4096 },
      'large/m1': { context: 131072 },
    },
    virtual_models: { vm: virtual('a/m1', 'small/m1', 'large/m1') },
  });
  const got = await chat(sluice, question('vm'));
  assert.equal(got.json.choices?.[0].message.content, 'from large', got.text);
  assert.deepEqual(
    [a, small, large].map((one) => one.requests.length),
    [1, 0, 1],
  );
});

scenario('what is too long for every model is told as the upstream told it', async (stage) => {
  const a = (await stage.upstream()).always(tooLong);
  const sluice = await stage.sluice({ providers: { a: provider(a) } });
  const got = await chat(sluice, question('a/m1'));
  assertError(got, 400, { code: 'context_length_exceeded', param: 'messages' });
  assert.equal(a.requests.length, 1);
});

scenario('an event of 64 MiB breaks a stream, and the gateway goes on', async (stage) => {
  const huge = Buffer.alloc(64 << 20, 'x');
  const a = await stage.upstream();
  a.always((request) =>
    request.json.model === 'huge'
      ? sse([
          role,
          { raw: 'data: {"choices":[{"delta":{"content":"' },
          { raw: huge },
          { raw: '"}}]}\n\n' },
        ])
      : chatAnswer('well')(request),
  );
  const sluice = await stage.sluice({
    attempts: { per_lane: 1 },
    providers: { a: provider(a) },
  });
  const got = await openChat(sluice, question('a/huge', { stream: true }));
  const text = await within(60_000, got.text, 'the end');
  assert.equal(got.status, 502, text.slice(0, 300));
  assert.equal((await chat(sluice, question('a/m1'))).status, 200);
});
