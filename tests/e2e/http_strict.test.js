// HTTP/1.1 through the real listener, byte by byte: what is ambiguous is refused and the connection
// ends; what is valid is understood however it is cut into pieces.
import assert from 'node:assert/strict';
import { question } from './support/chat.js';
import { answersIn, rawConnection, request } from './support/client.js';
import { keysOnly, oneLoop } from './support/config.js';
import { assertErrorObject } from './support/expect.js';
import { scenario, table } from './support/scenario.js';
import { slow, turn, within } from './support/time.js';

const body = JSON.stringify(question('demo/echo'));
const host = 'Host: 127.0.0.1\r\n';
const jsonType = 'Content-Type: application/json\r\n';
const get = `GET /health HTTP/1.1\r\n${host}\r\n`;
const post = (fields, content = body) =>
  `POST /v1/chat/completions HTTP/1.1\r\n${host}${jsonType}${fields}\r\n${content}`;
const length = `Content-Length: ${body.length}\r\n`;
const chunkedBody = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
const chunked = 'Transfer-Encoding: chunked\r\n';

const plain = (stage) => stage.sluice({});

/** Sends bytes, and gives what came until the server ended the connection. */
async function exchange(sluice, bytes) {
  const connection = rawConnection(sluice);
  await connection.send(bytes);
  return within(
    20_000,
    connection.closed,
    `the server to end the connection: ${bytes.slice(0, 200)}`,
  );
}

function assertRefused(text, statuses) {
  const answers = answersIn(text);
  assert.equal(answers.length, 1, `one answer: ${text}`);
  const [{ status, headers, body: content }] = answers;
  assert.ok(statuses.includes(status), `status ${status}, not ${statuses}`);
  assert.match(headers['content-type'], /^application\/json/);
  assert.equal(headers.connection?.toLowerCase(), 'close');
  assertErrorObject(JSON.parse(content).error);
}

