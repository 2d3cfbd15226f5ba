// LangChain.js with its models of OpenAI's (chat completions and Responses) and of Anthropic's
// dialect, asking upstreams of every maker.
import assert from 'node:assert/strict';
import { ChatAnthropic } from '@langchain/anthropic';
import { HumanMessage, SystemMessage, ToolMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { ChatOpenAI } from '@langchain/openai';
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
import { makeGate, slow, within } from './support/time.js';

const openai = (more) => (sluice, model) =>
  new ChatOpenAI({
    model,
    apiKey: 'anything',
    maxRetries: 0,
    timeout: slow(20_000),
    configuration: { baseURL: `${sluice.url}/v1` },
    ...more,
  });

const clients = {
  ChatOpenAI: { own: 'chat', make: openai({}) },
  'ChatOpenAI of Responses': { own: 'responses', make: openai({ useResponsesApi: true }) },
  ChatAnthropic: {
    own: 'messages',
    make: (sluice, model) =>
      new ChatAnthropic({
        model,
        apiKey: 'anything',
        maxRetries: 0,
        maxTokens: 1000,
        anthropicApiUrl: sluice.url,
      }),
  },
};

const cases = [];
const each = (name, body) => {
  for (const [client, how] of Object.entries(clients)) {
    for (const maker of makersFor(how.own)) {
      cases.push({ name: `${client} to ${maker}: ${name}`, how, maker, body });
    }
  }
};

const assertUsage = ({ usage_metadata: usage }) => {
  assert.deepEqual(
    [usage.input_tokens, usage.output_tokens, usage.total_tokens],
    [tokens.prompt, tokens.completion, tokens.prompt + tokens.completion],
  );
  assert.equal(usage.input_token_details?.cache_read, tokens.cached);
};

async function gathered(stream) {
  let whole;
  let pieces = 0;
  for await (const piece of stream) {
    whole = whole === undefined ? piece : whole.concat(piece);
    if (piece.text) pieces += 1;
  }
  return { whole, pieces };
}

each('invoke', async ({ maker, upstream, model }) => {
  upstream.always(speak(maker, { text: 'Hello there' }));
  const got = await model.invoke([new SystemMessage('Be brief'), new HumanMessage('Say hello')]);
  assert.equal(got.text, 'Hello there');
  assertUsage(got);
  const { system, turns } = heard(maker, upstream.requests[0]);
  assert.deepEqual(system, ['Be brief']);
  assert.deepEqual([turns.length, turns[0].role, turns[0].text], [1, 'user', 'Say hello']);
});

each('stream', async ({ how, maker, upstream, model }) => {
  upstream.always(speak(maker, { text: 'One two three' }));
  const { whole, pieces } = await gathered(await model.stream('Count'));
  assert.equal(whole.text, 'One two three');
  assert.ok(pieces >= 3, 'word by word');
  // ChatAnthropic reads the prompt's tokens where a message begins, when other makers have not told
  // them, and adds the answer's tokens of the beginning to those of the end.
  if (how.own !== 'messages') assertUsage(whole);
  else assert.ok(whole.usage_metadata.output_tokens >= tokens.completion);
});

const weather = tool(async ({ city }) => `rain in ${city}`, {
  name: 'weather',
  description: 'Tells the weather',
  schema: z.object({ city: z.string() }),
});
const clock = tool(async () => 'noon', {
  name: 'clock',
  description: 'Tells the time',
  schema: z.object({}),
});
const executors = { weather, clock };

const called = [
  { name: 'weather', args: { city: 'Oslo' } },
  { name: 'clock', args: {} },
];

async function toolsInTwoTurns({ maker, upstream, model }, ask) {
  upstream.next(
    speak(maker, { thought: 'Look first.', text: 'I look.', calls: called }),
    speak(maker, { text: 'It rains' }),
  );
  const bound = model.bindTools([weather, clock]);
  const messages = [new HumanMessage('Weather?')];
  const first = await ask(bound, messages);
  messages.push(first);
  assert.deepEqual(
    first.tool_calls.map(({ name, args }) => ({ name, args })),
    called,
  );
  for (const call of first.tool_calls) messages.push(await executors[call.name].invoke(call));
  assert.ok(messages.at(-1) instanceof ToolMessage);
  const second = await ask(bound, messages);
  assert.equal(second.text, 'It rains');
  const [, again] = upstream.requests;
  assert.deepEqual(
    callsIn(maker, again),
    called.map(({ name, args }) => [name, args]),
  );
  assert.deepEqual(resultsIn(maker, again), ['rain in Oslo', 'noon']);
  const { tools } = heard(maker, again);
  assert.deepEqual(tools[0].parameters.required, ['city']);
}

each('bindTools in two turns', (given) =>
  toolsInTwoTurns(given, (model, messages) => model.invoke(messages)),
);

each('bindTools in two turns, streamed', (given) =>
  toolsInTwoTurns(given, async (model, messages) => {
    const { whole } = await gathered(await model.stream(messages));
    return whole;
  }),
);

each('withStructuredOutput', async ({ maker, upstream, model }) => {
  const answer = { city: 'Oslo', degrees: -3 };
  upstream.always((request) => {
    const { schema, tools } = heard(maker, request);
    const turn =
      schema || !tools.length
        ? { text: JSON.stringify(answer) }
        : { calls: [{ name: tools[0].name, args: answer }] };
    return speak(maker, turn)(request);
  });
  const schema = z.object({ city: z.string(), degrees: z.number() });
  for (const method of ['jsonSchema', 'functionCalling']) {
    const structured = model.withStructuredOutput(schema, { method, name: 'report' });
    assert.deepEqual(await structured.invoke('Weather?'), answer, method);
  }
  for (const request of upstream.requests) {
    const { schema: native, tools } = heard(maker, request);
    const asked = native ?? tools[0]?.parameters;
    assert.deepEqual(Object.keys(asked.properties), ['city', 'degrees']);
  }
});

const pixel = 'iVBORw0KGgo=';

each('an image', async ({ maker, upstream, model }) => {
  upstream.always(speak(maker, { text: 'A dot' }));
  const content = [
    { type: 'text', text: 'What is it?' },
    { type: 'image_url', image_url: { url: `data:image/png;base64,${pixel}` } },
  ];
  const got = await model.invoke([new HumanMessage({ content })]);
  assert.equal(got.text, 'A dot');
  const [turn] = heard(maker, upstream.requests[0]).turns;
  assert.deepEqual([turn.text, turn.images], ['What is it?', [['image/png', pixel]]]);
});

each('errors', async ({ how, maker, upstream, model }) => {
  for (const [status, becomes] of [
    [400, 400],
    [429, 429],
    [500, 502],
  ]) {
    upstream.always(makers[maker].fail(status, `no luck: ${status}`));
    const error = await model.invoke('x').catch((thrown) => thrown);
    assert.equal(error.status, becomes, `${how.own}: ${error}`);
    assert.match(error.message, new RegExp(`no luck: ${status}`));
    if (status === 429) assert.equal(error.lc_error_code ?? 'MODEL_RATE_LIMIT', 'MODEL_RATE_LIMIT');
    const streamed = await model.stream('x').catch((thrown) => thrown);
    assert.equal(streamed.status, becomes);
  }
});

each('a stream that breaks off is no whole answer', async ({ how, maker, upstream, model }) => {
  const gate = makeGate();
  upstream.always(helloUntil(maker, gate));
  let text = '';
  let whole;
  const read = async () => {
    for await (const piece of await model.stream('x')) {
      whole = whole === undefined ? piece : whole.concat(piece);
      text += piece.text;
      if (text === 'Hello ') gate.open();
    }
  };
  // With the Responses API it does not throw, whoever fails: what it has is not completed.
  let failed = null;
  await read().catch((error) => (failed = error));
  assert.equal(failed === null, how.own === 'responses');
  assert.equal(text, 'Hello ', String(failed));
  assert.notEqual(whole.response_metadata.status, 'completed');
  assert.equal(whole.response_metadata.finish_reason ?? null, null);
});

each('abort', async ({ maker, upstream, model }) => {
  upstream.always(helloUntil(maker, makeGate()));
  const abort = new AbortController();
  await assert.rejects(async () => {
    for await (const piece of await model.stream('x', { signal: abort.signal })) {
      if (piece.text) abort.abort();
    }
  });
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
table('LangChain:', cases, prepare, (sluice, { number, body, ...item }) => {
  const model = item.how.make(sluice, `a${number}/${makers[item.maker].model}`);
  return body({ ...item, sluice, model });
});

scenario('LangChain: emulated upstreams answer and call a tool', async (stage) => {
  const { mock, baseUrl } = await startAimock(stage);
  mock.onMessage('weather', { toolCalls: [{ name: 'weather', arguments: '{"city":"Oslo"}' }] });
  mock.onMessage('hello', { content: 'Hi from far away' });
  const at = { baseUrl, scheme: 'http', port: new URL(baseUrl).port };
  const providers = Object.fromEntries(
    Object.entries(makers).map(([maker, { provider }]) => [maker, provider(at)]),
  );
  const sluice = await stage.sluice({ plugins, providers });
  for (const { own, make } of Object.values(clients)) {
    for (const maker of makersFor(own)) {
      const model = make(sluice, `${maker}/${makers[maker].model}`);
      assert.equal((await model.invoke('hello')).text, 'Hi from far away', `${own} to ${maker}`);
      const { whole } = await gathered(await model.bindTools([weather]).stream('weather'));
      assert.deepEqual(whole.tool_calls[0].args, { city: 'Oslo' }, `${own} to ${maker}`);
    }
  }
});
