// POST /v1/embeddings with OpenAI's official client, which asks for base64 unless told otherwise,
// at upstreams of this dialect, of others, and where there are none. What the client gets is
// checked against our schema of the dialect too.
import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { json } from './support/answers.js';
import { errorBody, fail } from './support/chat.js';
import { request } from './support/client.js';
import { keysOnly, virtual } from './support/config.js';
import { assertError, assertGivenBy } from './support/expect.js';
import { openAiOf } from './support/official.js';
import { scenario, table } from './support/scenario.js';
import { checker } from './support/schema.js';

const check = checker('openai_embeddings.json');
const plugins = {
  enable: ['openai', 'azure', 'gemini', 'cohere', 'ollama', 'anthropic', 'demo', 'priority'],
};

const embed = (sluice, body, options = {}) =>
  request(sluice, '/v1/embeddings', { method: 'POST', body, ...options });

// Exact as float32, so that they survive the way there and back.
const vectors = [
  [0.5, -0.25, 1],
  [-1.5, 0, 2 ** -20],
];
const inBase64 = (vector) => Buffer.from(new Float32Array(vector).buffer).toString('base64');
const usage = { prompt_tokens: 5, total_tokens: 5 };

/** An answer in OpenAI's form, in the format that was asked for unless `only` one is known. */
const openAiAnswer =
  (only) =>
  ({ json: asked }) => {
    const format = only ?? asked.encoding_format ?? 'float';
    const several = Array.isArray(asked.input) && typeof asked.input[0] !== 'number';
    const count = several ? asked.input.length : 1;
    const data = vectors.slice(0, count).map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: format === 'base64' ? inBase64(vector) : vector,
    }));
    return json({ object: 'list', data, model: 'up-1', usage });
  };

// By kind: what stands in the configuration, and what the upstream answers `count` inputs with.
const kinds = {
  gemini: {
    path: /^\/v1\/v1beta\/models\/m1:batchEmbedContents$/,
    answer: (count) => ({ embeddings: vectors.slice(0, count).map((values) => ({ values })) }),
    inputs: (body) => body.requests.map((one) => one.content.parts[0].text),
  },
  cohere: {
    path: /^\/v1\/v2\/embed$/,
    answer: (count) => ({
      embeddings: { float: vectors.slice(0, count) },
      meta: { billed_units: { input_tokens: 5 } },
    }),
    inputs: (body) => body.texts,
  },
  ollama: {
    path: /^\/v1\/api\/embed$/,
    answer: (count) => ({ embeddings: vectors.slice(0, count), prompt_eval_count: 5 }),
    inputs: (body) => body.input,
  },
};
const components = ['openai', 'openai-responses', 'azure', 'azure-responses'];

const cases = [];
const add = (kind, name, body) => cases.push({ kind, name: `${kind}: ${name}`, body });
const own = (name, body) => components.forEach((kind) => add(kind, name, body));
const others = (name, body) =>
  Object.keys(kinds).forEach((kind) => add(kind, name, (got) => body({ ...got, ...kinds[kind] })));

own('the body goes out as it came but for the model', async ({ upstream, sluice, model, name }) => {
  upstream.always(openAiAnswer());
  const sent = `{ "input" : ["a", "b"],"x":1.0, "model":"${model}","user":"u", "dimensions":3}`;
  const got = await embed(sluice, sent);
  assert.equal(got.status, 200, got.text);
  const { data } = got.json;
  assert.deepEqual(
    data.map((one) => one.embedding),
    vectors,
  );
  assert.deepEqual([got.json.model, got.json.usage], ['up-1', usage]);
  assertGivenBy(got, { provider: name, model: 'm1', attempts: 1 });
  assert.equal(upstream.requests[0].body.toString(), sent.replace(model, 'm1'));
  assert.match(upstream.requests[0].path, /\/embeddings(\?|$)/);
  await sluice.logLine(`"provider":"${name}"`, '"status":200', '"input_tokens":5');
});

own('the official client decodes what it asked for', async ({ upstream, sluice, model }) => {
  upstream.always(openAiAnswer());
  const got = await openAiOf(sluice).embeddings.create({ model, input: ['a', 'b'] });
  assert.equal(upstream.requests[0].json.encoding_format, 'base64');
  assert.deepEqual(
    got.data.map((one) => one.embedding),
    vectors,
  );
});

