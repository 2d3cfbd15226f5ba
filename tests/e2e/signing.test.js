// Requests that the gateway signs itself, with keys that no plugin sees, and the binary event
// streams that come back.
import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { answer, json, slowly, stall, until } from './support/answers.js';
import { directoryWith } from './support/bad_plugins.js';
import { makeCertificate } from './support/certificates.js';
import { question } from './support/chat.js';
import { chat, contentOf, eventsOf, openChat } from './support/client.js';
import { oneLoop, virtual } from './support/config.js';
import { assertError, assertErrorObject } from './support/expect.js';
import { event, events, exception, message } from './support/event_stream.js';
import { scenario } from './support/scenario.js';
import { faultOfSignature } from './support/sigv4.js';
import { binary } from './support/sluice.js';
import { makeGate } from './support/time.js';
import { accountAt, grant, scope } from './support/token_server.js';

const plugins = { enable: ['signed', 'demo', 'priority'] };

/** The sound plugins, and the one whose requests are signed. */
function directory(stage) {
  const made = directoryWith(stage, []);
  const file = path.join(path.dirname(binary), 'test-plugins/signed.so');
  copyFileSync(file, path.join(made, 'signed.so'));
  return made;
}

const start = (stage, config) =>
  stage.sluice({
    server: oneLoop,
    ...config,
    plugins: { ...plugins, directory: directory(stage) },
  });

const aws = {
  id: 'AKIDEXAMPLE',
  secret: 'wJalr/UtnFEMI+K7MDENG',
  service: 'talk',
  region: 'eu-west-1',
};
const byAws = { scheme: 'aws.sigv4', params: { service: 'talk', region: 'eu-west-1' } };
const byGoogle = { scheme: 'google.service-account', params: { scopes: [scope] } };

const signedBy = (settings, upstream, keys, more = {}) => ({
  component: 'signed',
  base_url: `${upstream.scheme}://127.0.0.1:${upstream.port}/base`,
  keys,
  settings,
  ...more,
});

const text = (words = 'Hello there') => answer(words);

/** An upstream that wants AWS's signature, and a gateway with these keys for it. */
async function withAws(stage, { keys = [`${aws.id}:${aws.secret}`], ...more } = {}) {
  const upstream = await stage.upstream();
  const providers = { a: signedBy(byAws, upstream, keys) };
  return { upstream, sluice: await start(stage, { providers, ...more }) };
}

const ifSigned = (answered, who = aws) => (request) => {
  const fault = faultOfSignature(request, who);
  return fault ? json({ message: fault }, { status: 403 }) : answered;
};

scenario('a request is signed as AWS wants it, whatever its model and body', async (stage) => {
  const { upstream, sluice } = await withAws(stage);
  upstream.always(ifSigned(text()));
  for (const [model, more] of [
    ['m1', {}],
    ['anthropic.claude-3-haiku-20240307-v1:0', {}],
    ['arn~x', { user: 'ä€' }],
    ['large', { x: 'x'.repeat(3 << 20) }],
  ]) {
    const got = await chat(sluice, question(`a/${model}`, more));
    assert.equal(got.status, 200, got.text);
    assert.equal(got.json.choices[0].message.content, 'Hello there');
  }
  const target = '/base/model/anthropic.claude-3-haiku-20240307-v1%3A0/talk?a=b%20c';
  assert.equal(upstream.requests[1].path, target);
  assert.equal(upstream.requests.length, 4);
});

scenario('the signature depends on all that it covers', async (stage) => {
  const { upstream, sluice } = await withAws(stage);
  upstream.always(text());
  await chat(sluice, question('a/m1'));
  const request = upstream.requests[0];
  assert.equal(faultOfSignature(request, aws), undefined);
  for (const change of [
    { path: request.path.replace('m1', 'm2') },
    { path: request.path.replace('a=b', 'a=c') },
    { body: Buffer.concat([request.body, Buffer.from(' ')]) },
    { method: 'PUT' },
    { headers: { ...request.headers, host: '127.0.0.1' } },
    { headers: { ...request.headers, 'content-type': 'text/plain' } },
  ]) {
    assert.match(faultOfSignature({ ...request, ...change }, aws) ?? '', /^the signature should/);
  }
  assert.match(faultOfSignature(request, { ...aws, secret: 'other' }), /^the signature should/);
});

