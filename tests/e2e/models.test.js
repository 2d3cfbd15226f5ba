// GET /v1/models and /v1/model/info: one list for OpenAI's clients, Codex and Open WebUI, Anthropic's
// form for its clients, LiteLLM's for those that ask so.
import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { request } from './support/client.js';
import { keysOnly, provider, virtual } from './support/config.js';
import { assertError } from './support/expect.js';
import { assertError as assertAnthropicError } from './support/messages.js';
import { checked } from './support/models.js';
import { scenario, table } from './support/scenario.js';
import { slow } from './support/time.js';

const key = 'pk-client';
const bearer = { authorization: `Bearer ${key}` };
const large = {
  input: 3,
  output: 15,
  cache_read: 0.3,
  cache_write: 3.75,
  context: 200000,
  max_output: 64000,
  tools: true,
  vision: true,
  reasoning: true,
};
const small = { input: 0.59, output: 0.79, context: 131072, max_output: 32768, tools: true, vision: false };

async function prepare(stage) {
  const upstream = await stage.upstream();
  const off = { component: 'openai', base_url: upstream.baseUrl, keys: ['${NOT_SET_KEY}'] };
  return stage.sluice({
    auth: keysOnly(key),
    providers: { a: provider(upstream), b: provider(upstream), off },
    routes: [{ match: 'claude-*', provider: 'a' }],
    models: { 'a/large': large, 'b/small': small, 'off/large': large },
    virtual_models: {
      both: { ...virtual('a/large', 'b/small', 'off/large'), description: 'Either of two' },
      partly: virtual('a/large', 'b/unknown'),
      none: virtual('off/large'),
    },
  });
}

const get = (sluice, path, headers = bearer) => request(sluice, path, { headers });
const named = (list, id) => list.find((one) => [one.id, one.slug, one.model_name].includes(id));
const listed = ['both', 'partly', 'a/large', 'b/small', 'b/unknown'];

scenario('one list is read by all clients of OpenAI’s API', async (stage) => {
  const sluice = await prepare(stage);
  const got = await get(sluice, '/v1/models');
  assert.equal(got.status, 200);
  assert.match(got.headers['content-type'], /^application\/json/);
  const { data, models } = checked('list', got.json);
  assert.deepEqual(data.map((model) => model.id), listed);
  assert.deepEqual(models.map((card) => card.slug), listed);
  const one = named(data, 'a/large');
  assert.deepEqual(
    [one.context_length, one.max_input_tokens, one.max_output_tokens],
    [200000, 200000, 64000],
  );
  assert.deepEqual(one.pricing, {
    prompt: '0.000003',
    completion: '0.000015',
    input_cache_read: '0.0000003',
    input_cache_write: '0.00000375',
  });
  assert.deepEqual(one.capabilities, { tools: true, vision: true, reasoning: true });
  for (const name of ['max_tokens', 'tools', 'tool_choice', 'reasoning'])
    assert.ok(one.supported_parameters.includes(name), name);
  assert.ok(!named(data, 'b/small').supported_parameters.includes('reasoning'));
  assert.deepEqual(named(data, 'b/unknown').capabilities, {});
  assert.equal(named(data, 'b/unknown').pricing, undefined);
});

scenario('prices are exact to the last digit', async (stage) => {
  const sluice = await prepare(stage);
  const { data } = (await get(sluice, '/v1/models')).json;
  // 0.59 / 1e6 and 0.79 / 1e6 are others in binary.
  assert.deepEqual(named(data, 'b/small').pricing, {
    prompt: '0.00000059',
    completion: '0.00000079',
  });
  const info = await get(sluice, '/v1/model/info');
  assert.match(info.text, /"input_cost_per_token":0\.00000059,"output_cost_per_token":0\.00000079,/);
});

scenario('a virtual model is what holds for each of its targets that is on', async (stage) => {
  const sluice = await prepare(stage);
  const { data, models } = (await get(sluice, '/v1/models')).json;
  const both = named(data, 'both');
  assert.deepEqual([both.context_length, both.max_output_tokens], [131072, 32768]);
  assert.deepEqual(both.capabilities, { tools: true, vision: false });
  assert.deepEqual(both.pricing, { prompt: '0.000003', completion: '0.000015' });
  assert.deepEqual(both.targets, ['a/large', 'b/small']);
  assert.equal(both.description, 'Either of two');
  const partly = named(data, 'partly');
  assert.deepEqual([partly.context_length, partly.pricing], [undefined, undefined]);
  assert.deepEqual(partly.capabilities, {});
  assert.equal(named(models, 'both').context_window, 131072);
});

