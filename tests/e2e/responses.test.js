// The Responses API, asked by the official client, of providers of every kind.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import OpenAI from 'openai';
import { close, json, sse } from './support/answers.js';
import { chatAnswer, delta, done, fail, role, streamOf, usageChunk, word } from './support/chat.js';
import { keysOnly, plugins, provider, virtual } from './support/config.js';
import { openAiOf } from './support/official.js';
import {
  anthropicEvents,
  assertEvents,
  assertResponse,
  eventsOf,
  upstreamResponse,
} from './support/responses.js';
import { scenario } from './support/scenario.js';
import { Sluice } from './support/sluice.js';

const speaker = (upstream, more = {}) =>
  provider(upstream, { component: 'openai-responses', ...more });

async function all(stream) {
  const events = [];
  for await (const event of stream) events.push(event);
  return events;
}

/** Asks twice, once streamed: both answers, checked; ids and times aside they say the same. */
async function both(client, request) {
  const answer = assertResponse(await client.responses.create(request));
  const events = await all(await client.responses.create({ ...request, stream: true }));
  const streamed = assertEvents(events);
  return { answer: assertResponse(answer), streamed, events };
}

const weather = {
  type: 'function',
  name: 'weather',
  description: 'Tells the weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
  strict: false,
};

// --- chat upstreams ---

const called = (calls) => [
  role,
  ...calls.flatMap(([id, name, args], index) => [
    delta({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] }),
    ...args.map((piece) => delta({ tool_calls: [{ index, function: { arguments: piece } }] })),
  ]),
  delta({}, { finish: 'tool_calls' }),
  usageChunk,
  done,
];

scenario('a client of the Responses API is answered by a chat provider', async (stage) => {
  const upstream = (await stage.upstream()).always(chatAnswer('Hello there'));
  const sluice = await stage.sluice({ providers: { a: provider(upstream) } });
  const { answer, streamed } = await both(openAiOf(sluice), {
    model: 'a/m1',
    instructions: 'Be brief',
    input: [{ role: 'user', content: [{ type: 'input_text', text: 'Say hello' }] }],
    max_output_tokens: 50,
    text: { format: { type: 'json_schema', name: 'n', schema: { type: 'object' }, strict: true } },
    reasoning: { effort: 'low' },
    metadata: { a: 'b' },
  });
  assert.equal(answer.output_text, 'Hello there');
  assert.equal(streamed.output[0].content[0].text, 'Hello there');
  assert.deepEqual([answer.usage.input_tokens, answer.usage.output_tokens], [7, 2]);
  assert.deepEqual(streamed.usage, answer.usage);
  const [first, second] = upstream.requests.map((request) => request.json);
  assert.deepEqual(first, {
    model: 'm1',
    messages: [
      { role: 'system', content: 'Be brief' },
      { role: 'user', content: 'Say hello' },
    ],
    response_format: {
      type: 'json_schema',
      json_schema: { name: 'n', schema: { type: 'object' }, strict: true },
    },
    reasoning_effort: 'low',
    max_tokens: 50,
  });
  assert.deepEqual(second, { ...first, stream: true, stream_options: { include_usage: true } });
});

scenario('an agent calls two tools, then answers', async (stage) => {
  const upstream = await stage.upstream();
  upstream.next(
    sse(called([['call_1', 'weather', ['{"city":', '"Oslo"}']]])),
    sse(called([['call_2', 'weather', []]])),
    sse(streamOf('It ', 'rains')),
  );
  const sluice = await stage.sluice({ providers: { a: provider(upstream) } });
  const client = openAiOf(sluice);
  // As agents do it: nothing is stored, and everything is sent each time.
  const input = [
    { role: 'developer', content: [{ type: 'input_text', text: 'You are an agent' }] },
    { role: 'user', content: [{ type: 'input_text', text: 'Weather?' }] },
  ];
  const request = {
    model: 'a/m1',
    instructions: 'Help',
    tools: [weather],
    tool_choice: 'auto',
    parallel_tool_calls: false,
    store: false,
    stream: true,
    include: ['reasoning.encrypted_content'],
    prompt_cache_key: 'k',
    reasoning: { effort: 'medium', summary: 'auto' },
  };
  const seen = [];
  for (let turn = 0; turn < 3; ++turn) {
    const answer = assertEvents(await all(await client.responses.create({ ...request, input })));
    assert.equal(answer.store, false);
    for (const item of answer.output) {
      seen.push(item.arguments ?? item.content[0].text);
      input.push(item);
      if (item.type !== 'function_call') continue;
      input.push({ type: 'function_call_output', call_id: item.call_id, output: `out ${turn}` });
    }
  }
  assert.deepEqual(seen, ['{"city":"Oslo"}', '{}', 'It rains']);
  const sent = upstream.requests[2].json;
  assert.deepEqual(
    sent.messages.map((message) => message.role),
    ['system', 'system', 'user', 'assistant', 'tool', 'assistant', 'tool'],
  );
  assert.equal(sent.messages[3].tool_calls[0].function.arguments, '{"city":"Oslo"}');
  assert.equal(sent.messages[4].tool_call_id, 'call_1');
  assert.equal(sent.messages[6].content, 'out 1');
  assert.equal(sent.parallel_tool_calls, false);
});