add('openai', 'tokens and several times tokens go on', async ({ upstream, sluice, model }) => {
  upstream.always(openAiAnswer());
  for (const input of [
    [1, 2, 3],
    [[1, 2], [3]],
  ]) {
    const got = await embed(sluice, { model, input });
    assert.equal(got.status, 200, got.text);
    assert.deepEqual(upstream.requests.at(-1).json.input, input);
  }
});

add('openai', 'an answer is passed on to the byte', async ({ upstream, sluice, model }) => {
  const odd = '{"data":[ {"embedding" :[1e-05,0.10]}],"x":12345678901234567890123}\n';
  upstream.always(json(odd));
  const got = await embed(sluice, { model, input: 'a' });
  assert.equal(got.text, odd);
});

add(
  'openai',
  'numbers of an upstream that does not know base64 are written in it',
  async ({ upstream, sluice, model }) => {
    upstream.always(openAiAnswer('float'));
    const got = await openAiOf(sluice).embeddings.create({ model, input: ['a', 'b'] });
    assert.deepEqual(
      got.data.map((one) => one.embedding),
      vectors,
    );
    const raw = await embed(sluice, { model, input: 'a', encoding_format: 'base64' });
    check('answer', raw.json);
    assert.equal(raw.json.data[0].embedding, inBase64(vectors[0]));
    assert.deepEqual([raw.json.model, raw.json.usage], ['up-1', usage]);
  },
);

add('openai', 'an error reaches the client as it came', async ({ upstream, sluice, model }) => {
  const said = { message: 'too long', type: 'invalid_request_error', param: 'input', code: 'long' };
  upstream.always(fail(400, said));
  const got = await embed(sluice, { model, input: 'a' });
  assertError(got, 400, said);
  const thrown = await openAiOf(sluice)
    .embeddings.create({ model, input: 'a' })
    .catch((error) => error);
  assert.ok(thrown instanceof OpenAI.BadRequestError);
});

add('openai', 'what fails is tried again', async ({ upstream, sluice, model }) => {
  upstream.next(fail(500), json(errorBody('broken')), openAiAnswer());
  const first = await embed(sluice, { model, input: 'a' });
  assert.equal(first.status, 502, 'an error in a 200 is no answer');
  const got = await embed(sluice, { model, input: 'a' });
  assert.equal(got.status, 200, got.text);
});

others('texts go there, vectors come back', async ({ upstream, sluice, model, name, ...kind }) => {
  upstream.always(({ json: asked }) => json(kind.answer(kind.inputs(asked).length)));
  for (const [input, sent] of [
    ['a', ['a']],
    [
      ['a', '"b"\n'],
      ['a', '"b"\n'],
    ],
  ]) {
    const got = await embed(sluice, { model, input, encoding_format: 'float' });
    assert.equal(got.status, 200, got.text);
    check('answer', got.json);
    assertGivenBy(got, { provider: name, model: 'm1', attempts: 1 });
    assert.equal(got.json.model, 'm1');
    assert.deepEqual(
      got.json.data.map((one) => one.embedding),
      vectors.slice(0, sent.length),
    );
    assert.deepEqual(
      got.json.data.map((one) => one.index),
      [...sent.keys()],
    );
    const last = upstream.requests.at(-1);
    assert.match(last.path, kind.path);
    assert.deepEqual(kind.inputs(last.json), sent);
  }
});

others('base64 is written here', async ({ upstream, sluice, model, ...kind }) => {
  upstream.always(json(kind.answer(2)));
  const client = openAiOf(sluice);
  const got = await client.embeddings.create({ model, input: ['a', 'b'] });
  assert.deepEqual(
    got.data.map((one) => one.embedding),
    vectors,
  );
  const raw = await embed(sluice, { model, input: ['a', 'b'], encoding_format: 'base64' });
  check('answer', raw.json);
  assert.equal(raw.json.data[1].embedding, inBase64(vectors[1]));
});

others('tokens are refused by name', async ({ upstream, sluice, model }) => {
  const got = await embed(sluice, { model, input: [1, 2] });
  check('error', got.json);
  assertError(got, 400, { param: 'input', code: 'unsupported_parameter' });
  assert.equal(upstream.requests.length, 0);
});

others('what cannot be said is told', async ({ upstream, sluice, model, ...kind }) => {
  upstream.always(json(kind.answer(1)));
  const got = await embed(sluice, { model, input: 'a', user: 'u', x_more: 1, dimensions: 3 });
  assert.equal(got.headers['x-sluice-dropped'], 'user, x_more');
  assert.match(upstream.requests[0].body.toString(), /"(d|outputD|output_d)imension[a-z]*":3\b/);
});