scenario('Codex finds a card of each model that it can decode', async (stage) => {
  const sluice = await prepare(stage);
  const got = await get(sluice, '/v1/models?client_version=0.162.0');
  const { models } = checked('list', got.json);
  const one = named(models, 'a/large');
  assert.deepEqual([one.context_window, one.max_context_window], [200000, 200000]);
  assert.deepEqual(one.input_modalities, ['text', 'image']);
  assert.deepEqual(
    one.supported_reasoning_levels.map((level) => level.effort),
    ['low', 'medium', 'high'],
  );
  assert.equal(one.default_reasoning_level, 'medium');
  assert.deepEqual(named(models, 'b/small').input_modalities, ['text']);
  assert.deepEqual(named(models, 'b/small').supported_reasoning_levels, []);
  assert.equal(named(models, 'b/unknown').context_window, null);
  assert.equal(named(models, 'both').description, 'Either of two');
  const places = models.map((card) => card.priority);
  assert.deepEqual(places, [...places].sort((x, y) => x - y), 'in the order of the list');
});

scenario('LiteLLM’s clients learn sizes, abilities and costs', async (stage) => {
  const sluice = await prepare(stage);
  for (const path of ['/v1/model/info', '/model/info', '//model//info/']) {
    const got = await get(sluice, path);
    assert.equal(got.status, 200, path);
    const { data } = checked('info', got.json);
    assert.deepEqual(data.map((entry) => entry.model_name), listed);
    const { model_info: one, litellm_params: params } = named(data, 'a/large');
    assert.equal(params.model, 'a/large');
    assert.deepEqual([one.max_tokens, one.max_input_tokens, one.max_output_tokens], [64000, 200000, 64000]);
    assert.deepEqual(
      [one.supports_vision, one.supports_function_calling, one.supports_prompt_caching],
      [true, true, true],
    );
    assert.deepEqual([one.input_cost_per_token, one.output_cost_per_token], [3e-6, 15e-6]);
    assert.deepEqual(
      [one.cache_creation_input_token_cost, one.cache_read_input_token_cost],
      [3.75e-6, 3e-7],
    );
    assert.equal(named(data, 'both').litellm_params.model, 'a/large');
    const unknown = named(data, 'b/unknown').model_info;
    assert.deepEqual([unknown.max_input_tokens, unknown.input_cost_per_token], [null, null]);
  }
});

scenario('the official clients list and look up models', async (stage) => {
  const sluice = await prepare(stage);
  const options = { apiKey: key, maxRetries: 0, timeout: slow(20_000) };
  for (const baseURL of [sluice.url, `${sluice.url}/v1`, `${sluice.url}/v1/`, `${sluice.url}//v1`]) {
    const openai = new OpenAI({ ...options, baseURL });
    const ids = [];
    for await (const model of openai.models.list()) ids.push(model.id);
    assert.deepEqual(ids, listed, baseURL);
  }
  const openai = new OpenAI({ ...options, baseURL: `${sluice.url}/v1` });
  assert.equal((await openai.models.retrieve('a/large')).owned_by, 'a');
  await assert.rejects(openai.models.retrieve('nobody'), OpenAI.NotFoundError);

  for (const credentials of [{ apiKey: key }, { apiKey: null, authToken: key }]) {
    const anthropic = new Anthropic({ ...options, ...credentials, baseURL: sluice.url });
    for (const limit of [1, 2, 5, 1000]) {
      const ids = [];
      for await (const model of anthropic.models.list({ limit })) {
        checked('anthropicModel', model);
        ids.push(model.id);
      }
      assert.deepEqual(ids, listed, `pages of ${limit}`);
    }
    const one = checked('anthropicModel', await anthropic.models.retrieve('both'));
    assert.deepEqual([one.id, one.max_input_tokens, one.max_tokens], ['both', 131072, 32768]);
    assert.equal((await anthropic.models.retrieve('a/large')).id, 'a/large');
    const failure = await anthropic.models.retrieve('bots').catch((error) => error);
    assert.ok(failure instanceof Anthropic.NotFoundError, String(failure));
    assert.match(failure.message, /both/);
    assert.ok(failure.requestID);
  }
  const stranger = new Anthropic({ ...options, apiKey: 'wrong', baseURL: sluice.url });
  await assert.rejects(stranger.models.list(), Anthropic.AuthenticationError);
});