scenario('a session token goes along, signed', async (stage) => {
  const token = 'IQoJb3JpZ2luX2Vj//EXAMPLE==';
  const { upstream, sluice } = await withAws(stage, { keys: [`${aws.id}:${aws.secret}:${token}`] });
  upstream.always(ifSigned(text(), { ...aws, token }));
  const got = await chat(sluice, question('a/m1'));
  assert.equal(got.status, 200, got.text);
});

scenario('what a refusal repeats of the key is not shown', async (stage) => {
  const token = 'IQoJb3JpZ2luX2Vj//EXAMPLE==';
  const { upstream, sluice } = await withAws(stage, { keys: [`${aws.id}:${aws.secret}:${token}`] });
  const words = `no: ${aws.secret} and x-amz-security-token:${token}`;
  upstream.always(() => json(words, { status: 400 }));
  const got = await chat(sluice, question('a/m1'));
  assert.equal(got.status, 400);
  assert.match(got.text, /no: \*\*\* and x-amz-security-token:\*\*\*/);
  for (const secret of [aws.secret, token]) {
    assert.ok(!got.text.includes(secret));
    assert.ok(!sluice.logs().includes(secret));
  }
});

scenario('a key of the wrong form is told, rests, and another takes its place', async (stage) => {
  const { upstream, sluice } = await withAws(stage, { keys: ['sk-not-for-aws'] });
  const got = await chat(sluice, question('a/m1'));
  const message = /not ACCESS_KEY_ID:SECRET_ACCESS_KEY/;
  assertError(got, 502, { code: 'upstream_key_rejected', message });
  assert.ok(!got.text.includes('sk-not'));
  assertError(await chat(sluice, question('a/m1')), 503, { message: /keys were refused/ });
  assert.equal(upstream.requests.length, 0, 'nothing was sent unsigned');

  const both = await withAws(stage, { keys: ['sk-not-for-aws', `${aws.id}:${aws.secret}`] });
  both.upstream.always(ifSigned(text()));
  for (const turn of [1, 2, 3]) {
    const again = await chat(both.sluice, question('a/m1'));
    assert.equal(again.status, 200, `${turn}: ${again.text}`);
  }
});

scenario('what the plugin gets wrong of a signature is told', async (stage) => {
  const upstream = await stage.upstream();
  const providers = {
    a: signedBy({ ...byAws, params: { service: 'talk' } }, upstream, ['A:b']),
    g: signedBy({ ...byGoogle, params: {} }, upstream, ['{}']),
    o: signedBy({ scheme: 'rot13', params: {} }, upstream, ['k']),
  };
  const sluice = await start(stage, { attempts: { per_lane: 1 }, providers });
  const cases = {
    a: /needs "service" and "region"/,
    g: /needs "scopes"/,
    o: /does not know: "rot13"/,
  };
  for (const [name, message] of Object.entries(cases)) {
    assertError(await chat(sluice, question(`${name}/m1`)), 502, { message });
  }
});

/** An upstream that wants a bearer, a token server, and a gateway with the key of an account. */
async function withGoogle(stage, { server, key, ...more } = {}) {
  const tokens = server ?? (await stage.upstream());
  const upstream = await stage.upstream();
  const keys = [key ?? JSON.stringify(accountAt(tokens))];
  const providers = { g: signedBy(byGoogle, upstream, keys) };
  return { tokens, upstream, sluice: await start(stage, { providers, ...more }) };
}

const ifBearer = (token) => (request) =>
  request.headers.authorization === `Bearer ${token}`
    ? text(token)
    : json({ error: { message: 'who are you?' } }, { status: 401 });