scenario('parallel calls and the helper of the client work', async (stage) => {
  const upstream = await stage.upstream();
  const calls = [
    ['call_1', 'weather', ['{"city":"Oslo"}']],
    ['call_2', 'weather', ['{"city":', '"Rome"}']],
  ];
  upstream.next(sse(called(calls)));
  const sluice = await stage.sluice({ providers: { a: provider(upstream) } });
  const stream = openAiOf(sluice).responses.stream({ model: 'a/m1', input: 'x', tools: [weather] });
  const final = await stream.finalResponse();
  assert.deepEqual(
    final.output.map((item) => [item.call_id, item.arguments]),
    [
      ['call_1', '{"city":"Oslo"}'],
      ['call_2', '{"city":"Rome"}'],
    ],
  );
});

scenario('reasoning is shown, and what cannot be said is dropped or refused', async (stage) => {
  const upstream = await stage.upstream();
  const thought = [role, delta({ reasoning_content: 'Hm' }), word('Hi'), ...streamOf().slice(1)];
  upstream.always((request) => (request.json.stream ? sse(thought) : chatAnswer('Hi')(request)));
  const sluice = await stage.sluice({ providers: { a: provider(upstream) } });
  const client = openAiOf(sluice);
  const request = { model: 'a/m1', input: 'x', stream: true };
  const plain = assertEvents(await all(await client.responses.create(request)));
  assert.deepEqual(plain.output[0].content, [{ type: 'reasoning_text', text: 'Hm' }]);
  const asked = { ...request, reasoning: { summary: 'auto' } };
  const summed = assertEvents(await all(await client.responses.create(asked)));
  assert.deepEqual(summed.output[0].summary, [{ type: 'summary_text', text: 'Hm' }]);

  const hints = { model: 'a/m1', input: 'x', metadata: { a: 'b' }, prompt_cache_key: 'k' };
  const { response } = await client.responses.create(hints).withResponse();
  assert.equal(response.headers.get('x-sluice-dropped'), 'metadata, prompt_cache_key');
  const hosted = { model: 'a/m1', input: 'x', tools: [{ type: 'web_search' }] };
  const error = await client.responses.create(hosted).catch((thrown) => thrown);
  assert.ok(error instanceof OpenAI.BadRequestError, error.message);
  assert.equal(error.param, 'tools[0]');
  assert.match(error.message, /web_search/);
});

scenario('hosted tools are left out where the configuration says so', async (stage) => {
  const upstream = (await stage.upstream()).always(chatAnswer('Hi'));
  const sluice = await stage.sluice({
    providers: { a: provider(upstream) },
    responses: { hosted_tools: 'drop' },
  });
  const request = { model: 'a/m1', input: 'x', tools: [{ type: 'web_search' }, weather] };
  const { response } = await openAiOf(sluice).responses.create(request).withResponse();
  assert.equal(response.headers.get('x-sluice-dropped'), 'tools[0]');
  assert.deepEqual(
    upstream.requests[0].json.tools.map((tool) => tool.function.name),
    ['weather'],
  );
});

