// The scripted upstream itself: that it does, byte for byte, what its scripts say.
import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import tls from 'node:tls';
import * as script from './answers.js';
import { makeCertificate } from './certificates.js';
import { chatAnswer, completion, fail, streamOf } from './chat.js';
import { answersIn, contentOf, eventsOf, rawConnection, request } from './client.js';
import { Stage } from './scenario.js';
import { eventually, makeGate, within } from './time.js';
import { takeChunked, Upstream } from './upstream.js';

const post = (body = '{}') =>
  `POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

function withUpstream(name, body, options) {
  test(name, async () => {
    const upstream = await Upstream.start(options);
    try {
      await body(upstream, () => rawConnection(upstream));
    } finally {
      await upstream.stop();
    }
  });
}

withUpstream('it answers what is scripted and keeps the connection', async (upstream, connect) => {
  upstream.next(
    script.json({ a: 1 }),
    script.json({ b: 2 }, { status: 429, headers: { 'retry-after': '1' } }),
  );
  const client = connect();
  await client.send(post('{"x":1}'));
  await client.answers(1);
  await client.send(post('{"y":2}'));
  const [first, second] = await client.answers(2);
  assert.equal(first.body, '{"a":1}');
  assert.equal(second.status, 429);
  assert.equal(second.headers['retry-after'], '1');
  assert.equal(upstream.connections, 1);
  assert.deepEqual(
    upstream.requests.map((seen) => [seen.connection, seen.json]),
    [
      [0, { x: 1 }],
      [0, { y: 2 }],
    ],
  );
});

withUpstream('it puts together a request that comes byte by byte', async (upstream, connect) => {
  upstream.always(chatAnswer('Hi'));
  const client = connect();
  for (const byte of post('{"m":"é"}')) await client.send(byte);
  await client.answers(1);
  assert.equal(upstream.requests[0].body.toString('latin1'), '{"m":"é"}');
});

for (const [what, head] of [
  ['without Host', 'GET / HTTP/1.1\r\n\r\n'],
  ['with a field twice', 'GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n'],
  [
    'with a length and chunks',
    'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
  ],
  ['with a space before the colon', 'GET / HTTP/1.1\r\nHost : a\r\n\r\n'],
  [
    'with a bad chunk size',
    'GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
  ],
]) {
  withUpstream(`it notes the fault of a request ${what}`, async (upstream, connect) => {
    const client = connect();
    await client.send(head);
    await client.closed;
    assert.equal(upstream.faults.length, 1);
  });
}

withUpstream('it streams events in chunks that can be read back', async (upstream) => {
  upstream.always(chatAnswer('one two three'));
  const answer = await request(upstream, '/v1/x', {
    method: 'POST',
    body: { stream: true },
  });
  assert.equal(contentOf(answer.text), 'one two three');
  assert.equal(eventsOf(answer.text).at(-1), '[DONE]');
  assert.equal(answer.whole, true);
});

withUpstream('it cuts an answer after so many bytes', async (upstream, connect) => {
  const whole = script.bytesOf(script.json(completion()));
  upstream.always(script.cutAfter(100, script.json(completion())));
  const client = connect();
  await client.send(post());
  assert.equal(await client.closed, whole.subarray(0, 100).toString('latin1'));
});

withUpstream('it says that an answer of another length is not whole', async (upstream) => {
  upstream.next(
    script
      .json('{}', { headers: { 'content-length': 10 }, framing: 'length' })
      .concat(script.close),
  );
  const short = await request(upstream, '/v1/x', { method: 'POST', body: '{}' });
  assert.equal(short.whole, false);
});

withUpstream('it waits at a gate, and goes on when that opens', async (upstream, connect) => {
  const gate = makeGate();
  const [role, ...rest] = streamOf('a');
  upstream.always(script.sse([role, script.until(gate), ...rest]));
  const client = connect();
  await client.send(post());
  await client.until('the first event', (text) => text.includes('"role"'));
  assert.ok(!client.text().includes('[DONE]'));
  gate.open();
  await client.until('the end', (text) => text.endsWith('0\r\n\r\n'));
});

withUpstream('it resets, closes, or says nothing', async (upstream, connect) => {
  upstream.next(script.reset, script.close, script.stall);
  const [first, second, third] = [connect(), connect(), connect()];
  const code = new Promise((resolve) => {
    first.socket.on('error', (error) => resolve(error.code));
  });
  await first.send(post());
  assert.equal(await code, 'ECONNRESET');
  await second.send(post());
  assert.equal(await second.closed, '');
  await third.send(post());
  const { gone } = await upstream.request(2);
  third.socket.destroy();
  await within(5_000, gone, 'the upstream to notice');
});

withUpstream('it sends interim answers first', async (upstream, connect) => {
  upstream.always(script.informed([100, 103], script.json('{}')));
  const client = connect();
  await client.send(post());
  const found = await client.answers(3);
  assert.deepEqual(
    found.map((answer) => answer.status),
    [100, 103, 200],
  );
});

withUpstream('it writes slowly what adds up to the same', async (upstream, connect) => {
  const steps = script.sse(streamOf('é', '𝄞'), { eol: '\r\n' });
  upstream.always(script.slowly(steps));
  const client = connect();
  await client.send(post());
  await client.until('the end', (text) => text.endsWith('0\r\n\r\n'));
  assert.equal(client.text(), script.bytesOf(steps).toString('latin1'));
});

withUpstream('it knows when a client does not read', async (upstream) => {
  const body = Array(64).fill(Buffer.alloc(1 << 20, 'x'));
  upstream.always(script.answer(body, { framing: 'chunked' }));
  const client = net.connect(upstream.port, '127.0.0.1');
  client.write(post());
  const seen = await upstream.request(0);
  await eventually('the upstream to be stuck', () => seen.stuck);
  assert.ok(seen.sent < 64 << 20);
  client.resume();
  await eventually('all of it', () => client.bytesRead > 64 << 20);
  client.destroy();
});

test('it serves TLS, and can end that without saying so', async () => {
  const stage = new Stage();
  const upstream = await Upstream.start({ tls: makeCertificate(stage) });
  const [body, ending] = [script.answer('half', { framing: 'close' }).slice(0, -1), script.cut];
  upstream.next([body, script.close], [body, ending]);
  const answers = [];
  for (let turn = 0; turn < 2; turn += 1) {
    const client = tls.connect({
      port: upstream.port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
    });
    client.on('error', () => {});
    let text = '';
    client.on('data', (data) => {
      text += data;
    });
    client.write(post());
    await new Promise((resolve) => {
      client.on('close', resolve);
    });
    answers.push(answersIn(text)[0].status);
  }
  assert.deepEqual(answers, [200, 200]);
  await upstream.stop();
  await stage.close();
});

test('chunks are taken off the front only when they are whole', () => {
  const bytes = Buffer.concat([
    script.chunk('ab'),
    script.chunk('c'),
    Buffer.from(script.lastChunk),
  ]);
  assert.equal(takeChunked(bytes.subarray(0, -1)), null);
  assert.deepEqual(takeChunked(bytes), { body: Buffer.from('abc'), used: bytes.length });
});

test('an error answer carries its fields', () => {
  const [bytes] = fail(429, { code: 'rate_limit_exceeded' }, { 'retry-after': '2' });
  assert.match(
    bytes.toString(),
    /^HTTP\/1\.1 429 .*retry-after: 2\r\n.*"code":"rate_limit_exceeded"/s,
  );
});