scenario('a service account gets a token once, and it serves many calls', async (stage) => {
  const { tokens, upstream, sluice } = await withGoogle(stage);
  tokens.next(grant(tokens, 'ya29.first'));
  upstream.always(ifBearer('ya29.first'));
  const all = await Promise.all(Array.from({ length: 8 }, () => chat(sluice, question('g/m1'))));
  for (const got of all) assert.equal(got.status, 200, got.text);
  assert.equal((await chat(sluice, question('g/m1'))).status, 200);
  assert.equal(tokens.requests.length, 1);
  assert.equal(upstream.requests.length, 9);
  assert.ok(!sluice.logs().includes('ya29'));
  assert.ok(!sluice.logs().includes('PRIVATE'));
});

scenario('the key of a service account may stand in a file', async (stage) => {
  const tokens = await stage.upstream();
  const work = await stage.work(null);
  const file = path.join(work.directory, 'account.json');
  await writeFile(file, JSON.stringify(accountAt(tokens), null, 2) + '\n');
  const { upstream, sluice } = await withGoogle(stage, { server: tokens, key: { file } });
  tokens.always(grant(tokens, 'ya29.file'));
  upstream.always(ifBearer('ya29.file'));
  assert.equal((await chat(sluice, question('g/m1'))).status, 200);
});

scenario('a workload shows the token in its file, as it is then', async (stage) => {
  const tokens = await stage.upstream();
  const work = await stage.work(null);
  const file = path.join(work.directory, 'token');
  const key = JSON.stringify({
    type: 'external_account',
    audience: '//iam.example/pools/p',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: `${tokens.scheme}://127.0.0.1:${tokens.port}/v1/token`,
    credential_source: { file },
  });
  const { upstream, sluice } = await withGoogle(stage, { server: tokens, key });
  for (const subject of ['subject-1', 'subject-2']) {
    await writeFile(file, `${subject}\n`);
    tokens.next(json({ access_token: `for-${subject}`, expires_in: 0 }));
    upstream.next(ifBearer(`for-${subject}`));
    const got = await chat(sluice, question('g/m1'));
    assert.equal(got.json?.choices[0].message.content, `for-${subject}`, got.text);
    const form = new URLSearchParams(tokens.requests.at(-1).body.toString());
    assert.equal(form.get('subject_token'), subject);
    assert.equal(form.get('audience'), '//iam.example/pools/p');
    assert.equal(form.get('scope'), scope);
  }
  await rm(file);
  const got = await chat(sluice, question('g/m1'));
  assertError(got, 502, { message: /credential_source.file cannot be read/ });
});

scenario('a token that has ended is replaced', async (stage) => {
  const { tokens, upstream, sluice } = await withGoogle(stage);
  for (const token of ['one', 'two', 'three']) {
    tokens.next(grant(tokens, token, 0));
    upstream.next(ifBearer(token));
    const got = await chat(sluice, question('g/m1'));
    assert.equal(got.json?.choices[0].message.content, token, got.text);
  }
  assert.equal(tokens.requests.length, 3);
});

scenario('a token that the upstream takes no more is replaced within the call', async (stage) => {
  const { tokens, upstream, sluice } = await withGoogle(stage);
  tokens.next(grant(tokens, 'old'), grant(tokens, 'new'));
  upstream.next(ifBearer('old')).always(ifBearer('new'));
  assert.equal((await chat(sluice, question('g/m1'))).status, 200);
  const got = await chat(sluice, question('g/m1'));
  assert.equal(got.json?.choices[0].message.content, 'new', got.text);
  assert.equal(got.headers['x-sluice-attempts'], '2');
  assert.equal(tokens.requests.length, 2);
});

scenario('an upstream that refuses fresh tokens refuses the key', async (stage) => {
  const { tokens, upstream, sluice } = await withGoogle(stage);
  tokens.always(grant(tokens, 'fresh'));
  upstream.always(ifBearer('other'));
  assertError(await chat(sluice, question('g/m1')), 502, { code: 'upstream_key_rejected' });
  assertError(await chat(sluice, question('g/m1')), 503, { message: /keys were refused/ });
  assert.equal(tokens.requests.length, 1);
});