scenario('errors before and in a stream are told as the client expects', async (stage) => {
  const upstream = await stage.upstream();
  const sluice = await stage.sluice({
    providers: { a: provider(upstream), b: speaker(upstream) },
    attempts: { per_call: 1 },
  });
  const client = openAiOf(sluice);
  for (const model of ['a/m1', 'b/m1']) {
    upstream.next(fail(400, { code: 'bad', type: 'invalid_request_error', param: 'input' }));
    const error = await client.responses
      .create({ model, input: 'x', stream: true })
      .catch((thrown) => thrown);
    assert.ok(error instanceof OpenAI.BadRequestError, error.message);
    assert.deepEqual([error.code, error.param], ['bad', 'input']);
  }
  // After the first word: the stream must not look whole.
  upstream.next(sse([role, word('Hi'), close]));
  const cut = await all(await client.responses.create({ model: 'a/m1', input: 'x', stream: true }));
  const failed = assertEvents(cut);
  assert.equal(cut.at(-1).type, 'response.failed');
  assert.equal(failed.error.code, 'server_error');
  const spoken = upstreamResponse('Hi').events.slice(0, 4);
  upstream.next(sse([...spoken, close]));
  const broken = await all(
    await client.responses.create({ model: 'b/m1', input: 'x', stream: true }),
  );
  assert.equal(broken.at(-1).type, 'response.failed');
  assert.equal(broken.at(-1).sequence_number, 4);
  assert.equal(broken.at(-1).response.id, 'resp_up1');
  assertResponse(broken.at(-1).response);
});

// --- upstreams of the same dialect ---

