// TLS on both legs: verified, named, and never taken for whole when it was cut off.
import assert from 'node:assert/strict';
import { answer, chunk, close, cut, event, informed, json, sse } from './support/answers.js';
import { makeCertificate } from './support/certificates.js';
import {
  chatAnswer,
  completion,
  done,
  finish,
  question,
  role,
  streamHead,
  usageChunk,
  word,
} from './support/chat.js';
import { chat, contentOf, eventsOf } from './support/client.js';
import { oneLoop, provider } from './support/config.js';
import { assertError, assertErrorObject } from './support/expect.js';
import { scenario } from './support/scenario.js';

/** An upstream with a certificate for `names`, and a gateway that trusts it. */
async function secured(
  stage,
  { names, host = '127.0.0.1', attempts = { per_lane: 1 }, trust = true } = {},
) {
  const certificate = makeCertificate(stage, names);
  const upstream = await stage.upstream({ tls: certificate });
  const sluice = await stage.sluice({
    server: oneLoop,
    upstream: trust ? { ca_file: certificate.certFile } : {},
    attempts,
    providers: { a: provider(`https://${host}:${upstream.port}/v1`) },
  });
  return { upstream, sluice };
}

scenario('an upstream with TLS answers, streamed and not, on one connection', async (stage) => {
  const { upstream, sluice } = await secured(stage);
  upstream.always(chatAnswer('over TLS'));
  for (const stream of [true, false, true, false]) {
    const got = await chat(sluice, question('a/m1', { stream }));
    assert.equal(got.status, 200, got.text);
    assert.equal(stream ? contentOf(got.text) : got.json.choices[0].message.content, 'over TLS');
  }
  assert.equal(upstream.connections, 1);
});

scenario('the upstream is told the name that was meant', async (stage) => {
  const { upstream, sluice } = await secured(stage, {
    host: 'localhost',
    names: ['DNS:localhost'],
  });
  upstream.always(chatAnswer());
  const got = await chat(sluice, question('a/m1'));
  assert.equal(got.status, 200, got.text);
  assert.equal(upstream.requests[0].servername, 'localhost');
});

for (const [what, options] of [
  ['for another name', { names: ['DNS:elsewhere.test'] }],
  ['for another address', { names: ['IP:127.0.0.2'] }],
  ['for a name, where an address was meant', { names: ['DNS:localhost'] }],
  ['that nobody vouches for', { trust: false }],
]) {
  scenario(`a certificate ${what} is refused`, async (stage) => {
    const { upstream, sluice } = await secured(stage, options);
    upstream.always(chatAnswer());
    const got = await chat(sluice, question('a/m1'));
    assertError(got, 502);
    assert.match(got.json.error.message, /certificate|tls|verif/i);
    assert.equal(upstream.requests.length, 0, 'no request, so no key, was sent');
  });
}

scenario('plain HTTP on a TLS port is an error that says so', async (stage) => {
  const upstream = (await stage.upstream()).always(chatAnswer());
  const url = `https://127.0.0.1:${upstream.port}/v1`;
  const sluice = await stage.sluice({ attempts: { per_lane: 1 }, providers: { a: provider(url) } });
  assertError(await chat(sluice, question('a/m1')), 502, { message: /tls/i });
  upstream.faults.length = 0; // the handshake is no request
});

const text = JSON.stringify(completion('cut'));
const endless = answer(text, { framing: 'close' }).slice(0, -1);

scenario('an answer that TLS did not end in order is broken', async (stage) => {
  const { upstream, sluice } = await secured(stage);
  upstream.next([endless, close], [endless, cut]);
  assert.equal((await chat(sluice, question('a/m1'))).text, text);
  assertError(await chat(sluice, question('a/m1')), 502);
});

scenario('a stream that TLS did not end in order is broken', async (stage) => {
  const { upstream, sluice } = await secured(stage);
  upstream.always([sse([role, word('partly')], { framing: 'close' }).slice(0, -1), cut]);
  const got = await chat(sluice, question('a/m1', { stream: true }));
  if (got.status === 200) {
    assertErrorObject(eventsOf(got.text).at(-1).error);
    assert.ok(!got.text.includes('[DONE]'));
  } else {
    assertError(got, 502);
  }
});

scenario('a stream that was whole before TLS was cut off is whole', async (stage) => {
  const { upstream, sluice } = await secured(stage);
  const events = [role, word('whole'), finish, usageChunk, done];
  upstream.always([streamHead, events.map((item) => chunk(event(item))), '0\r\n\r\n', cut]);
  const got = await chat(sluice, question('a/m1', { stream: true }));
  assert.equal(contentOf(got.text), 'whole');
  assert.match(got.text, /data: \[DONE\]\n\n$/);
});

scenario('interim answers and large answers come through TLS', async (stage) => {
  const { upstream, sluice } = await secured(stage);
  const long = 'é'.repeat(1 << 20);
  upstream.always(informed([103], json(completion(long))));
  assert.equal((await chat(sluice, question('a/m1'))).json.choices[0].message.content, long);
  const large = question('a/m1', { x: 'x'.repeat(4 << 20) });
  assert.equal((await chat(sluice, large)).status, 200);
  assert.equal(upstream.requests[1].json.x.length, 4 << 20);
});

scenario('the gateway itself can serve TLS', async (stage) => {
  const certificate = makeCertificate(stage);
  const sluice = await stage.sluice({
    server: { tls: { certificate: certificate.certFile, key: certificate.keyFile } },
  });
  assert.equal(sluice.scheme, 'https');
  for (const stream of [true, false]) {
    const got = await chat(sluice, question('demo/echo', { stream }), { ca: certificate.cert });
    assert.equal(got.status, 200, got.text);
    assert.match(got.text, /hello/);
    assert.ok(got.whole);
  }
  const large = question('demo/echo', { x: 'x'.repeat(4 << 20) });
  assert.equal((await chat(sluice, large, { ca: certificate.cert })).status, 200);
});