scenario('a key that the token server refuses rests, and the next target serves', async (stage) => {
  const { tokens, upstream, sluice } = await withGoogle(stage, {
    virtual_models: { both: virtual('g/m1', 'demo/echo') },
  });
  const refusal = { error: 'invalid_grant', error_description: 'Account disabled' };
  tokens.always(json(refusal, { status: 400 }));
  const got = await chat(sluice, question('g/m1'));
  assertError(got, 502, {
    code: 'upstream_key_rejected',
    message: /token server refused the key .* answered 400: invalid_grant: Account disabled\)/,
  });
  assertError(await chat(sluice, question('g/m1')), 503, { message: /keys were refused/ });
  assert.equal((await chat(sluice, question('both'))).headers['x-sluice-provider'], 'demo');
  assert.equal(tokens.requests.length, 1, 'a key that rests is not tried');
  assert.equal(upstream.requests.length, 0);
});

scenario('a token server in trouble is tried again, and does not harm the key', async (stage) => {
  const { tokens, upstream, sluice } = await withGoogle(stage);
  upstream.always(ifBearer('late'));
  tokens.next(json({}, { status: 503 }), grant(tokens, 'late'));
  const got = await chat(sluice, question('g/m1'));
  assert.equal(got.status, 200, got.text);
  assert.equal(got.headers['x-sluice-attempts'], '2');
});

scenario('a token server that is down is told, and the key does not rest', async (stage) => {
  const gone = await stage.upstream();
  const { port } = gone;
  await gone.stop();
  gone.stop = () => {};
  const account = { ...accountAt({ scheme: 'http', port }) };
  const { upstream, sluice } = await withGoogle(stage, { key: JSON.stringify(account) });
  for (let call = 0; call < 2; call += 1) {
    assertError(await chat(sluice, question('g/m1')), 502, {
      code: 'upstream_unreachable',
      message: new RegExp(`for a token from 127\\.0\\.0\\.1:${port}`),
    });
  }
  assert.equal(upstream.requests.length, 0);
});

scenario('a silent token server ends with the call, and the loop goes on', async (stage) => {
  const { tokens, sluice } = await withGoogle(stage, { attempts: { total_ms: 1500 } });
  tokens.always(stall);
  const slow = chat(sluice, question('g/m1'));
  await tokens.request(0);
  assert.equal((await chat(sluice, question('demo/echo'))).status, 200);
  assertError(await slow, [502, 504]);
});

scenario('who leaves while a token is fetched takes nothing from the others', async (stage) => {
  const { tokens, upstream, sluice } = await withGoogle(stage);
  const gate = makeGate();
  tokens.next((request) => [until(gate), grant(tokens, 'shared')(request)]);
  upstream.always(ifBearer('shared'));
  const leaver = openChat(sluice, question('g/m1'));
  leaver.catch(() => {});
  await tokens.request(0);
  const stayer = chat(sluice, question('g/m1'));
  leaver.leave();
  await sluice.logLine('client_left');
  gate.open();
  assert.equal((await stayer).status, 200);
  assert.equal(tokens.requests.length, 1);
});

scenario('a claim only goes to a token server whose certificate can be trusted', async (stage) => {
  const certificate = makeCertificate(stage);
  const server = await stage.upstream({ tls: certificate });
  const trusting = await withGoogle(stage, { server, upstream: { ca_file: certificate.certFile } });
  server.always(grant(server, 'over-TLS'));
  trusting.upstream.always(ifBearer('over-TLS'));
  assert.equal((await chat(trusting.sluice, question('g/m1'))).status, 200);
  assert.equal(server.requests.length, 1);

  const wary = await withGoogle(stage, { server });
  assertError(await chat(wary.sluice, question('g/m1')), 502, { message: /certificate|tls/i });
  assert.equal(server.requests.length, 1, 'no claim was sent');
});

