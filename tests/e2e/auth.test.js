// Keys of clients, the admin's token, browsers of other origins, and secrets that stay secret.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { reset } from './support/answers.js';
import { chatAnswer, fail, question } from './support/chat.js';
import { chat, request } from './support/client.js';
import { keysOnly, provider } from './support/config.js';
import { assertError } from './support/expect.js';
import { scenario, table } from './support/scenario.js';
import { run } from './support/sluice.js';

const key = 'pk-very-secret-1';
const other = 'pk-very-secret-2';
const locked = (stage) => stage.sluice({ auth: keysOnly(key, other) });

const good = [
  ['Authorization: Bearer', { authorization: `Bearer ${key}` }],
  ['bearer in lower case', { authorization: `bearer ${key}` }],
  ['x-api-key', { 'x-api-key': key }],
  ['api-key', { 'api-key': key }],
  ['x-goog-api-key', { 'x-goog-api-key': key }],
  ['the second key', { authorization: `Bearer ${other}` }],
].map(([name, headers]) => ({ name, headers }));

table('A key is taken from', good, locked, async (sluice, { headers }) => {
  const got = await chat(sluice, question('demo/echo'), { headers });
  assert.equal(got.status, 200, got.text);
  assert.equal((await request(sluice, '/v1/models', { headers })).status, 200);
});

const bad = [
  ['no key', {}],
  ['a wrong key', { authorization: 'Bearer pk-wrong' }],
  ['the beginning of a key', { authorization: `Bearer ${key.slice(0, -1)}` }],
  ['a key with more behind it', { authorization: `Bearer ${key}x` }],
  ['an empty key', { authorization: 'Bearer ' }],
  ['another scheme', { authorization: `Basic ${Buffer.from(`x:${key}`).toString('base64')}` }],
  ['a wrong x-api-key', { 'x-api-key': 'pk-wrong' }],
].map(([name, headers]) => ({ name, headers }));

table('It is refused with', bad, locked, async (sluice, { headers }) => {
  for (const stream of [true, false]) {
    const got = await chat(sluice, question('demo/echo', { stream }), { headers });
    assertError(got, 401, { type: 'invalid_request_error', code: 'invalid_api_key' });
  }
  for (const path of ['/v1/models', '/v1/models/demo/echo']) {
    const got = await request(sluice, path, { headers });
    // Who sends x-api-key alone is told in Anthropic's form.
    if (headers['x-api-key']) assert.equal(got.json.error.type, 'authentication_error');
    else assertError(got, 401, { code: 'invalid_api_key' });
    assert.equal(got.status, 401);
  }
  assert.equal((await request(sluice, '/health')).status, 200, 'health needs no key');
});

scenario('the admin endpoints need the admin token, and are off without one', async (stage) => {
  const token = 'at-very-secret';
  const [without, withToken] = [
    await stage.sluice({}),
    await stage.sluice({ auth: { ...keysOnly(key), admin_token: token } }),
  ];
  const reload = (sluice, headers) => request(sluice, '/admin/reload', { method: 'POST', headers });
  const off = await reload(without, {});
  assertError(off, [401, 403, 404]);
  for (const headers of [
    {},
    { authorization: 'Bearer nope' },
    { authorization: `Bearer ${key}` },
  ]) {
    assertError(await reload(withToken, headers), [401, 403]);
  }
  assert.equal((await reload(withToken, { authorization: `Bearer ${token}` })).status, 200);
  const asClient = await chat(withToken, question('demo/echo'), {
    headers: { authorization: `Bearer ${token}` },
  });
  assertError(asClient, 401);
});

scenario('an open gateway does not listen on the network unless told to', async (stage) => {
  const directory = await stage.work({ server: { listen: '0.0.0.0:0' } });
  const refused = await run(['serve', '--config', directory.file]);
  assert.notEqual(refused.code, 0);
  assert.match(refused.stderr, /open_on_network/);
});

