// The Messages API with Anthropic's official client, at providers of this dialect, of another and at
// one without an upstream. What the client gets is checked against our schema of the dialect too.
import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import { json, sse, until } from './support/answers.js';
import {
  chatAnswer,
  completion,
  delta as chatDelta,
  done,
  errorBody as chatError,
  fail as chatFail,
  finish,
  role,
  usage as chatUsage,
  usageChunk,
  word,
} from './support/chat.js';
import { open } from './support/client.js';
import { provider } from './support/config.js';
import {
  anthropic,
  ask,
  assertError,
  assertMessage,
  assertStream,
  clientOf,
  closed,
  delta,
  ending,
  errorBody,
  fail,
  message,
  messageAnswer,
  named,
  opened,
  plugins,
  question,
  start,
  streamOf,
  textBlock,
  usage,
} from './support/messages.js';
import { scenario, table } from './support/scenario.js';
import { makeGate, slow, within } from './support/time.js';

// Each case has an upstream and a provider of its own; `kind` says which dialect it speaks.
const cases = [];
const add = (kind, name, body) => cases.push({ kind, name: `${kind}: ${name}`, body });
const both = (name, body) => ['anthropic', 'openai'].forEach((kind) => add(kind, name, body));

const textOf = (content) => content.map((block) => block.text ?? '').join('');
const answerOf = (kind, text) => (kind === 'openai' ? chatAnswer(text) : messageAnswer(text));

both('an answer arrives whole', async ({ kind, upstream, sluice, model }) => {
  upstream.always(answerOf(kind, 'Hello there'));
  const { data, response } = await clientOf(sluice)
    .messages.create(question(model))
    .withResponse();
  assertMessage(data);
  assert.equal(textOf(data.content), 'Hello there');
  assert.equal(data.stop_reason, 'end_turn');
  assert.deepEqual(
    [data.usage.input_tokens, data.usage.output_tokens],
    kind === 'openai'
      ? [chatUsage.prompt_tokens, chatUsage.completion_tokens]
      : [usage.input_tokens, usage.output_tokens],
  );
  assert.ok(data._request_id, 'the client finds request-id');
  assert.equal(response.headers.get('x-sluice-provider'), model.split('/')[0]);
  assert.equal(response.headers.get('x-sluice-attempts'), '1');
});

both('a stream arrives word by word', async ({ kind, upstream, sluice, model }) => {
  const gate = makeGate();
  const events =
    kind === 'openai'
      ? [role, word('Hello '), until(gate), word('there'), finish, usageChunk, done]
      : [...streamOf('Hello ', 'there').slice(0, 4), until(gate), ...streamOf('a', 'there').slice(4)];
  upstream.always(sse(events));
  const stream = clientOf(sluice).messages.stream(question(model));
  let text = '';
  stream.on('text', (piece) => {
    text += piece;
    if (text === 'Hello ') gate.open();
  });
  const final = await stream.finalMessage();
  assertMessage(final);
  assert.equal(textOf(final.content), 'Hello there');
  assert.equal(final.stop_reason, 'end_turn');
  const expected = kind === 'openai' ? chatUsage.completion_tokens : usage.output_tokens;
  assert.equal(final.usage.output_tokens, expected);
});

both('every event is in its place', async ({ kind, upstream, sluice, model }) => {
  upstream.always(answerOf(kind, 'One two three'));
  const got = await ask(sluice, question(model, { stream: true }));
  assert.match(got.headers['content-type'], /^text\/event-stream/);
  const events = assertStream(got.text);
  const expected = kind === 'openai' ? chatUsage.prompt_tokens : usage.input_tokens;
  const told = events.map((event) => event.usage?.input_tokens ?? event.message?.usage.input_tokens);
  assert.ok(told.includes(expected), 'the tokens of the prompt are told');
});