others('an answer with too few vectors is none', async ({ upstream, sluice, model, ...kind }) => {
  upstream.always(json(kind.answer(1)));
  const got = await embed(sluice, { model, input: ['a', 'b'] });
  assertError(got, 502, { code: 'upstream_broken_answer' });
});

others('a refusal is told in OpenAI’s form', async ({ upstream, sluice, model }) => {
  upstream.always(
    json({ message: 'no', error: { message: 'no', code: 400, status: 'X' } }, { status: 400 }),
  );
  const got = await embed(sluice, { model, input: 'a' });
  check('error', got.json);
  assertError(got, 400, { type: 'invalid_request_error' });
});

add('gemini', 'a text to find others by is said to be one', async ({ upstream, sluice, model }) => {
  upstream.always(json(kinds.gemini.answer(1)));
  const got = await embed(sluice, { model, input: 'a', input_type: 'query' });
  assert.equal(got.headers['x-sluice-dropped'], undefined);
  assert.equal(upstream.requests[0].json.requests[0].taskType, 'RETRIEVAL_QUERY');
});

add('gemini', 'tokens that nobody counted are estimated', async ({ upstream, sluice, model }) => {
  upstream.always(json(kinds.gemini.answer(1)));
  const got = await embed(sluice, { model, input: 'a'.repeat(400) });
  assert.ok(got.json.usage.prompt_tokens >= 100 && got.json.usage.prompt_tokens < 150, got.text);
  await sluice.logLine('"estimated":"true"');
});

add('anthropic', 'a provider without embeddings says so', async (given) => {
  const { upstream, sluice, model, name } = given;
  const got = await embed(sluice, { model, input: 'a' });
  check('error', got.json);
  assertError(got, 501, {
    message: `provider '${name}' does not serve embeddings`,
    code: 'unsupported_operation',
  });
  assert.equal(got.headers['x-should-retry'], 'false');
  assert.equal(upstream.requests.length, 0);
});

table(
  'embeddings with the official client',
  cases,
  async (stage) => {
    const providers = {};
    for (const [number, item] of cases.entries()) {
      item.upstream = await stage.upstream();
      item.provider = `a${number}`;
      const { baseUrl } = item.upstream;
      const azure = item.kind.startsWith('azure');
      providers[item.provider] = {
        component: item.kind,
        base_url: azure ? baseUrl.replace('/v1', '') : baseUrl,
        keys: ['sk-upstream'],
      };
    }
    return stage.sluice({ plugins, providers });
  },
  (sluice, { body, upstream, provider: name }) =>
    body({ sluice, upstream, model: `${name}/m1`, name }),
);

scenario('a virtual model goes on to a provider that embeds', async (stage) => {
  const [chats, embeds] = [await stage.upstream(), await stage.upstream()];
  embeds.always(openAiAnswer());
  const keys = ['sk-upstream'];
  const sluice = await stage.sluice({
    plugins,
    providers: {
      chats: { component: 'anthropic', base_url: chats.baseUrl, keys },
      embeds: { component: 'openai', base_url: embeds.baseUrl, keys },
    },
    virtual_models: { vectors: virtual('chats/m1', 'embeds/m2') },
  });
  const got = await embed(sluice, { model: 'vectors', input: 'a' });
  assert.equal(got.status, 200, got.text);
  assertGivenBy(got, { provider: 'embeds', model: 'm2' });
  assert.equal(embeds.requests[0].json.model, 'm2');
});

scenario('what is wrong with a request is said', async (stage) => {
  const sluice = await stage.sluice({});
  for (const [body, param] of [
    [{ model: 'm' }, 'input'],
    [{ input: 'a' }, 'model'],
    [{ model: 'm', input: [] }, 'input'],
    [{ model: 'm', input: ['a', 1] }, 'input'],
    [{ model: 'm', input: 'a', encoding_format: 'int8' }, 'encoding_format'],
    [{ model: 'm', input: 'a', dimensions: 0 }, 'dimensions'],
  ]) {
    const got = await embed(sluice, body);
    check('error', got.json);
    assertError(got, 400, { type: 'invalid_request_error', param });
  }
  assertError(await embed(sluice, { model: 'nobody/x', input: 'a' }), 404);
  assertError(await embed(sluice, '{'), 400, { code: 'invalid_json' });
});

scenario('a client needs its key', async (stage) => {
  const sluice = await stage.sluice({ auth: keysOnly('sk-client') });
  assertError(await embed(sluice, { model: 'demo/echo', input: 'a' }), 401);
});