const ids = (got) => checked('anthropicPage', got.json).data.map((model) => model.id);
const pages = [
  ['a whole page', '', listed, false],
  ['its beginning', 'limit=2', ['both', 'partly'], true],
  ['after a model', 'limit=2&after_id=partly', ['a/large', 'b/small'], true],
  ['after a model with a slash', 'after_id=a%2Flarge', ['b/small', 'b/unknown'], false],
  ['after the last', 'after_id=b%2Funknown', [], false],
  ['before a model', 'limit=2&before_id=b%2Fsmall', ['partly', 'a/large'], true],
  ['before the second', 'limit=2&before_id=partly', ['both'], false],
].map(([name, query, expected, more]) => ({ name, query, expected, more }));

table('A page of Anthropic’s form:', pages, prepare, async (sluice, { query, expected, more }) => {
  const got = await get(sluice, `/v1/models?${query}`, { 'x-api-key': key });
  assert.equal(got.status, 200, got.text);
  assert.deepEqual(ids(got), expected);
  assert.equal(got.json.has_more, more);
  assert.equal(got.json.first_id, expected[0] ?? null);
  assert.equal(got.json.last_id, expected.at(-1) ?? null);
});

const noPages = ['limit=0', 'limit=1001', 'limit=x', 'after_id=nobody', 'before_id=nobody', 'after_id=both&before_id=both'];

table(
  'No page of Anthropic’s form:',
  noPages.map((name) => ({ name })),
  prepare,
  async (sluice, { name }) => {
    const got = await get(sluice, `/v1/models?${name}`, { 'x-api-key': key });
    assert.equal(got.status, 400, got.text);
    assertAnthropicError(got.json);
    assert.equal(got.json.error.type, 'invalid_request_error');
    assert.equal(got.headers['request-id'], got.json.request_id);
  },
);

// Which form a client gets, also of an error.
const forms = [
  ['a bearer', bearer, false],
  ['api-key', { 'api-key': key }, false],
  ['x-goog-api-key', { 'x-goog-api-key': key }, false],
  ['x-api-key', { 'x-api-key': key }, true],
  ['a bearer and a version', { ...bearer, 'anthropic-version': '2023-06-01' }, true],
  ['a bearer before x-api-key', { ...bearer, 'x-api-key': 'other' }, false],
  ['an empty bearer before x-api-key', { authorization: 'Bearer ', 'x-api-key': key }, true],
].map(([name, headers, anthropic]) => ({ name, headers, anthropic }));

table('The form goes by', forms, prepare, async (sluice, { headers, anthropic }) => {
  for (const path of ['/v1/models', '/models', '//v1//models/', '/v1/models/']) {
    const got = await get(sluice, path, headers);
    assert.equal(got.status, 200, got.text);
    checked(anthropic ? 'anthropicPage' : 'list', got.json);
  }
  for (const id of ['both', 'a/large', 'claude-new']) {
    const got = await get(sluice, `/models/${id}/`, headers);
    checked(anthropic ? 'anthropicModel' : 'model', got.json);
    assert.equal(got.json.id, id);
  }
  const wrong = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value.replaceAll(key, 'wrong')]),
  );
  for (const [path, given, status] of [
    ['/v1/models/nobody', headers, 404],
    ['/v1/models', wrong, 401],
    ['/v1/models/both', wrong, 401],
  ]) {
    const got = await get(sluice, path, given);
    if (!anthropic) assertError(got, status);
    else assertAnthropicError(got.json);
    assert.equal(got.status, status, got.text);
  }
});

scenario('the base of a path that is wrong gets JSON too', async (stage) => {
  const sluice = await prepare(stage);
  for (const path of ['/', '/v1', '/v1/', '/v1/model', '/v1/modelss', '/v2/models', '/%2e/models']) {
    assertError(await get(sluice, path), 404);
  }
});
