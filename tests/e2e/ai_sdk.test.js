// Vercel's AI SDK with each of its providers that can be pointed at an address, asking upstreams of
// every maker: what the application asks for arrives in the upstream's words, and what it gets it
// understands.
import assert from 'node:assert/strict';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import {
  APICallError,
  generateObject,
  generateText,
  Output,
  stepCountIs,
  streamText,
  tool,
} from 'ai';
import { z } from 'zod';
import { startAimock } from './support/aimock.js';
import {
  callsIn,
  heard,
  helloUntil,
  makers,
  makersFor,
  plugins,
  resultsIn,
  speak,
  tokens,
} from './support/makers.js';
import { scenario, table } from './support/scenario.js';
import { makeGate, within } from './support/time.js';

const account = (sluice) => ({ baseURL: `${sluice.url}/v1`, apiKey: 'anything' });

// The SDK's providers: how a model is named with them, and how reasoning is asked for.
const clients = {
  compatible: {
    own: 'chat',
    model: (sluice, name) =>
      createOpenAICompatible({
        name: 'sluice',
        includeUsage: true,
        supportsStructuredOutputs: true,
        ...account(sluice),
      })(name),
    thinking: { sluice: { reasoningEffort: 'low' } },
  },
  'openai chat': {
    own: 'chat',
    model: (sluice, name) => createOpenAI(account(sluice)).chat(name),
    thinking: { openai: { reasoningEffort: 'low', forceReasoning: true } },
    hidesThoughts: true, // it has no place for them
  },
  'openai responses': {
    own: 'responses',
    model: (sluice, name) => createOpenAI(account(sluice)).responses(name),
    thinking: {
      openai: { reasoningEffort: 'low', reasoningSummary: 'auto', forceReasoning: true },
    },
  },
  anthropic: {
    own: 'messages',
    model: (sluice, name) => createAnthropic(account(sluice))(name),
    thinking: { anthropic: { thinking: { type: 'enabled', budgetTokens: 2048 } } },
  },
};

const cases = [];
const each = (name, body) => {
  for (const [client, how] of Object.entries(clients)) {
    for (const maker of makersFor(how.own)) {
      cases.push({ name: `${client} to ${maker}: ${name}`, client, how, maker, body });
    }
  }
};

const said = (usage) => [usage.inputTokens, usage.outputTokens];
const expected = [tokens.prompt, tokens.completion];

async function failureOf(promise) {
  const error = await Promise.resolve(promise).then(
    () => null,
    (thrown) => thrown,
  );
  assert.ok(error, 'it fails');
  return error;
}

each('generateText', async ({ maker, upstream, model }) => {
  upstream.always(speak(maker, { text: 'Hello there' }));
  const got = await generateText({
    model,
    system: 'Be brief',
    prompt: 'Say hello',
    temperature: 0.5,
    maxOutputTokens: 100,
    maxRetries: 0,
  });
  assert.equal(got.text, 'Hello there');
  assert.equal(got.finishReason, 'stop');
  assert.deepEqual(said(got.usage), expected);
  assert.equal(got.usage.cachedInputTokens, tokens.cached);
  const { system, turns } = heard(maker, upstream.requests[0]);
  assert.deepEqual(system, ['Be brief']);
  assert.deepEqual([turns.length, turns[0].role, turns[0].text], [1, 'user', 'Say hello']);
});

each('streamText', async ({ maker, upstream, model }) => {
  upstream.always(speak(maker, { text: 'One two three' }));
  const stream = streamText({ model, prompt: 'Count', maxRetries: 0 });
  const pieces = [];
  for await (const piece of stream.textStream) pieces.push(piece);
  assert.equal(pieces.join(''), 'One two three');
  assert.ok(pieces.length >= 3, 'word by word');
  assert.equal(await stream.finishReason, 'stop');
  assert.deepEqual(said(await stream.usage), expected);
  assert.ok((await stream.response).id);
});

each('an answer that is cut off says so', async ({ maker, upstream, model }) => {
  upstream.always(speak(maker, { text: 'One two', finish: 'length' }));
  const ask = { model, prompt: 'Count', maxOutputTokens: 2, maxRetries: 0 };
  assert.equal((await generateText(ask)).finishReason, 'length');
  const stream = streamText(ask);
  await stream.consumeStream();
  assert.equal(await stream.finishReason, 'length');
});

// One call alone, then two at a time, then words.
const turnsOfTools = [
  { text: 'I look. ', calls: [{ name: 'weather', args: { city: 'Oslo' } }] },
  {
    calls: [
      { name: 'weather', args: { city: 'Rome' }, id: 'call_b' },
      { name: 'clock', id: 'call_c' },
    ],
  },
  { text: 'It rains' },
];