// What follows each of these would be a second request for a careless reader.
const ambiguous = [
  ['a length and then chunks', post(length + chunked, chunkedBody)],
  ['chunks and then a length', post(chunked + length, chunkedBody)],
  ['two lengths that differ', post(`${length}Content-Length: 3\r\n`)],
  ['a length of 1,0', post('Content-Length: 1,0\r\n', '0123456789')],
  ['a length of +5', post('Content-Length: +5\r\n', '{"a":')],
  ['a length of -5', post('Content-Length: -5\r\n', '')],
  ['a length in hex', post('Content-Length: 0x5\r\n', '{"a":')],
  ['a length with a blank inside', post('Content-Length: 1 0\r\n', '0123456789')],
  ['an empty length', post('Content-Length: \r\n', '')],
  ['a length beyond 64 bits', post('Content-Length: 99999999999999999999\r\n', ''), 413],
  [
    'a length and chunks with a space before the colon',
    post(`${length}Transfer-Encoding : chunked\r\n`),
  ],
  ['gzip and chunks', post('Transfer-Encoding: gzip, chunked\r\n', chunkedBody), 501],
  ['chunks twice', post('Transfer-Encoding: chunked, chunked\r\n', chunkedBody), 501],
  ['chunks in two fields', post(chunked + chunked, chunkedBody)],
  ['an unknown coding', post('Transfer-Encoding: xchunked\r\n', chunkedBody), 501],
  [
    'chunks spelled with a control byte',
    post('Transfer-Encoding: \x0bchunked\r\n', chunkedBody),
    501,
  ],
  ['a space before the colon', post(`X-A : b\r\n${length}`)],
  ['a line without a colon', post(`X-A\r\n${length}`)],
  ['an empty field name', post(`: b\r\n${length}`)],
  ['a field name with a bad character', post(`X(A): b\r\n${length}`)],
  ['a folded line', post(`X-A: b\r\n c\r\n${length}`)],
  ['a folded first line', `GET /health HTTP/1.1\r\n X: y\r\n${host}\r\n`],
  ['bare line feeds', get.replaceAll('\r\n', '\n')],
  ['one bare line feed', get.replace('1.1\r\n', '1.1\n')],
  ['a bare carriage return', post(`X-A: b\rc\r\n${length}`)],
  ['no Host', 'GET /health HTTP/1.1\r\n\r\n'],
  ['two Hosts', `GET /health HTTP/1.1\r\n${host}${host}\r\n`],
  ['a Host that is none', 'GET /health HTTP/1.1\r\nHost: a b\r\n\r\n'],
  ['a NUL in a value', post(`X-A: b\0c\r\n${length}`)],
  ['a NUL in a name', post(`X\0A: b\r\n${length}`)],
  ['a NUL in the target', `GET /hea\0lth HTTP/1.1\r\n${host}\r\n`],
  ['a request line with two spaces', `GET  /health HTTP/1.1\r\n${host}\r\n`],
  ['a request line without a version', `GET /health\r\n${host}\r\n`],
  ['another version', `GET /health HTTP/2.0\r\n${host}\r\n`, 505],
  ['a method with a bad character', `G@T /health HTTP/1.1\r\n${host}\r\n`],
  ['a target without a slash', `GET health HTTP/1.1\r\n${host}\r\n`],
  ['TLS on a plain port', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ['chunks in HTTP/1.0', post(chunked, chunkedBody).replace('HTTP/1.1', 'HTTP/1.0')],
  ['a chunk size of -1', post(chunked, `-1\r\n${body}\r\n0\r\n\r\n`)],
  ['a chunk size of +5', post(chunked, `+5\r\n{"a":\r\n0\r\n\r\n`)],
  ['a chunk size of 0x5', post(chunked, `0x5\r\n{"a":\r\n0\r\n\r\n`)],
  ['a chunk size with a blank', post(chunked, ` 5\r\n{"a":\r\n0\r\n\r\n`)],
  ['a chunk size beyond 64 bits', post(chunked, `fffffffffffffffff\r\n{"a":\r\n0\r\n\r\n`)],
  ['a chunk that is longer than said', post(chunked, `5\r\n{"a":12\r\n0\r\n\r\n`)],
  [
    'chunk lines that end with a bare line feed',
    post(chunked, chunkedBody.replaceAll('\r\n', '\n')),
  ],
].map(([name, bytes, also]) => ({ name, bytes, statuses: also ? [400, also] : [400] }));

table(
  'It is refused, once, and the connection ends:',
  ambiguous,
  plain,
  async (sluice, { bytes, statuses }) => {
    assertRefused(await exchange(sluice, bytes + get), statuses);
  },
);

const cutOff = [
  ['half a head', get.slice(0, 20)],
  ['a head without its blank line', get.slice(0, -2)],
  ['half a body', post(length, body.slice(0, 5))],
  ['half a chunk', post(chunked, chunkedBody.slice(0, 10))],
  ['chunks without the last', post(chunked, chunkedBody.slice(0, -5))],
].map(([name, bytes]) => ({ name, bytes }));

table('What a client cuts off is not served:', cutOff, plain, async (sluice, { bytes }) => {
  const connection = rawConnection(sluice);
  await connection.send(bytes);
  connection.end();
  const text = await within(20_000, connection.closed, 'the end');
  for (const answer of answersIn(text)) assert.equal(answer.status, 400);
});

const valid = [
  ['a body with a length', post(length)],
  ['a body in chunks', post(chunked, chunkedBody)],
  [
    'chunks of one byte each',
    post(chunked, `${[...body].map((c) => `1\r\n${c}\r\n`).join('')}0\r\n\r\n`),
  ],
  [
    'chunk extensions and trailers',
    post(chunked, `${body.length.toString(16)};a=b\r\n${body}\r\n0\r\nX-T: 1\r\n\r\n`),
  ],
  [
    'chunk sizes with leading zeros and capitals',
    post(chunked, `00${body.length.toString(16).toUpperCase()}\r\n${body}\r\n0\r\n\r\n`),
  ],
  ['Chunked in capitals', post('transfer-encoding: CHUNKED\r\n', chunkedBody)],
  ['fields without blanks', post(length.replace(': ', ':'))],
  ['fields with tabs around', post(`X-A:\t b\t\r\n${length}`)],
  ['an absolute target', post(length).replace('/v1', 'http://127.0.0.1/v1')],
  ['a query', post(length).replace('completions', 'completions?x=1')],
  ['an empty line before it', `\r\n${post(length)}`],
  ['a media type with a parameter', post(length).replace('/json', '/json; charset=utf-8')],
].map(([name, bytes]) => ({ name, bytes }));

table(
  'It is understood, and so is the next on the connection:',
  valid,
  plain,
  async (sluice, { bytes }) => {
    const connection = rawConnection(sluice);
    await connection.send(bytes + get);
    const [first, second] = await connection.answers(2);
    assert.equal(first.status, 200, first.body);
    assert.match(first.body, /Say hello/);
    assert.equal(second.status, 200);
    connection.end();
  },
);

scenario('a head is understood wherever it is cut in two', async (stage) => {
  const sluice = await stage.sluice({ server: oneLoop });
  const bytes = post(length) + get;
  const batch = 40;
  for (let from = 1; from < bytes.length; from += batch) {
    const cuts = Array.from({ length: Math.min(batch, bytes.length - from) }, (_, i) => from + i);
    const connections = cuts.map(() => rawConnection(sluice));
    await Promise.all(connections.map((one, i) => one.send(bytes.slice(0, cuts[i]))));
    // One more request on the same loop, so that the first parts have been read by then.
    await request(sluice, '/health');
    await Promise.all(connections.map((one, i) => one.send(bytes.slice(cuts[i]))));
    for (const [i, one] of connections.entries()) {
      const answers = await one.answers(2);
      assert.deepEqual(
        answers.map((got) => got.status),
        [200, 200],
        `cut at ${cuts[i]}`,
      );
      one.socket.destroy();
    }
  }
});

scenario('a request that comes byte by byte is understood', async (stage) => {
  const connection = rawConnection(await plain(stage));
  for (const byte of post(chunked, chunkedBody)) {
    await connection.send(byte);
    await turn();
  }
  assert.equal((await connection.answers(1))[0].status, 200);
  connection.end();
});

scenario('head lines of any length leave the next request alone', async (stage) => {
  const sluice = await plain(stage);
  const connection = rawConnection(sluice);
  let count = 0;
  for (const [from, to] of [
    [4080, 4110],
    [8180, 8200],
    [16_380, 16_390],
  ]) {
    for (let size = from; size <= to; size += 1) {
      const line = `X-Pad: ${'a'.repeat(size - 'X-Pad: \r\n'.length)}\r\n`;
      await connection.send(post(line + length) + get.replace('/health', '/v1/models'));
      count += 2;
      const answers = (await connection.answers(count)).slice(-2);
      assert.deepEqual(
        answers.map((got) => got.status),
        [200, 200],
        `a line of ${size} bytes`,
      );
      assert.match(answers[0].body, /Say hello/);
      assert.match(answers[1].body, /"list"/);
    }
  }
  connection.end();
});

scenario('a head may have 60 KiB, and not 70', async (stage) => {
  const sluice = await plain(stage);
  const padded = (size) => get.replace('\r\n\r\n', `\r\nX-Pad: ${'a'.repeat(size)}\r\n\r\n`);
  const connection = rawConnection(sluice);
  await connection.send(padded(60 << 10));
  assert.equal((await connection.answers(1))[0].status, 200);
  connection.end();
  assertRefused(await exchange(sluice, padded(70 << 10)), [431]);
  const many = get.replace('\r\n\r\n', `\r\n${'X-A: b\r\n'.repeat(5_000)}\r\n`);
  assertRefused(await exchange(sluice, many), [431]);
});

scenario('pipelined requests are answered in their order', async (stage) => {
  const connection = rawConnection(await plain(stage));
  const echo = (text) => {
    const content = JSON.stringify({
      model: 'demo/echo',
      messages: [{ role: 'user', content: text }],
    });
    return post(`Content-Length: ${content.length}\r\n`, content);
  };
  await connection.send(echo('one') + get + echo('two') + echo('three'));
  const answers = await connection.answers(4);
  const said = answers.map((got) => JSON.parse(got.body || '{}').choices?.[0].message.content);
  assert.deepEqual([said[0], said[2], said[3]], ['one', 'two', 'three']);
  connection.end();
});

scenario('HEAD is answered with a head alone', async (stage) => {
  const sluice = await plain(stage);
  const connection = rawConnection(sluice);
  const head = get.replace('GET /health', 'HEAD /v1/models');
  await connection.send(head);
  const text = await connection.until('a head', (all) => all.endsWith('\r\n\r\n') && all);
  const listed = await request(sluice, '/v1/models');
  assert.match(text, /^HTTP\/1\.1 200 /);
  assert.ok(
    text.toLowerCase().includes(`content-length: ${listed.headers['content-length']}\r\n`),
    text,
  );
  await connection.send(get);
  await connection.until(
    'the next answer',
    (all) => all.length > text.length && all.slice(text.length).startsWith('HTTP/1.1 200'),
  );
  connection.end();
});

for (const [what, bytes] of [
  ['Connection: close', post(`Connection: close\r\n${length}`)],
  ['HTTP/1.0', post(length).replace('HTTP/1.1', 'HTTP/1.0')],
]) {
  scenario(`${what} ends the connection after the answer`, async (stage) => {
    const [answer, ...more] = answersIn(await exchange(await plain(stage), bytes + get));
    assert.equal(answer.status, 200);
    assert.equal(more.length, 0);
  });
}

const expecting = `Expect: 100-continue\r\n`;

scenario(
  '100 is said to a client that waits for it, once all before the body is well',
  async (stage) => {
    const sluice = await stage.sluice({
      server: { max_body_bytes: 1 << 20 },
      auth: keysOnly('pk-1'),
    });
    const key = 'Authorization: Bearer pk-1\r\n';
    const connection = rawConnection(sluice);
    await connection.send(post(key + expecting + length, ''));
    assert.equal((await connection.answers(1))[0].status, 100);
    await connection.send(body);
    assert.equal((await connection.answers(2))[1].status, 200);
    connection.end();
    for (const [fields, status] of [
      [expecting + length, 401],
      [`${key}${expecting}Content-Length: 9999999\r\n`, 413],
      [`${key}Expect: something\r\n${length}`, 417],
    ]) {
      const refused = rawConnection(sluice);
      await refused.send(post(fields, ''));
      assert.equal((await refused.answers(1))[0].status, status, 'without 100 before it');
      refused.socket.destroy();
    }
  },
);

const refusals = [
  ['an unknown path', 'GET', '/v1/nothing', {}, undefined, 404],
  ['the wrong method for chat', 'GET', '/v1/chat/completions', {}, undefined, 405, 'POST'],
  ['another wrong method for chat', 'DELETE', '/v1/chat/completions', {}, undefined, 405, 'POST'],
  ['the wrong method for models', 'POST', '/v1/models', {}, '{}', 405, 'GET'],
  ['the wrong method for health', 'PUT', '/health', {}, '{}', 405, 'GET'],
  [
    'a body that is no JSON by its type',
    'POST',
    '/v1/chat/completions',
    { 'Content-Type': 'text/plain' },
    'hi',
    415,
  ],
  [
    'a form',
    'POST',
    '/v1/chat/completions',
    { 'Content-Type': 'multipart/form-data; boundary=x' },
    'hi',
    415,
  ],
  ['a compressed body', 'POST', '/v1/chat/completions', { 'Content-Encoding': 'gzip' }, 'hi', 415],
  ['a body that is too large', 'POST', '/v1/chat/completions', {}, 'x'.repeat(2 << 20), 413],
].map(([name, method, path, headers, content, status, allow]) => ({
  name,
  method,
  path,
  headers,
  content,
  status,
  allow,
}));

table(
  'It is refused in words that the client understands:',
  refusals,
  (stage) => stage.sluice({ server: { max_body_bytes: 1 << 20 } }),
  async (sluice, { method, path, headers, content, status, allow }) => {
    const connection = rawConnection(sluice);
    const fields = Object.entries({ 'Content-Type': 'application/json', ...headers });
    const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    const size = content === undefined ? '' : `Content-Length: ${content.length}\r\n`;
    const head = `${method} ${path} HTTP/1.1\r\n${host}${lines}${size}\r\n`;
    connection.send(head + (content ?? ''));
    const [answer] = await connection.answers(1);
    assert.equal(answer.status, status, answer.body);
    assertErrorObject(JSON.parse(answer.body).error, { type: 'invalid_request_error' });
    if (allow) assert.match(answer.headers.allow, new RegExp(`\\b${allow}\\b`));
    connection.socket.destroy();
  },
);

scenario('a chunked body that grows too large is refused', async (stage) => {
  const sluice = await stage.sluice({ server: { max_body_bytes: 1 << 20 } });
  const connection = rawConnection(sluice);
  const piece = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
  connection.send(post(chunked, piece.repeat(20)));
  assert.equal((await connection.answers(1))[0].status, 413);
  connection.socket.destroy();
});

scenario('a head or a body that comes too slowly is given up', async (stage) => {
  const sluice = await stage.sluice({
    server: { head_timeout_ms: slow(300), body_timeout_ms: slow(300) },
  });
  assertRefused(await exchange(sluice, get.slice(0, 20)), [408]);
  assertRefused(await exchange(sluice, post(length, body.slice(0, 5))), [408]);
});

scenario('connections beyond the most do not disturb the others', async (stage) => {
  const sluice = await stage.sluice({ server: { ...oneLoop, max_connections: 4 } });
  const kept = Array.from({ length: 4 }, () => rawConnection(sluice));
  for (const one of kept) {
    await one.send(get);
    await one.answers(1);
  }
  const extra = rawConnection(sluice);
  await extra.send(get);
  const text = await Promise.race([
    extra.closed,
    extra.until('an answer', (all) => answersIn(all).length && all),
  ]);
  for (const answer of answersIn(text)) assert.equal(answer.status, 503);
  for (const one of kept) {
    await one.send(get);
    assert.equal((await one.answers(2))[1].status, 200);
    one.socket.destroy();
  }
});