scenario('no secret is ever printed, whatever goes wrong', async (stage) => {
  const upstreamKey = 'sk-upstream-very-secret';
  const token = 'at-very-secret';
  const a = await stage.upstream();
  const answers = [
    fail(401),
    fail(500),
    reset,
    fail(400, { message: 'no' }),
    fail(429),
    chatAnswer('x'),
  ];
  a.always((seen) => {
    const answer = answers[Number(seen.json.model)];
    return typeof answer === 'function' ? answer(seen) : answer;
  });
  const sluice = await stage.sluice({
    auth: { ...keysOnly(key), admin_token: token },
    log: { level: 'debug' },
    providers: { a: provider(a, { keys: [upstreamKey] }) },
  });
  const texts = [];
  for (const number of [5, 1, 2, 3, 4, 0]) {
    for (const headers of [{ authorization: `Bearer ${key}` }, { 'x-api-key': `${key}-wrong` }]) {
      const got = await chat(sluice, question(`a/${number}`), { headers });
      texts.push(got.text, JSON.stringify(got.headers));
    }
  }
  const reloaded = await request(sluice, '/admin/reload', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  });
  texts.push(reloaded.text);
  const broken = readFileSync(sluice.work.file, 'utf8').replace('"server"', '"sevrer"');
  await sluice.work.write(broken);
  const refused = await request(sluice, '/admin/reload', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  });
  assert.notEqual(refused.status, 200);
  texts.push(refused.text);
  await sluice.stop();
  for (const text of [...texts, sluice.stdout, sluice.stderr]) {
    for (const secret of [key, upstreamKey, token]) {
      assert.ok(!text.includes(secret), `${secret} stands in: ${text}`);
    }
  }
});

const origin = 'https://app.example';

scenario('browsers of other origins are refused', async (stage) => {
  const sluice = await stage.sluice({});
  const got = await chat(sluice, question('demo/echo'), { headers: { origin } });
  assertError(got, 403);
  assert.equal(got.headers['access-control-allow-origin'], undefined);
  const preflight = await request(sluice, '/v1/chat/completions', {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST' },
  });
  assert.equal(preflight.headers['access-control-allow-origin'], undefined);
  const own = await chat(sluice, question('demo/echo'), { headers: { origin: sluice.url } });
  assert.equal(own.status, 200, 'its own pages are no strangers');
});

scenario('an origin that is allowed may ask', async (stage) => {
  const sluice = await stage.sluice({ server: { allowed_origins: [origin] }, auth: keysOnly(key) });
  const preflight = await request(sluice, '/v1/chat/completions', {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization, content-type',
    },
  });
  assert.ok([200, 204].includes(preflight.status), 'without a key');
  assert.equal(preflight.headers['access-control-allow-origin'], origin);
  assert.match(preflight.headers['access-control-allow-methods'], /POST/);
  assert.match(preflight.headers['access-control-allow-headers'], /authorization/i);
  for (const stream of [true, false]) {
    const got = await chat(sluice, question('demo/echo', { stream }), {
      headers: { origin, authorization: `Bearer ${key}` },
    });
    assert.equal(got.status, 200);
    assert.equal(got.headers['access-control-allow-origin'], origin);
    assert.match(got.headers.vary ?? '', /origin/i);
  }
  const headers = { origin: 'https://evil.example', authorization: `Bearer ${key}` };
  assertError(await chat(sluice, question('demo/echo'), { headers }), 403);
});

scenario('a name that is not this host is refused, as of a rebound DNS name', async (stage) => {
  const sluice = await stage.sluice({ server: { allowed_hosts: ['gateway.example'] } });
  const ask = (host) => chat(sluice, question('demo/echo'), { headers: { host } });
  assertError(await ask('evil.example'), [400, 403, 421]);
  for (const host of ['gateway.example', 'localhost', `127.0.0.1:${sluice.port}`]) {
    assert.equal((await ask(host)).status, 200, host);
  }
});