const weather = tool({
  description: 'Tells the weather',
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => `rain in ${city}`,
});
const clock = tool({
  description: 'Tells the time',
  inputSchema: z.object({}),
  execute: async () => 'noon',
});

async function withTools({ maker, upstream, model }, run) {
  upstream.next(...turnsOfTools.map((turn) => speak(maker, turn)));
  const got = await run({
    model,
    prompt: 'Weather?',
    tools: { weather, clock },
    stopWhen: stepCountIs(5),
    maxRetries: 0,
  });
  assert.equal(got.text, 'It rains');
  assert.deepEqual(
    got.steps.map(({ finishReason }) => finishReason),
    ['tool-calls', 'tool-calls', 'stop'],
  );
  const calls = got.steps.flatMap(({ toolCalls }) =>
    toolCalls.map(({ toolName, input }) => [toolName, input]),
  );
  const wanted = [
    ['weather', { city: 'Oslo' }],
    ['weather', { city: 'Rome' }],
    ['clock', {}],
  ];
  assert.deepEqual(calls, wanted);
  const last = upstream.requests[2];
  assert.deepEqual(callsIn(maker, last), wanted);
  assert.deepEqual(resultsIn(maker, last), ['rain in Oslo', 'rain in Rome', 'noon']);
  const { tools } = heard(maker, last);
  assert.deepEqual(
    tools.map(({ name, description }) => [name, description]),
    [
      ['weather', 'Tells the weather'],
      ['clock', 'Tells the time'],
    ],
  );
  assert.deepEqual(tools[0].parameters.required, ['city']);
}

each('tools in several steps', (given) => withTools(given, generateText));

each('tools in several steps, streamed', (given) =>
  withTools(given, async (ask) => {
    const stream = streamText(ask);
    await stream.consumeStream();
    return { text: await stream.text, steps: await stream.steps };
  }),
);

each('structured output', async ({ client, maker, upstream, model }) => {
  const schema = z.object({ city: z.string(), degrees: z.number() });
  const answer = { city: 'Oslo', degrees: -3 };
  // Where a schema is not asked for natively, the answer is the arguments of the tool that was
  // offered in its place.
  upstream.always((request) => {
    const { schema: native, tools } = heard(maker, request);
    const [instead] = native ? [] : tools;
    const turn = instead
      ? { calls: [{ name: instead.name, args: answer }] }
      : { text: JSON.stringify(answer) };
    return speak(maker, turn)(request);
  });
  const ask = { model, prompt: 'Weather?', maxRetries: 0 };
  const { object } = await generateObject({ ...ask, schema });
  assert.deepEqual(object, answer);
  const { output } = await generateText({ ...ask, output: Output.object({ schema }) });
  assert.deepEqual(output, answer);
  const stream = streamText({ ...ask, output: Output.object({ schema }) });
  await stream.consumeStream();
  assert.deepEqual(await stream.output, answer);
  for (const request of upstream.requests) {
    const { schema: native, tools } = heard(maker, request);
    const asked = native ?? tools[0]?.parameters;
    assert.deepEqual(Object.keys(asked.properties), ['city', 'degrees'], `${client}: a schema`);
  }
});

const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

each('an image', async ({ maker, upstream, model }) => {
  upstream.always(speak(maker, { text: 'A dot' }));
  const content = [
    { type: 'text', text: 'What is it?' },
    { type: 'image', image: Buffer.from(pixel, 'base64'), mediaType: 'image/png' },
  ];
  const messages = [{ role: 'user', content }];
  assert.equal((await generateText({ model, messages, maxRetries: 0 })).text, 'A dot');
  const [turn] = heard(maker, upstream.requests[0]).turns;
  assert.equal(turn.text, 'What is it?');
  assert.deepEqual(turn.images, [['image/png', pixel]]);
});

each('reasoning', async ({ client, how, maker, upstream, model }) => {
  const thought = { thought: 'The town first.', calls: turnsOfTools[0].calls };
  upstream.next(speak(maker, thought), speak(maker, { text: 'It rains' }));
  const stream = streamText({
    model,
    prompt: 'Weather?',
    tools: { weather },
    stopWhen: stepCountIs(3),
    maxOutputTokens: 8000,
    maxRetries: 0,
    providerOptions: how.thinking,
  });
  await stream.consumeStream();
  assert.equal(await stream.text, 'It rains');
  const [first] = await stream.steps;
  // Upstreams of chat completions alone show their thoughts in a member that is not OpenAI's own.
  if (!how.hidesThoughts) assert.equal(first.reasoningText, 'The town first.');
  assert.ok(heard(maker, upstream.requests[0]).thinks, 'it was asked to think');
  const again = upstream.requests[1].json;
  // What proves a thought goes back to its maker, wherever the client's dialect has a place for it.
  if (maker === 'messages' && ['anthropic', 'openai responses'].includes(client)) {
    const [block] = again.messages[1].content;
    assert.deepEqual(block, { type: 'thinking', thinking: 'The town first.', signature: 'SigA' });
  }
  assert.deepEqual(resultsIn(maker, upstream.requests[1]), ['rain in Oslo']);
});

