// A client that goes away: the upstream's request ends within a second, and the log says so.
import assert from 'node:assert/strict';
import { answer, cutAfter, json, sse, stall, until } from './support/answers.js';
import { chatAnswer, completion, largeStream, question, role, word } from './support/chat.js';
import { chat, openChat, rawConnection } from './support/client.js';
import { provider, virtual } from './support/config.js';
import { scenario, together } from './support/scenario.js';
import { makeGate, within } from './support/time.js';

const { add, run } = together();
const never = until(makeGate());
const left = '"client_left"';

async function expectGone(sluice, upstream, name) {
  const seen = await upstream.request(0);
  await within(1_000, seen.gone, 'the upstream to be let go');
  await sluice.logLine(`"${name}"`, left);
  assert.equal(upstream.requests.length, 1, 'nothing is tried again for nobody');
}

for (const stream of [true, false]) {
  const how = stream ? 'streamed' : 'not streamed';

  add(`it leaves before the upstream has answered (${how})`, async (stage) => {
    const { sluice, upstream, model, name } = stage;
    upstream.always(stall);
    const asked = openChat(sluice, question(model, { stream }));
    asked.catch(() => {});
    await upstream.request(0);
    asked.leave();
    await expectGone(sluice, upstream, name);
  });
}

add('it leaves while a role is held back', async ({ sluice, upstream, model, name }) => {
  upstream.always(sse([role, never]));
  const asked = openChat(sluice, question(model, { stream: true }));
  asked.catch(() => {});
  await upstream.request(0);
  asked.leave();
  await expectGone(sluice, upstream, name);
});

add('it leaves while a whole answer is gathered', async ({ sluice, upstream, model, name }) => {
  upstream.always(cutAfter(200, json(completion('x'.repeat(1_000))), stall));
  const asked = openChat(sluice, question(model));
  asked.catch(() => {});
  await upstream.request(0);
  asked.leave();
  await expectGone(sluice, upstream, name);
});

add('it leaves in the middle of a stream', async ({ sluice, upstream, model, name }) => {
  upstream.always(sse([role, word('Hello '), never]));
  const got = await openChat(sluice, question(model, { stream: true }));
  await got.firstBytes;
  got.leave();
  await expectGone(sluice, upstream, name);
});

add('it leaves without reading a large stream', async ({ sluice, upstream, model, name }) => {
  upstream.always(largeStream(256));
  const got = await openChat(sluice, question(model, { stream: true }));
  got.stream.pause();
  await upstream.request(0);
  got.leave();
  await expectGone(sluice, upstream, name);
});

add('it resets its connection', async ({ sluice, upstream, model, name }) => {
  upstream.always(stall);
  const body = JSON.stringify(question(model));
  const raw = rawConnection(sluice);
  const type = 'Content-Type: application/json';
  const fields = `Host: 127.0.0.1\r\n${type}\r\nContent-Length: ${body.length}`;
  await raw.send(`POST /v1/chat/completions HTTP/1.1\r\n${fields}\r\n\r\n${body}`);
  await upstream.request(0);
  raw.socket.resetAndDestroy();
  await expectGone(sluice, upstream, name);
});

add('others go on', async ({ sluice, upstream, model }) => {
  const gate = makeGate();
  upstream.next(sse([role, word('Hello '), never]), sse([role, word('Hello '), until(gate)]));
  const [first, second] = [
    await openChat(sluice, question(model, { stream: true })),
    await openChat(sluice, question(model, { stream: true })),
  ];
  await Promise.all([first.firstBytes, second.firstBytes]);
  first.leave();
  const leaving = upstream.requests[0];
  await within(1_000, leaving.gone, 'the upstream to be let go');
  gate.open();
  assert.match(await within(20_000, second.text, 'the end'), /Hello/);
  upstream.always(chatAnswer('still here'));
  assert.equal((await chat(sluice, question(model))).status, 200);
});

run('A client goes away:');

scenario('a client that leaves during a pause between attempts ends the call', async (stage) => {
  const a = (await stage.upstream()).always(
    json(
      { error: { message: 'wait', type: 'x', param: null, code: null } },
      {
        status: 429,
        headers: { 'retry-after': '2' },
      },
    ),
  );
  const b = (await stage.upstream()).always(answer('{}'));
  const sluice = await stage.sluice({
    providers: { a: provider(a), b: provider(b) },
    virtual_models: { vm: virtual('a/m1') },
  });
  const asked = openChat(sluice, question('vm'));
  asked.catch(() => {});
  await a.request(0);
  asked.leave();
  await sluice.logLine('"a"', left);
  assert.equal(a.requests.length, 1);
});
