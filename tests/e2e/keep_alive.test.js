// Connections to upstreams are reused, replaced when they have gone stale, and not kept for ever.
import assert from 'node:assert/strict';
import http from 'node:http';
import { answer, close, cutAfter, json, reset, sse, until } from './support/answers.js';
import { chatAnswer, completion, question, role, word } from './support/chat.js';
import { chat, openChat } from './support/client.js';
import { oneLoop, provider } from './support/config.js';
import { scenario, together } from './support/scenario.js';
import { makeGate, slow, within } from './support/time.js';

const { add, run } = together({ server: oneLoop });
const ok = (request) => chatAnswer('fine')(request);

add('one connection serves many calls', async ({ sluice, upstream, model }) => {
  upstream.always(ok);
  for (let turn = 0; turn < 20; turn += 1) {
    const got = await chat(sluice, question(model, { stream: turn % 2 === 0 }));
    assert.equal(got.status, 200);
  }
  assert.equal(upstream.connections, 1);
});

add('calls at one time have a connection each', async ({ sluice, upstream, model }) => {
  const gate = makeGate();
  upstream.always(sse([role, word('x'), until(gate)]));
  const all = await Promise.all(
    Array.from({ length: 5 }, () => openChat(sluice, question(model, { stream: true }))),
  );
  assert.equal(upstream.connections, 5);
  gate.open();
  await Promise.all(all.map((got) => got.text));
});

for (const [how, ending] of [
  ['closed', close],
  ['reset', reset],
]) {
  add(
    `a stale connection (${how}) is replaced, unseen by the client`,
    async ({ sluice, upstream, model }) => {
      upstream.next(ok, ending).always(ok);
      assert.equal((await chat(sluice, question(model))).status, 200);
      const got = await chat(sluice, question(model));
      assert.equal(got.status, 200, got.text);
      assert.equal(got.headers['x-sluice-attempts'], '1');
      assert.deepEqual(
        upstream.requests.map((seen) => seen.connection),
        [0, 0, 1],
      );
    },
  );

  add(
    `a connection ${how} right after an answer is no harm`,
    async ({ sluice, upstream, model }) => {
      upstream.always((request) => [ok(request), ending]);
      for (let turn = 0; turn < 5; turn += 1) {
        const got = await chat(sluice, question(model));
        assert.equal(got.status, 200, got.text);
        assert.equal(got.headers['x-sluice-attempts'], '1');
      }
    },
  );
}

add(
  'a stale connection that gave bytes of an answer counts as an attempt',
  async ({ sluice, upstream, model }) => {
    upstream.next(ok, cutAfter(20, json(completion()))).always(ok);
    await chat(sluice, question(model));
    const got = await chat(sluice, question(model));
    assert.equal(got.status, 200);
    assert.equal(got.headers['x-sluice-attempts'], '2');
  },
);

add('an upstream that says close is believed', async ({ sluice, upstream, model }) => {
  upstream.always(json(completion(), { headers: { connection: 'close' } }));
  await chat(sluice, question(model));
  await chat(sluice, question(model));
  assert.equal(upstream.connections, 2);
});

add(
  'a connection is not used again after an answer that was too long',
  async ({ sluice, upstream, model }) => {
    upstream
      .next([...json(completion()), 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{"evil":1}'])
      .always(ok);
    await chat(sluice, question(model));
    const got = await chat(sluice, question(model));
    assert.ok(!got.text.includes('evil'));
    assert.notEqual(upstream.requests.at(-1).connection, 0);
  },
);

add(
  'a connection is not used again after a call was broken off',
  async ({ sluice, upstream, model }) => {
    upstream.next(sse([role, word('x'), until(makeGate())])).always(ok);
    const got = await openChat(sluice, question(model, { stream: true }));
    await got.firstBytes;
    got.leave();
    await within(20_000, upstream.requests[0].gone, 'the first connection to end');
    await chat(sluice, question(model));
    assert.equal(upstream.connections, 2);
  },
);

add('a client keeps its connection too', async ({ sluice, upstream, model }) => {
  upstream.always(ok);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const ports = new Set();
  for (let turn = 0; turn < 4; turn += 1) {
    const got = await chat(sluice, question(model, { stream: turn % 2 === 1 }), { agent });
    assert.ok(got.whole);
    ports.add(got.localPort);
  }
  agent.destroy();
  assert.equal(ports.size, 1);
});

run('Connections:');

scenario('idle connections are closed after a while', async (stage) => {
  const a = (await stage.upstream()).always(ok);
  const sluice = await stage.sluice({
    server: oneLoop,
    upstream: { idle_ms: slow(200) },
    providers: { a: provider(a) },
  });
  assert.equal((await chat(sluice, question('a/m1'))).status, 200);
  await within(20_000, a.requests[0].gone, 'the idle connection to be closed');
  assert.equal((await chat(sluice, question('a/m1'))).status, 200);
  assert.equal(a.connections, 2);
});

scenario('an idle client connection is closed after a while', async (stage) => {
  const sluice = await stage.sluice({ server: { keep_alive_ms: slow(200) } });
  const agent = new http.Agent({ keepAlive: true });
  const got = await chat(sluice, question('demo/echo'), { agent });
  await within(20_000, got.socketClosed, 'the idle connection to be closed');
  agent.destroy();
});

scenario('an answer larger than allowed is refused, not gathered', async (stage) => {
  const a = (await stage.upstream()).always(answer(Buffer.alloc(4 << 20, ' ')));
  const sluice = await stage.sluice({
    upstream: { max_answer_bytes: 1 << 20 },
    attempts: { per_lane: 1 },
    providers: { a: provider(a) },
  });
  assert.equal((await chat(sluice, question('a/m1'))).status, 502);
});