each('errors', async ({ maker, upstream, model }) => {
  for (const [status, becomes, retryable] of [
    [400, 400, false],
    [429, 429, true],
    [500, 502, true],
  ]) {
    upstream.always(makers[maker].fail(status, `no luck: ${status}`));
    for (const ask of [
      () => generateText({ model, prompt: 'x', maxRetries: 0 }),
      async () => {
        const stream = streamText({ model, prompt: 'x', maxRetries: 0, onError() {} });
        for await (const part of stream.fullStream) if (part.type === 'error') throw part.error;
      },
    ]) {
      const error = await failureOf(ask());
      assert.ok(APICallError.isInstance(error), `${error.name}: ${error.message}`);
      assert.match(error.message, new RegExp(`no luck: ${status}`));
      assert.deepEqual([error.statusCode, error.isRetryable], [becomes, retryable]);
    }
  }
});

each('a stream that breaks off is no whole answer', async ({ maker, upstream, model }) => {
  const gate = makeGate();
  upstream.always(helloUntil(maker, gate));
  const stream = streamText({ model, prompt: 'x', maxRetries: 0, onError() {} });
  let text = '';
  let failed = null;
  for await (const part of stream.fullStream) {
    if (part.type === 'text-delta') text += part.text;
    if (text === 'Hello ') gate.open();
    if (part.type === 'error') failed = part.error;
  }
  assert.equal(text, 'Hello ');
  assert.ok(failed, 'the application is told');
});

each('abort', async ({ maker, upstream, model }) => {
  upstream.always(helloUntil(maker, makeGate()));
  const abort = new AbortController();
  const stream = streamText({
    model,
    prompt: 'x',
    maxRetries: 0,
    abortSignal: abort.signal,
    onError() {},
  });
  let last;
  for await (const part of stream.fullStream) {
    if (part.type === 'text-delta') abort.abort();
    last = part;
  }
  assert.equal(last.type, 'abort', String(last.error));
  await within(1_000, upstream.requests[0].gone, 'the upstream to be let go');
});

const prepare = async (stage) => {
  const providers = {};
  for (const [number, item] of cases.entries()) {
    item.upstream = await stage.upstream();
    item.number = number;
    providers[`a${number}`] = makers[item.maker].provider(item.upstream);
  }
  return stage.sluice({ plugins, providers });
};
table('The AI SDK:', cases, prepare, (sluice, { number, body, ...item }) => {
  const model = item.how.model(sluice, `a${number}/${makers[item.maker].model}`);
  return body({ ...item, sluice, model });
});

scenario('emulated upstreams answer and call a tool', async (stage) => {
  const { mock, baseUrl } = await startAimock(stage);
  mock.addFixture({
    match: { userMessage: 'weather', hasToolResult: true },
    response: { content: 'It rains' },
  });
  mock.onMessage('weather', { toolCalls: [{ name: 'weather', arguments: '{"city":"Oslo"}' }] });
  mock.onMessage('hello', { content: 'Hi from far away' });
  const at = { baseUrl, scheme: 'http', port: new URL(baseUrl).port };
  const providers = Object.fromEntries(
    Object.entries(makers).map(([maker, { provider }]) => [maker, provider(at)]),
  );
  const sluice = await stage.sluice({ plugins, providers });
  for (const { own, model } of Object.values(clients)) {
    for (const maker of makersFor(own)) {
      const ask = { model: model(sluice, `${maker}/${makers[maker].model}`), maxRetries: 0 };
      const whole = await generateText({ ...ask, prompt: 'hello' });
      assert.equal(whole.text, 'Hi from far away', `${own} to ${maker}`);
      const more = { tools: { weather }, stopWhen: stepCountIs(3) };
      const stream = streamText({ ...ask, ...more, prompt: 'weather' });
      await stream.consumeStream();
      assert.equal(await stream.text, 'It rains', `${own} to ${maker}`);
      const [first] = await stream.steps;
      assert.deepEqual(first.toolCalls[0].input, { city: 'Oslo' });
    }
  }
});