const weather = {
  name: 'weather',
  description: 'Tells the weather',
  input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

const calls = {
  openai: (names) => {
    const piece = (index, fields) => chatDelta({ tool_calls: [{ index, ...fields }] });
    const begin = (name, index) =>
      piece(index, { id: `call_${name}`, type: 'function', function: { name, arguments: '' } });
    // The pieces of two calls come mixed.
    return sse([
      role,
      ...names.map(begin),
      ...names.map((_, index) => piece(index, { function: { arguments: '{"city":' } })),
      ...names.map((name, index) => piece(index, { function: { arguments: `"${name}"}` } })),
      chatDelta({}, { finish: 'tool_calls' }),
      usageChunk,
      done,
    ]);
  },
  anthropic: (names) =>
    sse([
      start,
      ...names.flatMap((name, index) => [
        opened(index, { type: 'tool_use', id: `call_${name}`, name, input: {} }),
        delta(index, { type: 'input_json_delta', partial_json: '' }),
        delta(index, { type: 'input_json_delta', partial_json: '{"city":' }),
        delta(index, { type: 'input_json_delta', partial_json: `"${name}"}` }),
        closed(index),
      ]),
      ...ending('tool_use'),
    ]),
};

both('tools are called and answered in two turns', async ({ kind, upstream, sluice, model }) => {
  const client = clientOf(sluice);
  upstream.next(calls[kind](['weather']), answerOf(kind, 'It rains'));
  const asked = question(model, { tools: [weather], tool_choice: { type: 'any' } });
  const first = await client.messages.stream(asked).finalMessage();
  assertMessage(first);
  assert.equal(first.stop_reason, 'tool_use');
  const [call] = first.content;
  assert.deepEqual([call.name, call.input], ['weather', { city: 'weather' }]);
  const result = { type: 'tool_result', tool_use_id: call.id, content: 'rain', is_error: false };
  const messages = [
    ...asked.messages,
    { role: 'assistant', content: first.content },
    { role: 'user', content: [result] },
  ];
  const second = await client.messages.create({ ...asked, messages });
  assert.equal(textOf(second.content), 'It rains');
  const sent = upstream.requests[1].json;
  if (kind === 'anthropic') {
    assert.deepEqual(sent, { ...asked, messages, model: 'm1' });
    return;
  }
  assert.deepEqual(sent.tools, [
    {
      type: 'function',
      function: {
        name: 'weather',
        description: weather.description,
        parameters: weather.input_schema,
      },
    },
  ]);
  assert.equal(sent.tool_choice, 'required');
  assert.deepEqual(sent.messages.slice(1), [
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        {
          id: call.id,
          type: 'function',
          function: { name: 'weather', arguments: '{"city":"weather"}' },
        },
      ],
    },
    { role: 'tool', tool_call_id: call.id, content: 'rain' },
  ]);
});

both('calls may be parallel', async ({ kind, upstream, sluice, model }) => {
  upstream.always(calls[kind](['oslo', 'rome']));
  const got = await ask(sluice, question(model, { stream: true, tools: [weather] }));
  assertStream(got.text);
  const final = await clientOf(sluice).messages.stream(question(model)).finalMessage();
  assert.deepEqual(
    final.content.map(({ name, input }) => [name, input.city]),
    [
      ['oslo', 'oslo'],
      ['rome', 'rome'],
    ],
  );
});

