// What a model's name stands for: a virtual model, a pattern, or provider/model.
import assert from 'node:assert/strict';
import { chatAnswer, question } from './support/chat.js';
import { chat, request } from './support/client.js';
import { provider, virtual } from './support/config.js';
import { assertError, assertGivenBy } from './support/expect.js';
import { scenario, table } from './support/scenario.js';

async function prepare(stage) {
  const upstream = (await stage.upstream()).always(chatAnswer('here'));
  const off = { component: 'openai', base_url: upstream.baseUrl, keys: ['${NOT_SET_KEY}'] };
  const sluice = await stage.sluice({
    providers: { a: provider(upstream), b: provider(upstream, { keys: ['sk-b'] }), off },
    routes: [
      { match: 'claude-*', provider: 'b' },
      { match: '*-mini', provider: 'a' },
      { match: 'claude-*', provider: 'a' },
      { match: 'grok-*', provider: 'off' },
      { match: 'grok-*', provider: 'b', model: 'x-ai/*' },
      { match: 'sonnet', provider: 'b', model: 'claude-sonnet-4-5' },
      { match: 'lost-*', provider: 'off' },
    ],
    models: { 'a/known': { context: 1000 } },
    virtual_models: {
      best: virtual('a/m1', 'b/m2'),
      'claude-own': virtual('a/m3'),
      rest: virtual('off/m1', 'b/m2'),
      none: virtual('off/m1', 'off/m2'),
    },
  });
  return { sluice, upstream };
}

const found = [
  ['a virtual model is its first target', 'best', 'a', 'm1'],
  ['a virtual model comes before a pattern', 'claude-own', 'a', 'm3'],
  ['a virtual model passes over providers that are off', 'rest', 'b', 'm2'],
  ['the first pattern that matches wins', 'claude-4', 'b', 'claude-4'],
  ['a pattern may begin with a star', 'tiny-mini', 'a', 'tiny-mini'],
  ['a pattern passes over providers that are off', 'grok-4', 'b', 'x-ai/grok-4'],
  ['a pattern may say what the provider calls it', 'sonnet', 'b', 'claude-sonnet-4-5'],
  ['provider/model is that model there', 'b/anything', 'b', 'anything'],
  ['only the first slash parts them', 'a/org/model:free', 'a', 'org/model:free'],
].map(([name, model, giver, upstreamModel]) => ({ name, model, giver, upstreamModel }));

table(
  'A model is found:',
  found,
  prepare,
  async ({ sluice, upstream }, item) => {
    const got = await chat(sluice, question(item.model));
    assert.equal(got.status, 200, got.text);
    assertGivenBy(got, { provider: item.giver, model: item.upstreamModel, attempts: 1 });
    assert.ok(upstream.requests.some((seen) => seen.json.model === item.upstreamModel));
  },
  { concurrency: 1 },
);

const missing = [
  ['an unknown name tells the nearest right one', 'bets', /best/],
  ['an unknown provider is not found', 'nobody/m1', /nobody/],
  ['a misspelt provider tells the nearest right one', 'deno/some-model', /'demo\/some-model'\?/],
  ['a provider that is off says which variable turns it on', 'off/m1', /NOT_SET_KEY/],
  ['a pattern whose provider is off says which variable turns it on', 'lost-1', /NOT_SET_KEY/],
  ['a virtual model whose providers are all off says why', 'none', /NOT_SET_KEY/],
  ['a name with a line break is not found', 'a\nb', /model/],
].map(([name, model, message]) => ({ name, model, message }));

table(
  'A model is not found:',
  missing,
  prepare,
  async ({ sluice, upstream }, { model, message }) => {
    for (const stream of [true, false]) {
      const got = await chat(sluice, question(model, { stream }));
      assertError(got, 404, { type: 'invalid_request_error', code: 'model_not_found', message });
      assert.equal(got.json.error.param, 'model');
    }
    assert.equal(upstream.requests.length, 0);
  },
);

scenario('the list holds what can be asked for, and nothing that is off', async (stage) => {
  const { sluice } = await prepare(stage);
  const got = await request(sluice, '/v1/models');
  assert.equal(got.status, 200);
  assert.equal(got.json.object, 'list');
  for (const model of got.json.data) {
    assert.equal(model.object, 'model');
    for (const [key, type] of [
      ['id', 'string'],
      ['created', 'number'],
      ['owned_by', 'string'],
    ]) {
      assert.equal(typeof model[key], type, `${key} of ${JSON.stringify(model)}`);
    }
  }
  const names = got.json.data.map((model) => model.id);
  for (const name of ['best', 'rest', 'a/known', 'a/m1', 'b/m2'])
    assert.ok(names.includes(name), name);
  for (const name of ['none', 'off/m1']) assert.ok(!names.includes(name), name);
  assert.equal(new Set(names).size, names.length, 'each name once');
});

scenario('one model is looked up by its name, with a slash in it', async (stage) => {
  const { sluice } = await prepare(stage);
  for (const path of ['a/known', 'a%2Fknown', 'best']) {
    const got = await request(sluice, `/v1/models/${path}`);
    assert.equal(got.status, 200, got.text);
    assert.equal(got.json.id, decodeURIComponent(path));
  }
  assertError(await request(sluice, '/v1/models/bets'), 404, { code: 'model_not_found' });
});
