// DELETE /v1/responses/{id}: a response is forgotten wherever it is kept, or the client is told that
// it is not.
import assert from 'node:assert/strict';
import { json } from './support/answers.js';
import { fail } from './support/chat.js';
import { request } from './support/client.js';
import { provider } from './support/config.js';
import { assertError } from './support/expect.js';
import { upstreamResponse } from './support/responses.js';
import { scenario } from './support/scenario.js';

const { whole } = upstreamResponse('Hi');
const path = `/v1/responses/${whole.id}`;
const goneThere = json({ id: whole.id, object: 'response', deleted: true });
const unknownThere = fail(404, { message: 'no such response', type: 'invalid_request_error' });

const speaker = (upstream, more = {}) =>
  provider(upstream, { component: 'openai-responses', ...more });
const forget = (sluice, headers) => request(sluice, path, { method: 'DELETE', headers });
const read = (sluice) => request(sluice, path);

/** A gateway that keeps one response of the provider `b`. */
async function keeping(stage, upstream, { more, answer = whole, ...config } = {}) {
  upstream.next(json(answer));
  const sluice = await stage.sluice({ providers: { b: speaker(upstream, more) }, ...config });
  const got = await request(sluice, '/v1/responses', {
    method: 'POST',
    body: { model: 'b/m1', input: 'one' },
  });
  assert.equal(got.status, 200, got.text);
  return sluice;
}

function assertForgotten(got) {
  assert.equal(got.status, 200, got.text);
  assert.deepEqual(got.json, { id: whole.id, object: 'response', deleted: true });
}

scenario('a response is deleted at the provider that keeps it too', async (stage) => {
  const upstream = await stage.upstream();
  // A pattern that has the name of everything is no way around the provider.
  const sluice = await keeping(stage, upstream, {
    routes: [
      { match: 'b/m1', provider: 'b' },
      { match: '*', provider: 'demo' },
    ],
  });
  upstream.next(goneThere);
  assertForgotten(await forget(sluice));
  const [, asked] = upstream.requests;
  assert.deepEqual([asked.method, asked.path, asked.body.length], ['DELETE', path, 0]);
  assert.equal(asked.headers.authorization, 'Bearer sk-upstream');
  assert.equal((await read(sluice)).status, 404);
  assertError(await forget(sluice), 404);
  assert.equal(upstream.requests.length, 2, 'what is not kept here is nobody’s to delete');
});

scenario('one that the provider has no more is deleted here', async (stage) => {
  const upstream = await stage.upstream();
  const sluice = await keeping(stage, upstream);
  upstream.next(unknownThere);
  assertForgotten(await forget(sluice));
  assert.equal((await read(sluice)).status, 404);
});

scenario('while the provider cannot be asked, nothing is deleted, and this is told', async (stage) => {
  const upstream = await stage.upstream();
  const sluice = await keeping(stage, upstream);
  upstream.next(fail(500), fail(500));
  assertError(await forget(sluice), 502, { code: 'upstream_error' });
  assert.equal((await read(sluice)).status, 200);
  upstream.next(goneThere);
  assertForgotten(await forget(sluice));
});

scenario('of several keys, the one that knows the response is found', async (stage) => {
  const upstream = await stage.upstream();
  const sluice = await keeping(stage, upstream, { more: { keys: ['k1', 'k2', 'k3'] } });
  const owner = upstream.requests[0].headers.authorization;
  upstream.always((seen) => (seen.headers.authorization === owner ? goneThere : unknownThere));
  assertForgotten(await forget(sluice));
  const asked = upstream.requests.slice(1).map(({ headers }) => headers.authorization);
  assert.equal(asked.at(-1), owner);
  assert.equal(new Set(asked).size, asked.length, 'each key is asked once');
});

scenario('who keeps nothing is not asked', async (stage) => {
  const upstream = await stage.upstream();
  const sluice = await keeping(stage, upstream, { answer: { ...whole, store: false } });
  assertForgotten(await forget(sluice));
  assert.equal(upstream.requests.length, 1);
});

scenario('of a provider that is off, nothing is deleted; of one that is gone, what is here', async (stage) => {
  const upstream = await stage.upstream();
  const auth = { admin_token: 'admin' };
  const sluice = await keeping(stage, upstream, { auth });
  const become = async (providers) => {
    await sluice.work.write({ auth, providers });
    const headers = { authorization: 'Bearer admin' };
    const got = await request(sluice, '/admin/reload', { method: 'POST', headers });
    assert.equal(got.status, 200, got.text);
  };
  await become({ b: speaker(upstream, { enabled: false }) });
  assertError(await forget(sluice), 503, { message: /'b'/ });
  await become({});
  assertForgotten(await forget(sluice));
  assert.equal(upstream.requests.length, 1);
});