scenario('an upstream that speaks the dialect gets and gives the very bytes', async (stage) => {
  const upstream = await stage.upstream();
  const { whole, events } = upstreamResponse('Hi');
  upstream.next(json(whole), sse(events));
  const sluice = await stage.sluice({ providers: { b: speaker(upstream) } });
  const ask = async (more) => {
    const body = `{ "tools":[{"type":"web_search"}], "n":1.0,"model" : "b/m1",${more}"input":"x" }`;
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${sluice.url}/v1/responses`, { method: 'POST', headers, body });
    return { body, text: await answer.text(), answer };
  };
  const plain = await ask('');
  assert.equal(plain.text, JSON.stringify(whole));
  assert.equal(plain.answer.headers.get('x-sluice-provider'), 'b');
  const streamed = await ask('"stream":true,');
  assert.equal(streamed.text, events.map((event) => event.raw).join(''));
  for (const [index, { body }] of [plain, streamed].entries()) {
    assert.equal(upstream.requests[index].path, '/v1/responses');
    assert.equal(upstream.requests[index].body.toString(), body.replace('b/m1', 'm1'));
  }
  await sluice.logLine('input_tokens":4', 'cache_read_tokens":3');
});

scenario('what an upstream keeps is left to it, and put in for others', async (stage) => {
  const upstream = await stage.upstream();
  const other = await stage.upstream();
  const { whole, events } = upstreamResponse('Hi');
  upstream.next(sse(events));
  upstream.always(json({ ...whole, id: 'resp_up2' }));
  other.always(chatAnswer('Hello'));
  const sluice = await stage.sluice({
    providers: { b: speaker(upstream), c: speaker(upstream), a: provider(other) },
  });
  const client = openAiOf(sluice);
  await all(await client.responses.create({ model: 'b/m1', input: 'one', stream: true }));
  const next = { input: 'two', previous_response_id: 'resp_up1' };
  await client.responses.create({ model: 'b/m1', ...next });
  assert.deepEqual(upstream.requests[1].json, { model: 'm1', ...next });
  await client.responses.create({ model: 'c/m1', ...next });
  assert.deepEqual(
    upstream.requests[2].json.input.map((item) => item.content?.[0]?.text ?? item.content),
    ['one', 'Hi', 'two'],
  );
  assert.equal(upstream.requests[2].json.previous_response_id, null);
  await client.responses.create({ model: 'a/m1', ...next });
  assert.deepEqual(other.requests[0].json.messages, [
    { role: 'user', content: 'one' },
    { role: 'assistant', content: 'Hi' },
    { role: 'user', content: 'two' },
  ]);
  // One that nobody here knows: an upstream of the dialect may.
  await client.responses.create({ model: 'b/m1', input: 'x', previous_response_id: 'resp_far' });
  assert.equal(upstream.requests[3].json.previous_response_id, 'resp_far');
});

scenario('an upstream that stores nothing is sent the conversation itself', async (stage) => {
  const upstream = await stage.upstream();
  const { whole } = upstreamResponse('Hi');
  upstream.always(json({ ...whole, store: false }));
  const sluice = await stage.sluice({ providers: { b: speaker(upstream) } });
  const client = openAiOf(sluice);
  await client.responses.create({ model: 'b/m1', input: 'one' });
  await client.responses.create({ model: 'b/m1', input: 'two', previous_response_id: whole.id });
  const { input, previous_response_id: previous } = upstream.requests[1].json;
  assert.equal(previous, null);
  assert.deepEqual(
    input.map((item) => item.content[0].text ?? item.content),
    ['one', 'Hi', 'two'],
  );
});

scenario('an upstream of several accounts is sent the conversation itself', async (stage) => {
  const upstream = await stage.upstream();
  const { whole } = upstreamResponse('Hi');
  upstream.always(json(whole));
  const sluice = await stage.sluice({ providers: { b: speaker(upstream, { keys: ['k1', 'k2'] }) } });
  const client = openAiOf(sluice);
  await client.responses.create({ model: 'b/m1', input: 'one' });
  await client.responses.create({ model: 'b/m1', input: 'two', previous_response_id: whole.id });
  const second = upstream.requests[1];
  assert.equal(second.json.previous_response_id, null);
  assert.equal(second.json.input.length, 3);
});

// --- what is kept ---

scenario('a request refers to a thousand items at most', async (stage) => {
  const sluice = await stage.sluice({});
  const input = Array.from({ length: 1001 }, (_, i) => ({ type: 'item_reference', id: `m${i}` }));
  const error = await openAiOf(sluice)
    .responses.create({ model: 'demo/echo', input })
    .catch((thrown) => thrown);
  assert.ok(error instanceof OpenAI.BadRequestError, error.message);
  assert.match(error.message, /more than 1000 items/);
});

scenario('an answer that was of no use is not kept with the error after it', async (stage) => {
  const upstream = await stage.upstream();
  const { whole } = upstreamResponse('Hi');
  upstream.next(json(whole)).always(fail(500)); // not streamed, as it was asked for
  const sluice = await stage.sluice({ providers: { b: speaker(upstream) } });
  const client = openAiOf(sluice);
  const asked = client.responses.create({ model: 'b/m1', input: 'x', stream: true });
  await assert.rejects(asked, OpenAI.InternalServerError);
  await assert.rejects(client.responses.retrieve(whole.id), OpenAI.NotFoundError);
});

scenario('a response whose conversation was cut is not said to be unknown', async (stage) => {
  const sluice = await stage.sluice({});
  const client = openAiOf(sluice);
  const first = await client.responses.create({ model: 'demo/echo', input: 'one' });
  const more = { input: 'two', previous_response_id: first.id };
  const second = await client.responses.create({ model: 'demo/echo', ...more });
  await client.responses.delete(first.id);
  await client.responses.retrieve(second.id);
  const error = await client.responses.inputItems.list(second.id).catch((thrown) => thrown);
  assert.ok(error instanceof OpenAI.NotFoundError, error.message);
  assert.match(error.message, /goes on from is not kept/);
});

scenario('items are listed though an upstream gave them no ids', async (stage) => {
  const upstream = await stage.upstream();
  const { whole } = upstreamResponse('Hi');
  const output = whole.output.map((item) => ({ ...item, id: undefined }));
  upstream.next(json({ ...whole, output }), json({ ...whole, id: 'resp_up2', output }));
  const sluice = await stage.sluice({ providers: { b: speaker(upstream) } });
  const client = openAiOf(sluice);
  await client.responses.create({ model: 'b/m1', input: 'one' });
  await client.responses.create({ model: 'b/m1', input: 'two', previous_response_id: whole.id });
  const url = `${sluice.url}/v1/responses/resp_up2/input_items?limit=2&order=asc`;
  const page = await (await fetch(url, { headers: { authorization: 'Bearer anything' } })).json();
  assert.equal(page.last_id, null);
  assert.equal(page.data[1].content[0].text, 'Hi');
});

scenario('responses are kept, continued, listed and deleted', async (stage) => {
  const upstream = (await stage.upstream()).always(chatAnswer('Hello there'));
  const sluice = await stage.sluice({ providers: { a: provider(upstream) } });
  const client = openAiOf(sluice);
  const first = await client.responses.create({ model: 'demo/echo', input: 'one' });
  const events = await all(
    await client.responses.create({
      model: 'a/m1',
      input: [{ role: 'user', content: 'two' }],
      previous_response_id: first.id,
      stream: true,
    }),
  );
  const second = assertEvents(events);
  assert.equal(second.previous_response_id, first.id);
  assert.deepEqual(upstream.requests[0].json.messages, [
    { role: 'user', content: 'one' },
    { role: 'assistant', content: 'one' },
    { role: 'user', content: 'two' },
  ]);
  const read = assertResponse(await client.responses.retrieve(second.id));
  assert.deepEqual(read.output, second.output);
  const again = await all(await client.responses.retrieve(second.id, { stream: true }));
  assert.deepEqual(again, events);
  const rest = await all(
    await client.responses.retrieve(second.id, { stream: true, starting_after: 3 }),
  );
  assert.deepEqual(rest, events.slice(4));
  await assert.rejects(
    client.responses.retrieve(first.id, { stream: true }),
    OpenAI.BadRequestError,
  );
  const listed = await all(client.responses.inputItems.list(second.id, { order: 'asc', limit: 2 }));
  assert.deepEqual(
    listed.map((item) => item.content[0].text),
    ['one', 'one', 'two'],
  );
  assert.ok(listed.every((item) => item.id));
  // By reference to an item.
  const reference = { type: 'item_reference', id: second.output[0].id };
  await client.responses.create({ model: 'a/m1', input: [reference, { role: 'user', content: 'x' }] });
  assert.equal(upstream.requests[1].json.messages[0].content, 'Hello there');

  await client.responses.delete(second.id);
  await assert.rejects(client.responses.retrieve(second.id), OpenAI.NotFoundError);
  await assert.rejects(client.responses.delete(second.id), OpenAI.NotFoundError);
  const error = await client.responses
    .create({ model: 'a/m1', input: 'x', previous_response_id: second.id })
    .catch((thrown) => thrown);
  assert.ok(error instanceof OpenAI.BadRequestError);
  assert.deepEqual(
    [error.code, error.param],
    ['previous_response_not_found', 'previous_response_id'],
  );
});

scenario('what a client does not want kept is not', async (stage) => {
  const sluice = await stage.sluice({});
  const client = openAiOf(sluice);
  const answer = await client.responses.create({ model: 'demo/echo', input: 'x', store: false });
  assert.equal(answer.store, false);
  await assert.rejects(client.responses.retrieve(answer.id), OpenAI.NotFoundError);
});

scenario('with the store off nothing is kept', async (stage) => {
  const sluice = await stage.sluice({ responses: { store: false } });
  const client = openAiOf(sluice);
  const answer = await client.responses.create({ model: 'demo/echo', input: 'x' });
  assert.equal(answer.store, false);
  await assert.rejects(client.responses.retrieve(answer.id), OpenAI.NotFoundError);
});

scenario('a key sees its own responses only', async (stage) => {
  const upstream = (await stage.upstream()).always(json(upstreamResponse('Hi').whole));
  const sluice = await stage.sluice({
    auth: keysOnly('k-one', 'k-two'),
    providers: { b: speaker(upstream) },
  });
  const mine = openAiOf(sluice, { apiKey: 'k-one' });
  const theirs = openAiOf(sluice, { apiKey: 'k-two' });
  const answer = await mine.responses.create({ model: 'b/m1', input: 'secret' });
  await assert.rejects(theirs.responses.retrieve(answer.id), OpenAI.NotFoundError);
  await assert.rejects(theirs.responses.delete(answer.id), OpenAI.NotFoundError);
  // Not even through the upstream, which knows no difference between them.
  const next = { model: 'b/m1', input: 'x', previous_response_id: answer.id };
  const error = await theirs.responses.create(next).catch((thrown) => thrown);
  assert.equal(error.code, 'previous_response_not_found');
  assert.equal(upstream.requests.length, 1);
  assert.equal((await mine.responses.retrieve(answer.id)).id, answer.id);
});

scenario('what was answered in full survives kill -9', async (stage) => {
  const state = await mkdtemp(path.join(tmpdir(), 'sluice-e2e-state-'));
  stage.keep(state, () => rm(state, { recursive: true, force: true }));
  const ids = [];
  for (let round = 0; round < 3; ++round) {
    const sluice = await Sluice.start({ state_dir: state });
    try {
      const client = openAiOf(sluice);
      for (const id of ids) assert.equal((await client.responses.retrieve(id)).id, id);
      const more = { previous_response_id: ids.at(-1) ?? null };
      const request = { model: 'demo/echo', input: `round ${round}`, ...more };
      const whole = await client.responses.create(request);
      const events = await all(await client.responses.create({ ...request, stream: true }));
      ids.push(whole.id, events.at(-1).response.id);
    } finally {
      await sluice.kill();
    }
  }
});

// --- others ---

scenario("a thinking provider's proofs come back to it in the next turn", async (stage) => {
  const upstream = await stage.upstream();
  const thinking = [
    { type: 'thinking', thinking: '', signature: '' },
    { type: 'thinking_delta', thinking: 'The town first.' },
    { type: 'signature_delta', signature: 'SigA' },
  ];
  const tool = [
    { type: 'tool_use', id: 'toolu_1', name: 'weather', input: {} },
    { type: 'input_json_delta', partial_json: '' },
    { type: 'input_json_delta', partial_json: '{"city":"Oslo"}' },
  ];
  const words = [
    { type: 'text', text: '' },
    { type: 'text_delta', text: 'It rains' },
  ];
  upstream.next(sse(anthropicEvents(thinking, tool)), sse(anthropicEvents(words)));
  upstream.next(sse(anthropicEvents(words)));
  const sluice = await stage.sluice({
    plugins: { enable: [...plugins.enable, 'anthropic'] },
    providers: {
      c: { component: 'anthropic', base_url: upstream.baseUrl, keys: ['sk-upstream'] },
    },
  });
  const client = openAiOf(sluice);
  const request = {
    model: 'c/claude-sonnet-4-5',
    tools: [weather],
    reasoning: { effort: 'low', summary: 'auto' },
    stream: true,
  };
  const ask = { role: 'user', content: 'Weather?' };
  const first = assertEvents(await all(await client.responses.create({ ...request, input: [ask] })));
  assert.equal(first.output[0].summary[0].text, 'The town first.');
  assert.deepEqual([first.usage.input_tokens, first.usage.output_tokens], [12, 20]);
  const result = { type: 'function_call_output', call_id: 'toolu_1', output: 'rain' };
  // Everything sent again, then by the id alone: the upstream sees the same.
  await all(await client.responses.create({ ...request, input: [ask, ...first.output, result] }));
  const last = assertEvents(
    await all(
      await client.responses.create({
        ...request,
        input: [result],
        previous_response_id: first.id,
      }),
    ),
  );
  assert.equal(last.output[0].content[0].text, 'It rains');
  for (const seen of upstream.requests.slice(1)) {
    const [, assistant, user] = seen.json.messages;
    assert.deepEqual(assistant.content, [
      { type: 'thinking', thinking: 'The town first.', signature: 'SigA' },
      { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Oslo' } },
    ]);
    assert.equal(user.content[0].tool_use_id, 'toolu_1');
  }
});

scenario('a virtual model goes on to the next target', async (stage) => {
  const bad = (await stage.upstream()).always(fail(500));
  const good = (await stage.upstream()).always(chatAnswer('Hello'));
  const sluice = await stage.sluice({
    providers: { a: speaker(bad), b: provider(good) },
    virtual_models: { best: virtual('a/m1', 'b/m1') },
  });
  const { answer } = await both(openAiOf(sluice), { model: 'best', input: 'x' });
  assert.equal(answer.output_text, 'Hello');
});

scenario('the route is there without /v1 too, and strict', async (stage) => {
  const sluice = await stage.sluice({});
  const ask = async (body) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${sluice.url}/responses`, { method: 'POST', headers, body });
    return { status: answer.status, text: await answer.text() };
  };
  const good = await ask('{"model":"demo/echo","input":"hi","stream":true}');
  assert.equal(assertEvents(eventsOf(good.text)).output[0].content[0].text, 'hi');
  for (const body of ['{', '{"model":"demo/echo"}', '{"model":"demo/echo","input":7}']) {
    const bad = await ask(body);
    assert.equal(bad.status, 400);
    assert.equal(JSON.parse(bad.text).error.type, 'invalid_request_error');
  }
});