scenario('events of a binary stream are relayed as they come', async (stage) => {
  const { upstream, sluice } = await withAws(stage);
  const gate = makeGate();
  const rest = [event('text', 'lö'), event('stop', 'length')];
  upstream.next(events([event('text', 'Hel'), until(gate), ...rest]));
  const got = await openChat(sluice, question('a/m1', { stream: true }));
  assert.equal(contentOf(await got.firstBytes), 'Hel');
  gate.open();
  const whole = await got.text;
  assert.equal(contentOf(whole), 'Hellö');
  assert.equal(eventsOf(whole).at(-1), '[DONE]');
  assert.ok(eventsOf(whole).some((item) => item.choices?.[0]?.finish_reason === 'length'));
});

scenario('a binary stream may be cut anywhere', async (stage) => {
  const { upstream, sluice } = await withAws(stage);
  const steps = events([event('text', 'Hel'), event('text', 'lö'), event('stop', 'stop')]);
  for (const size of [1, 2, 3, 7, 11, 50]) {
    upstream.next(slowly(steps, size));
    const got = await chat(sluice, question('a/m1', { stream: true }));
    assert.equal(contentOf(got.text), 'Hellö', `pieces of ${size}`);
    assert.match(got.text, /\[DONE\]\n\n$/);
  }
});

/** What a client gets of an answer whose first event it had read before these bytes came. */
async function afterContent(sluice, upstream, bytes) {
  const gate = makeGate();
  upstream.next(events([event('text', 'Hello'), until(gate), bytes]));
  const got = await openChat(sluice, question('a/m1', { stream: true }));
  await got.firstBytes;
  gate.open();
  const whole = await got.text;
  assert.equal(contentOf(whole), 'Hello');
  assert.ok(!whole.includes('[DONE]'));
  return whole;
}

scenario('an exception before content is replaced, one after it ends the stream', async (stage) => {
  const { upstream, sluice } = await withAws(stage);
  const thrown = exception('throttlingException', 'slow down');
  upstream.next(events([thrown]), events([event('text', 'after'), event('stop', 'stop')]));
  const replaced = await chat(sluice, question('a/m1', { stream: true }));
  assert.equal(contentOf(replaced.text), 'after');
  assert.equal(replaced.headers['x-sluice-attempts'], '2');

  const broken = await afterContent(sluice, upstream, thrown);
  const last = eventsOf(broken).at(-1);
  assertErrorObject(last.error);
  assert.match(last.error.message, /throttlingException: slow down/);

  const headers = { ':message-type': 'error', ':error-code': 'Internal' };
  const error = message({ ...headers, ':error-message': 'it broke' });
  const failed = await afterContent(sluice, upstream, error);
  assert.match(eventsOf(failed).at(-1).error.message, /Internal: it broke/);
});

const wrong = (at) => {
  const bytes = Buffer.from(event('text', 'never'));
  bytes[at < 0 ? bytes.length + at : at] ^= 1;
  return bytes;
};
for (const [what, bytes, says] of [
  ['a wrong sum', wrong(-1), /checksum is wrong/],
  ['a wrong first sum', wrong(8), /no event stream/],
  ['a changed payload', wrong(-6), /checksum is wrong/],
  ['something else', 'data: {}\n\n'.repeat(3), /no event stream/],
  ['half a message', event('text', 'never').subarray(0, 20), /within a message/],
]) {
  scenario(`a binary stream with ${what} is broken, not finished`, async (stage) => {
    const { upstream, sluice } = await withAws(stage);
    const got = await afterContent(sluice, upstream, bytes);
    assert.match(eventsOf(got).at(-1).error.message, says);
  });
}

scenario('a binary stream that is cut off at any byte never counts as whole', async (stage) => {
  const { upstream, sluice } = await withAws(stage, { attempts: { per_call: 1 } });
  const whole = Buffer.concat([event('text', 'a'), event('stop', 'stop')]);
  for (let size = 0; size < whole.length; size += 5) {
    const headers = { 'content-type': 'application/vnd.amazon.eventstream' };
    upstream.next(answer(whole.subarray(0, size), { headers }));
    const got = await chat(sluice, question('a/m1', { stream: true }));
    assert.ok(got.status === 502 || eventsOf(got.text).at(-1).error, `${size}: ${got.text}`);
    assert.ok(!got.text.includes('[DONE]'), `cut at ${size}`);
  }
});
