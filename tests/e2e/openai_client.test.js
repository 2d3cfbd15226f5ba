// The official client: what it asks for arrives, what it gets it understands.
import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { json, sse, until } from './support/answers.js';
import { startAimock } from './support/aimock.js';
import {
  chatAnswer,
  completion,
  delta,
  done,
  errorBody,
  fail,
  question,
  role,
  streamOf,
  usage,
  word,
} from './support/chat.js';
import { provider, virtual } from './support/config.js';
import { openAiOf } from './support/official.js';
import { scenario, together } from './support/scenario.js';
import { makeGate, within } from './support/time.js';

const { add, run } = together();

async function all(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

const textOf = (chunks) => chunks.map((chunk) => chunk.choices[0]?.delta?.content ?? '').join('');

add(
  'an answer arrives whole, with its usage and request id',
  async ({ upstream, sluice, model }) => {
    const client = openAiOf(sluice);
    upstream.always(chatAnswer('Hello there'));
    const { data, response } = await client.chat.completions.create(question(model)).withResponse();
    assert.equal(data.choices[0].message.content, 'Hello there');
    assert.deepEqual(data.usage, usage);
    assert.ok(data._request_id, 'the client finds x-request-id');
    assert.equal(response.headers.get('x-sluice-provider'), model.split('/')[0]);
    assert.equal(response.headers.get('x-request-id'), response.headers.get('x-sluice-request-id'));
  },
);

add('a stream arrives word by word', async ({ upstream, sluice, model }) => {
  const client = openAiOf(sluice);
  const gate = makeGate();
  const [first, hello, ...rest] = streamOf('Hello ', 'there');
  upstream.always(sse([first, hello, until(gate), ...rest]));
  const stream = await client.chat.completions.create(question(model, { stream: true }));
  const chunks = [];
  for await (const chunk of stream) {
    chunks.push(chunk);
    if (textOf(chunks) === 'Hello ') gate.open();
  }
  assert.equal(textOf(chunks), 'Hello there');
  assert.equal(chunks.at(-1).choices[0].finish_reason, 'stop');
});

add(
  'usage in a stream is asked of the upstream, and shown only if the client asked',
  async ({ upstream, sluice, model }) => {
    const client = openAiOf(sluice);
    upstream.always(chatAnswer('Hello there'));
    const quiet = await all(
      await client.chat.completions.create(question(model, { stream: true })),
    );
    assert.ok(quiet.every((chunk) => chunk.choices.length > 0 && !chunk.usage));
    const off = { stream: true, stream_options: { include_usage: false } };
    const refused = await all(await client.chat.completions.create(question(model, off)));
    assert.ok(refused.every((chunk) => !chunk.usage));
    const on = { stream: true, stream_options: { include_usage: true } };
    const asked = await all(await client.chat.completions.create(question(model, on)));
    assert.deepEqual(asked.at(-1).usage, usage);
    assert.deepEqual(asked.at(-1).choices, []);
    for (const seen of upstream.requests)
      assert.equal(seen.json.stream_options.include_usage, true);
  },
);

add('tools and their calls pass through', async ({ upstream, sluice, model }) => {
  const client = openAiOf(sluice);
  const call = (fields) => delta({ tool_calls: [{ index: 0, ...fields }] });
  upstream.always(
    sse([
      delta({ role: 'assistant', content: null }),
      call({ id: 'call_1', type: 'function', function: { name: 'weather', arguments: '' } }),
      call({ function: { arguments: '{"city":' } }),
      call({ function: { arguments: '"Oslo"}' } }),
      delta({}, { finish: 'tool_calls' }),
      done,
    ]),
  );
  const tools = [
    { type: 'function', function: { name: 'weather', parameters: { type: 'object' } } },
  ];
  const stream = client.chat.completions.stream(question(model, { tools }));
  const { choices } = await stream.finalChatCompletion();
  assert.equal(choices[0].finish_reason, 'tool_calls');
  assert.equal(choices[0].message.tool_calls[0].id, 'call_1');
  assert.equal(choices[0].message.tool_calls[0].function.arguments, '{"city":"Oslo"}');
  assert.deepEqual(upstream.requests[0].json.tools, tools);
});

const classes = [
  [fail(400, { code: 'bad', type: 'invalid_request_error' }), OpenAI.BadRequestError, 'bad'],
  [fail(404, { code: 'model_not_found' }), OpenAI.NotFoundError, 'model_not_found'],
  [fail(422, { code: 'no' }), OpenAI.UnprocessableEntityError, 'no'],
  [fail(500), OpenAI.InternalServerError, undefined],
  [fail(429, {}, { 'retry-after': '60' }), OpenAI.RateLimitError, 'rate_limit_exceeded'],
];

add(
  'errors become the classes that the client has for them',
  async ({ upstream, sluice, model }) => {
    const client = openAiOf(sluice);
    for (const [answer, type, code] of classes) {
      upstream.always(answer);
      const error = await client.chat.completions.create(question(model)).catch((thrown) => thrown);
      assert.ok(
        error instanceof type,
        `${type.name}, not ${error.constructor.name}: ${error.message}`,
      );
      if (code) assert.equal(error.code, code);
      assert.ok(error.requestID, 'it knows the request id');
    }
  },
);

add('the client does not try again what has been given up', async ({ upstream, sluice, model }) => {
  const client = openAiOf(sluice, { maxRetries: 2 });
  upstream.always(fail(500));
  await assert.rejects(client.chat.completions.create(question(model)), OpenAI.InternalServerError);
  assert.equal(upstream.requests.length, 2);
});

add('a stream that fails half-way throws', async ({ upstream, sluice, model }) => {
  const client = openAiOf(sluice);
  const gate = makeGate();
  upstream.always(sse([role, word('Hello '), until(gate), errorBody('it broke')]));
  const stream = await client.chat.completions.create(question(model, { stream: true }));
  const chunks = [];
  await assert.rejects(async () => {
    for await (const chunk of stream) {
      chunks.push(chunk);
      if (textOf(chunks) === 'Hello ') gate.open();
    }
  }, OpenAI.APIError);
  assert.equal(textOf(chunks), 'Hello ');
});

add('a client that aborts ends the upstream request too', async ({ upstream, sluice, model }) => {
  const client = openAiOf(sluice);
  upstream.always(sse([role, word('Hello '), until(makeGate())]));
  const stream = await client.chat.completions.create(question(model, { stream: true }));
  for await (const chunk of stream) if (chunk.choices[0].delta.content) break;
  await within(1_000, upstream.requests[0].gone, 'the upstream to be let go');
});

add(
  'an answer with fields the client does not know keeps them',
  async ({ upstream, sluice, model }) => {
    const client = openAiOf(sluice);
    upstream.always(json(completion('x', { service_tier: 'flex', x_more: { deep: [1, 2] } })));
    const got = await client.chat.completions.create(question(model));
    assert.deepEqual([got.service_tier, got.x_more], ['flex', { deep: [1, 2] }]);
  },
);

run('The official client:');

scenario('an upstream that knows no usage option is not asked for it', async (stage) => {
  const upstream = (await stage.upstream()).always(chatAnswer());
  const sluice = await stage.sluice({
    providers: { a: provider(upstream, { ask_for_usage: false }) },
  });
  await all(await openAiOf(sluice).chat.completions.create(question('a/m1', { stream: true })));
  assert.equal(upstream.requests[0].json.stream_options, undefined);
});

scenario('models are listed and looked up', async (stage) => {
  const a = await stage.upstream();
  const sluice = await stage.sluice({
    providers: { a: provider(a) },
    virtual_models: { best: virtual('a/m1', 'demo/echo') },
  });
  const client = openAiOf(sluice);
  const listed = [];
  for await (const model of client.models.list()) listed.push(model.id);
  assert.ok(listed.includes('best'));
  assert.ok(listed.includes('a/m1'));
  assert.equal((await client.models.retrieve('best')).id, 'best');
  assert.equal((await client.models.retrieve('a/m1')).id, 'a/m1');
  await assert.rejects(client.models.retrieve('nobody'), OpenAI.NotFoundError);
});

scenario('an emulated upstream answers, streams, calls tools and refuses', async (stage) => {
  const { mock, baseUrl } = await startAimock(stage);
  mock.onMessage('hello', { content: 'Hi from far away' });
  mock.onMessage('weather', { toolCalls: [{ name: 'weather', arguments: '{"city":"Oslo"}' }] });
  const sluice = await stage.sluice({ providers: { far: provider(baseUrl) } });
  const client = openAiOf(sluice);
  const ask = (content, more = {}) => ({
    model: 'far/gpt-4o',
    messages: [{ role: 'user', content }],
    ...more,
  });
  const whole = await client.chat.completions.create(ask('hello'));
  assert.equal(whole.choices[0].message.content, 'Hi from far away');
  const chunks = await all(await client.chat.completions.create(ask('hello', { stream: true })));
  assert.equal(textOf(chunks), 'Hi from far away');
  assert.ok(chunks.every((chunk) => !chunk.usage));
  const called = await client.chat.completions.stream(ask('weather')).finalChatCompletion();
  assert.equal(called.choices[0].message.tool_calls[0].function.arguments, '{"city":"Oslo"}');
  mock.nextRequestError(422, { message: 'no', type: 'invalid_request_error', code: 'bad' });
  await assert.rejects(
    client.chat.completions.create(ask('hello')),
    OpenAI.UnprocessableEntityError,
  );
});