add('openai', 'a call in a whole answer has its input', async ({ upstream, sluice, model }) => {
  const called = completion(null);
  called.choices[0].finish_reason = 'tool_calls';
  called.choices[0].message.tool_calls = [
    { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a":[1]}' } },
    { id: 'call_2', type: 'function', function: { name: 'g', arguments: '' } },
  ];
  upstream.always(json(called));
  const got = await clientOf(sluice).messages.create(question(model));
  assertMessage(got);
  assert.deepEqual(
    got.content.map(({ input }) => input),
    [{ a: [1] }, {}],
  );
});

const pixel = 'iVBORw0KGgo=';
const image = {
  type: 'image',
  source: { type: 'base64', media_type: 'image/png', data: pixel },
};

both('images are shown', async ({ kind, upstream, sluice, model }) => {
  upstream.always(answerOf(kind, 'A dot'));
  const content = [image, textBlock('What is it?')];
  const got = await clientOf(sluice).messages.create({
    ...question(model),
    messages: [{ role: 'user', content }],
  });
  assert.equal(textOf(got.content), 'A dot');
  const sent = upstream.requests[0].json.messages[0].content;
  const shown = [
    { type: 'image_url', image_url: { url: `data:image/png;base64,${pixel}` } },
    textBlock('What is it?'),
  ];
  assert.deepEqual(sent, kind === 'openai' ? shown : content);
});

const thinking = {
  anthropic: [
    start,
    opened(0, { type: 'thinking', thinking: '', signature: '' }),
    delta(0, { type: 'thinking_delta', thinking: 'Hm' }),
    delta(0, { type: 'signature_delta', signature: 'real-proof' }),
    closed(0),
    opened(1, { type: 'redacted_thinking', data: 'hidden' }),
    closed(1),
    opened(2, textBlock('')),
    delta(2, { type: 'text_delta', text: 'Yes' }),
    closed(2),
    ...ending(),
  ],
  openai: [
    role,
    chatDelta({ reasoning_content: 'H' }),
    chatDelta({ reasoning_content: 'm' }),
    word('Yes'),
    finish,
    usageChunk,
    done,
  ],
};

both('thoughts come and go back', async ({ kind, upstream, sluice, model }) => {
  const client = clientOf(sluice);
  upstream.next(sse(thinking[kind]), answerOf(kind, 'Fine'));
  const asked = question(model, { thinking: { type: 'enabled', budget_tokens: 4096 } });
  const first = await client.messages.stream(asked).finalMessage();
  assertMessage(first);
  assert.equal(first.content[0].thinking, 'Hm');
  assert.equal(textOf(first.content), 'Yes');
  const messages = [
    ...asked.messages,
    { role: 'assistant', content: first.content },
    { role: 'user', content: 'Go on' },
  ];
  const second = await client.messages.create({ ...asked, messages });
  assert.equal(textOf(second.content), 'Fine');
  const sent = upstream.requests[1].json;
  if (kind === 'anthropic') {
    assert.deepEqual(
      first.content.map(({ type }) => type),
      ['thinking', 'redacted_thinking', 'text'],
    );
    assert.deepEqual(sent.messages, messages);
  } else {
    assert.equal(sent.reasoning_effort, 'medium');
    assert.deepEqual(sent.messages[1], { role: 'assistant', content: 'Yes' });
  }
});

const refusals = [
  [400, Anthropic.BadRequestError, 'invalid_request_error'],
  [404, Anthropic.NotFoundError, 'not_found_error'],
  [422, Anthropic.UnprocessableEntityError, 'invalid_request_error'],
  [500, Anthropic.InternalServerError, 'api_error'],
  [429, Anthropic.RateLimitError, 'rate_limit_error'],
];

both('errors become the classes of the client', async ({ kind, upstream, sluice, model }) => {
  for (const [status, type, name] of refusals) {
    const headers = status === 429 ? { 'retry-after': '60' } : {};
    upstream.always(
      kind === 'openai'
        ? chatFail(status, status === 404 ? { code: 'model_not_found' } : {}, headers)
        : fail(status, status === 422 ? 'invalid_request_error' : name, headers),
    );
    const error = await clientOf(sluice)
      .messages.create(question(model))
      .catch((thrown) => thrown);
    assert.ok(error instanceof type, `${status}: ${error.constructor.name} ${error.message}`);
    assertError(error.error);
    assert.equal(error.error.error.type, name);
    assert.equal(error.requestID, error.error.request_id);
  }
});

add('anthropic', 'too much to do is 529', async ({ upstream, sluice, model }) => {
  upstream.always(fail(529, 'overloaded_error'));
  const error = await clientOf(sluice)
    .messages.create(question(model))
    .catch((thrown) => thrown);
  assert.equal(error.status, 529);
  assert.equal(error.error.error.type, 'overloaded_error');
  assert.equal(error.headers.get('x-should-retry'), 'false');
});

add('anthropic', 'a refusal keeps its bytes and its id', async ({ upstream, sluice, model }) => {
  upstream.always(fail(400, 'invalid_request_error'));
  const got = await ask(sluice, question(model));
  assert.equal(got.status, 400);
  assert.deepEqual(got.json, {
    ...errorBody('invalid_request_error', 'scripted 400'),
    request_id: 'req_up',
  });
  assert.equal(got.headers['request-id'], 'req_up');
});

// A stream that says "Hello ", and the rest once that has reached the client.
const helloOf = (kind) =>
  kind === 'openai' ? [role, word('Hello ')] : streamOf('Hello ').slice(0, 4);

async function halfWay({ kind, upstream, sluice, model }, rest) {
  const gate = makeGate();
  upstream.always(sse([...helloOf(kind), until(gate), ...rest]));
  const answer = await open(sluice, '/v1/messages', {
    method: 'POST',
    body: question(model, { stream: true }),
  });
  await answer.firstBytes;
  gate.open();
  return assertStream(await answer.text, { fails: true });
}

const breaks = {
  openai: chatError('it broke'),
  anthropic: named(errorBody('overloaded_error', 'it broke')),
};

both('a stream that fails half-way ends as failed', async (given) => {
  const { error } = (await halfWay(given, [breaks[given.kind]])).at(-1);
  assert.match(error.message, /it broke/);
  if (given.kind === 'anthropic') assert.equal(error.type, 'overloaded_error');
});

both('a stream that fails half-way throws', async ({ kind, upstream, sluice, model }) => {
  const gate = makeGate();
  upstream.always(sse([...helloOf(kind), until(gate), breaks[kind]]));
  const stream = await clientOf(sluice).messages.create(question(model, { stream: true }));
  let text = '';
  await assert.rejects(async () => {
    for await (const event of stream) {
      text += event.delta?.text ?? '';
      if (text === 'Hello ') gate.open();
    }
  }, Anthropic.APIError);
  assert.equal(text, 'Hello ');
});

both('a stream that is cut off ends as failed', async (given) => {
  await halfWay(given, []);
});

both('an error before the answer lets another try follow', async (given) => {
  const { kind, upstream, sluice, model } = given;
  const first =
    kind === 'openai'
      ? sse([chatError('not now')])
      : sse([start, named(errorBody('overloaded_error', 'not now'))]);
  upstream.next(first, answerOf(kind, 'After all'));
  const got = await ask(sluice, question(model, { stream: true }));
  assertStream(got.text);
  assert.equal(got.headers['x-sluice-attempts'], '2');
  assert.match(got.text, /After.*all/s);
});

both('a client that aborts ends the upstream request', async ({ kind, upstream, sluice, model }) => {
  upstream.always(sse([...helloOf(kind), until(makeGate())]));
  const stream = await clientOf(sluice).messages.create(question(model, { stream: true }));
  for await (const event of stream) if (event.delta?.text) break;
  await within(1_000, upstream.requests[0].gone, 'the upstream to be let go');
});

add('openai', 'a client that waits is told so', async ({ upstream, sluice, model }) => {
  const gate = makeGate();
  upstream.always(sse([role, word('Hello '), until(gate), finish, usageChunk, done]));
  const answer = await open(sluice, '/v1/messages', {
    method: 'POST',
    body: question(model, { stream: true }),
  });
  let seen = '';
  const pinged = new Promise((resolve) => {
    answer.stream.on('data', (data) => {
      seen += data;
      if (/event: ping/.test(seen)) resolve();
    });
  });
  await within(slow(20_000), pinged, 'a ping');
  gate.open();
  assertStream(await answer.text);
});

// --- what is between them ---

add('anthropic', 'the bytes of both ways are kept', async ({ upstream, sluice, model }) => {
  const events = streamOf('Hé', 'llo');
  upstream.always(sse(events, { headers: { 'anthropic-ratelimit-tokens-remaining': '7' } }));
  const body = `{"x_new":{"a":1,"a":2}, "max_tokens":1.0e0,"model":"${model}","stream":true,"messages":[{"role":"user","content":"h\\u00e9"}],"context_management":{}}`;
  const got = await ask(sluice, body.replace('1.0e0', '12'), {
    headers: {
      'anthropic-version': '2024-01-01',
      'anthropic-beta': 'one-2025-01-01,two',
      'x-api-key': 'of-the-client',
      cookie: 'a=b',
    },
  });
  assert.equal(got.text, events.map(({ raw }) => raw).join(''));
  const { headers, path, body: sent } = upstream.requests[0];
  assert.equal(path, '/v1/messages');
  assert.equal(sent.toString(), body.replace('1.0e0', '12').replace(model, 'm1'));
  assert.equal(headers['anthropic-version'], '2024-01-01');
  assert.equal(headers['anthropic-beta'], 'one-2025-01-01,two');
  assert.equal(headers['x-api-key'], 'sk-upstream');
  assert.equal(headers.cookie, undefined);
  assert.equal(headers.authorization, undefined);
  assert.equal(got.headers['anthropic-ratelimit-tokens-remaining'], '7');
});

add('anthropic', 'a whole answer keeps its bytes', async ({ upstream, sluice, model }) => {
  const body = `{"new":1.0, ${JSON.stringify(message()).slice(1)} `;
  upstream.always(json(body, { headers: { 'request-id': 'req_up' } }));
  const got = await ask(sluice, question(model));
  assert.equal(got.text, body);
  assert.equal(got.headers['request-id'], 'req_up');
});

add('anthropic', 'the version is told where the client does not', async (given) => {
  const { upstream, sluice, model } = given;
  upstream.always(messageAnswer());
  await ask(sluice, question(model));
  assert.equal(upstream.requests[0].headers['anthropic-version'], '2023-06-01');
  assert.equal(upstream.requests[0].headers['anthropic-beta'], undefined);
});

add('openai', 'headers of this dialect stay here; limits come back', async (given) => {
  const { upstream, sluice, model } = given;
  const headers = { 'x-ratelimit-remaining-tokens': '7', 'x-ratelimit-reset-tokens': '6m0s' };
  upstream.always(chatAnswer('x', { headers }));
  const got = await ask(sluice, question(model), { headers: { 'anthropic-beta': 'a' } });
  assert.equal(upstream.requests[0].headers['anthropic-beta'], undefined);
  assert.equal(got.headers['anthropic-ratelimit-tokens-remaining'], '7');
  assert.match(got.headers['anthropic-ratelimit-tokens-reset'], /^\d{4}-\d\d-\d\dT[\d:]{8}Z$/);
  assert.equal(got.headers['request-id'], got.headers['x-sluice-request-id']);
});

const billing = 'x-anthropic-billing-header: cc_version=1; cch=ab;';

both('a billing header goes to Anthropic only', async ({ kind, upstream, sluice, model }) => {
  upstream.always(answerOf(kind, 'x'));
  await ask(sluice, question(model, { system: [textBlock(billing), textBlock('Be brief')] }));
  const sent = upstream.requests[0].body.toString();
  assert.equal(sent.includes('billing'), kind === 'anthropic');
  if (kind === 'openai') {
    const [system] = upstream.requests[0].json.messages;
    assert.deepEqual(system, { role: 'system', content: 'Be brief' });
  }
});

add('openai', 'what has no place is told of', async ({ upstream, sluice, model }) => {
  upstream.always(chatAnswer());
  const got = await ask(sluice, question(model, { context_management: {}, 'bad\r\nx: y': 1 }));
  assert.equal(got.headers['x-sluice-dropped'], 'context_management, bad__x:_y');
});

add('openai', 'what cannot be said is refused by name', async ({ upstream, sluice, model }) => {
  const tools = [{ type: 'web_search_20250305', name: 'web_search' }];
  const got = await ask(sluice, question(model, { tools }));
  assert.equal(got.status, 400);
  assertError(got.json);
  assert.match(got.json.error.message, /tools\[0\]\.type/);
  assert.equal(upstream.requests.length, 0);
});

both('a body that is wrong is refused', async ({ upstream, sluice, model }) => {
  for (const body of ['{', '[]', { model }, question(model, { max_tokens: 'x' })]) {
    const got = await ask(sluice, body);
    assert.equal(got.status, 400);
    assertError(got.json);
    assert.equal(got.json.request_id, got.headers['request-id']);
  }
  assert.equal(upstream.requests.length, 0);
});

add('anthropic', 'tokens are counted by who can', async ({ upstream, sluice, model }) => {
  upstream.always(json('{"input_tokens": 42 }', { headers: { 'request-id': 'req_up' } }));
  const asked = { model, messages: question(model).messages };
  const { data, response } = await clientOf(sluice).messages.countTokens(asked).withResponse();
  assert.equal(data.input_tokens, 42);
  assert.equal(response.headers.get('request-id'), 'req_up');
  assert.equal(response.headers.get('x-sluice-estimated'), null);
  assert.equal(upstream.requests[0].path, '/v1/messages/count_tokens');
  assert.deepEqual(upstream.requests[0].json, { ...asked, model: 'm1' });
  upstream.always(fail(400, 'invalid_request_error'));
  const error = await clientOf(sluice)
    .messages.countTokens(asked)
    .catch((thrown) => thrown);
  assert.ok(error instanceof Anthropic.BadRequestError, error.message);
});

add('anthropic', 'an upstream that cannot count is stood in for', async (given) => {
  const { upstream, sluice, model } = given;
  upstream.always(json('{"detail":"Not Found"}', { status: 404 }));
  const asked = { model, messages: question(model).messages };
  const { data, response } = await clientOf(sluice).messages.countTokens(asked).withResponse();
  assert.equal(response.headers.get('x-sluice-estimated'), 'true');
  assert.ok(data.input_tokens > 0);
});

add('openai', 'where nobody counts, tokens are estimated', async ({ upstream, sluice, model }) => {
  const content = 'word '.repeat(400);
  const asked = { model, messages: [{ role: 'user', content }] };
  const { data, response } = await clientOf(sluice).messages.countTokens(asked).withResponse();
  assert.equal(response.headers.get('x-sluice-estimated'), 'true');
  assert.ok(data.input_tokens > 400 && data.input_tokens < 800, String(data.input_tokens));
  assert.equal(upstream.requests.length, 0);
});

const prepare = async (stage) => {
  const providers = {};
  for (const [number, item] of cases.entries()) {
    item.number = number;
    item.upstream = await stage.upstream();
    const make = item.kind === 'openai' ? provider : anthropic;
    providers[`a${number}`] = make(item.upstream);
  }
  return stage.sluice({ plugins, providers });
};
table('The Messages API:', cases, prepare, (sluice, { kind, upstream, number, body }) =>
  body({ kind, sluice, upstream, model: `a${number}/m1` }),
);

scenario('a provider without an upstream answers the official client', async (stage) => {
  const sluice = await stage.sluice({ plugins });
  const client = clientOf(sluice);
  const whole = await client.messages.create(question('demo/echo'));
  assertMessage(whole);
  assert.equal(textOf(whole.content), 'Say hello');
  const final = await client.messages.stream(question('demo/echo')).finalMessage();
  assert.equal(textOf(final.content), 'Say hello');
  assertStream((await ask(sluice, question('demo/echo', { stream: true }))).text);
  const error = await client.messages.create(question('nobody')).catch((thrown) => thrown);
  assert.ok(error instanceof Anthropic.NotFoundError, error.message);
  assertError(error.error);
});

scenario('keys are taken from both headers, and refusals are of this dialect', async (stage) => {
  const sluice = await stage.sluice({
    plugins,
    auth: { mode: 'keys', client_keys: ['sk-client'] },
    server: { max_body_bytes: 4096 },
  });
  const good = { apiKey: 'sk-client' };
  await clientOf(sluice, good).messages.create(question('demo/echo'));
  const bearer = { apiKey: null, authToken: 'sk-client' };
  await clientOf(sluice, bearer).messages.create(question('demo/echo'));
  const bad = await clientOf(sluice)
    .messages.create(question('demo/echo'))
    .catch((thrown) => thrown);
  assert.ok(bad instanceof Anthropic.AuthenticationError, bad.message);
  assertError(bad.error);
  const large = question('demo/echo', { system: 'x'.repeat(5000) });
  const refused = await clientOf(sluice, good)
    .messages.create(large)
    .catch((thrown) => thrown);
  assert.equal(refused.status, 413);
  assert.equal(refused.error.error.type, 'request_too_large');
  assertError(refused.error);
});

scenario('a conversation goes on at another maker', async (stage) => {
  const chat = (await stage.upstream()).next(sse(thinking.openai));
  const own = (await stage.upstream()).always(messageAnswer('Fine'));
  const sluice = await stage.sluice({
    plugins,
    providers: { chat: provider(chat), own: anthropic(own) },
  });
  const client = clientOf(sluice);
  const first = await client.messages.stream(question('chat/m1')).finalMessage();
  const messages = [
    { role: 'user', content: 'Say hello' },
    { role: 'assistant', content: first.content },
    { role: 'user', content: 'Go on' },
  ];
  await client.messages.create({ ...question('own/m1'), messages });
  assert.deepEqual(own.requests[0].json.messages[1], {
    role: 'assistant',
    content: [textBlock('Yes')],
  });
});
