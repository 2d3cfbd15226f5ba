// What the official clients do for their users beyond a request: run tools until the answer is
// there, put streams together, parse answers by a schema, count. With upstreams of every maker.
import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import { betaZodTool } from '@anthropic-ai/sdk/helpers/beta/zod';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import OpenAI from 'openai';
import { zodFunction, zodResponseFormat, zodTextFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { json } from './support/answers.js';
import {
  callsIn,
  heard,
  makers,
  makersFor,
  plugins,
  resultsIn,
  speak,
  tokens,
} from './support/makers.js';
import { table } from './support/scenario.js';
import { slow } from './support/time.js';

const options = { apiKey: 'anything', timeout: slow(20_000), maxRetries: 0 };
const openaiOf = (sluice) => new OpenAI({ ...options, baseURL: `${sluice.url}/v1` });
const anthropicOf = (sluice) => new Anthropic({ ...options, baseURL: sluice.url });

const cases = [];
const each = (dialect, name, body) => {
  for (const maker of makersFor(dialect))
    cases.push({ name: `${dialect} to ${maker}: ${name}`, maker, body });
};

const turns = [
  {
    thought: 'Two towns.',
    calls: [
      { name: 'weather', args: { city: 'Oslo' } },
      { name: 'weather', args: { city: 'Rome' }, id: 'call_b' },
    ],
  },
  { calls: [{ name: 'clock', id: 'call_c' }] },
  { text: 'It rains' },
];
const calls = [
  ['weather', { city: 'Oslo' }],
  ['weather', { city: 'Rome' }],
  ['clock', {}],
];
const results = ['rain in Oslo', 'rain in Rome', 'noon'];
const city = z.object({ city: z.string() });
const rain = ({ city: name }) => `rain in ${name}`;
const noon = () => 'noon';

function assertRun(maker, { requests }) {
  assert.equal(requests.length, 3);
  assert.deepEqual(callsIn(maker, requests[2]), calls);
  assert.deepEqual(resultsIn(maker, requests[2]), results);
}

// --- chat ---

const chatTools = [
  zodFunction({ name: 'weather', parameters: city, function: rain, description: 'Tells it' }),
  zodFunction({ name: 'clock', parameters: z.object({}), function: noon }),
];

for (const stream of [false, true]) {
  each('chat', `tools are run, ${stream ? 'streamed' : 'whole'}`, async (given) => {
    const { maker, sluice, upstream, model } = given;
    upstream.next(...turns.map((turn) => speak(maker, turn)));
    const runner = openaiOf(sluice).chat.completions.runTools({
      model,
      stream,
      messages: [{ role: 'user', content: 'Weather?' }],
      tools: chatTools,
    });
    assert.equal(await runner.finalContent(), 'It rains');
    assertRun(maker, upstream);
  });
}

const report = z.object({ city: z.string(), degrees: z.number() });
const answer = { city: 'Oslo', degrees: -3 };

// The answer, where it was asked for: as text, or as the arguments of a tool in its place.
const structured = (maker) => (request) => {
  const { schema, tools } = heard(maker, request);
  assert.deepEqual(Object.keys((schema ?? tools[0].parameters).properties), ['city', 'degrees']);
  const turn = schema
    ? { text: JSON.stringify(answer) }
    : { calls: [{ name: tools[0].name, args: answer }] };
  return speak(maker, turn)(request);
};

each('chat', 'an answer is parsed by its schema', async ({ maker, sluice, upstream, model }) => {
  upstream.always(structured(maker));
  const ask = {
    model,
    messages: [{ role: 'user', content: 'Weather?' }],
    response_format: zodResponseFormat(report, 'report'),
  };
  const client = openaiOf(sluice);
  const whole = await client.chat.completions.parse(ask);
  assert.deepEqual(whole.choices[0].message.parsed, answer);
  const streamed = await client.chat.completions.stream(ask).finalChatCompletion();
  assert.deepEqual(streamed.choices[0].message.parsed, answer);
});

each('chat', 'the tokens of a stream are those of a whole answer', async (given) => {
  const { maker, sluice, upstream, model } = given;
  upstream.always(speak(maker, { thought: 'Hm', text: 'Hello there' }));
  const ask = { model, messages: [{ role: 'user', content: 'Say hello' }] };
  const client = openaiOf(sluice);
  const whole = await client.chat.completions.create(ask);
  const runner = client.chat.completions.stream({
    ...ask,
    stream_options: { include_usage: true },
  });
  const streamed = await runner.finalChatCompletion();
  for (const { usage, choices } of [whole, streamed]) {
    assert.deepEqual(
      [usage.prompt_tokens, usage.completion_tokens, usage.prompt_tokens_details.cached_tokens],
      [tokens.prompt, tokens.completion, tokens.cached],
    );
    assert.deepEqual(
      [choices[0].finish_reason, choices[0].message.content],
      ['stop', 'Hello there'],
    );
  }
});

// --- Responses ---

each('responses', 'an answer is parsed by its schema', async (given) => {
  const { maker, sluice, upstream, model } = given;
  upstream.always(structured(maker));
  const ask = { model, input: 'Weather?', text: { format: zodTextFormat(report, 'report') } };
  const client = openaiOf(sluice);
  assert.deepEqual((await client.responses.parse(ask)).output_parsed, answer);
  const streamed = await client.responses.stream(ask).finalResponse();
  assert.deepEqual(streamed.output_parsed, answer);
});

each('responses', 'a stream is put together', async ({ maker, sluice, upstream, model }) => {
  upstream.always(speak(maker, { ...turns[0], text: 'One moment. ' }));
  const stream = openaiOf(sluice).responses.stream({
    model,
    input: 'Weather?',
    reasoning: { summary: 'auto', effort: 'low' },
    tools: [{ type: 'function', name: 'weather', parameters: {}, strict: false }],
  });
  let text = '';
  stream.on('response.output_text.delta', ({ delta, snapshot }) => {
    text += delta;
    assert.equal(snapshot, text);
  });
  const final = await stream.finalResponse();
  assert.equal(final.output_text, 'One moment. ');
  assert.deepEqual(
    final.output.filter(({ type }) => type === 'function_call').map((item) => item.arguments),
    ['{"city":"Oslo"}', '{"city":"Rome"}'],
  );
  assert.equal(final.output[0].summary[0].text, 'Two towns.');
  assert.equal(final.usage.input_tokens_details.cached_tokens, tokens.cached);
});

// --- Messages ---

const runnable = [
  betaZodTool({ name: 'weather', inputSchema: city, description: 'Tells it', run: rain }),
  betaZodTool({ name: 'clock', inputSchema: z.object({}), description: 'Time', run: noon }),
];

for (const stream of [false, true]) {
  each('messages', `tools are run, ${stream ? 'streamed' : 'whole'}`, async (given) => {
    const { maker, sluice, upstream, model } = given;
    upstream.next(...turns.map((turn) => speak(maker, turn)));
    const runner = anthropicOf(sluice).beta.messages.toolRunner({
      model,
      stream,
      max_tokens: 4000,
      thinking: { type: 'enabled', budget_tokens: 1024 },
      messages: [{ role: 'user', content: 'Weather?' }],
      tools: runnable,
    });
    const final = await runner.runUntilDone();
    assert.equal(final.content[0].text, 'It rains');
    // Anthropic holds the conversation and is sent what is new; for others the client learns that
    // it must send all of it.
    if (maker !== 'messages') return assertRun(maker, upstream);
    assert.deepEqual(
      upstream.requests.map(({ json: body }) => body.thread.type),
      ['create', 'continue', 'continue'],
    );
    assert.match(upstream.requests[0].headers['anthropic-beta'], /message-threads/);
    assert.deepEqual(resultsIn(maker, upstream.requests[2]), ['noon']);
  });
}

each('messages', 'a stream is put together', async ({ maker, sluice, upstream, model }) => {
  upstream.always(
    speak(maker, { thought: 'Two towns.', text: 'One moment. ', calls: turns[0].calls }),
  );
  const stream = anthropicOf(sluice).messages.stream({
    model,
    max_tokens: 4000,
    messages: [{ role: 'user', content: 'Weather?' }],
    tools: [{ name: 'weather', input_schema: { type: 'object' } }],
  });
  const said = { text: '', thinking: '', inputJson: '' };
  stream.on('text', (piece) => (said.text += piece));
  stream.on('thinking', (piece) => (said.thinking += piece));
  stream.on('inputJson', (piece) => (said.inputJson += piece));
  const blocks = [];
  stream.on('contentBlock', ({ type }) => blocks.push(type));
  const final = await stream.finalMessage();
  assert.deepEqual(said, {
    text: 'One moment. ',
    thinking: 'Two towns.',
    inputJson: '{"city":"Oslo"}{"city":"Rome"}',
  });
  const kinds = blocks.filter((type) => type !== 'redacted_thinking');
  assert.deepEqual(kinds, ['thinking', 'text', 'tool_use', 'tool_use']);
  assert.equal(final.stop_reason, 'tool_use');
  assert.equal(final.usage.cache_read_input_tokens, tokens.cached);
  assert.equal(final.usage.output_tokens, tokens.completion);
});

each('messages', 'an answer is parsed by its schema', async (given) => {
  const { maker, sluice, upstream, model } = given;
  upstream.always(structured(maker));
  const parsed = await anthropicOf(sluice).messages.parse({
    model,
    max_tokens: 1000,
    messages: [{ role: 'user', content: 'Weather?' }],
    output_config: { format: zodOutputFormat(report) },
  });
  assert.deepEqual(parsed.parsed_output, answer);
});

each('messages', 'tokens are counted', async ({ maker, sluice, upstream, model }) => {
  upstream.always(json(maker === 'gemini' ? { totalTokens: 42 } : { input_tokens: 42 }));
  const asked = { model, messages: [{ role: 'user', content: 'Weather?' }] };
  const { data, response } = await anthropicOf(sluice).messages.countTokens(asked).withResponse();
  const estimated = response.headers.get('x-sluice-estimated');
  if (maker === 'chat') assert.ok(estimated === 'true' && data.input_tokens > 0);
  else assert.deepEqual([estimated, data.input_tokens], [null, 42]);
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
table('Helpers of the official clients:', cases, prepare, (sluice, item) => {
  const { maker, upstream, number, body } = item;
  return body({ maker, upstream, sluice, model: `a${number}/${makers[maker].model}` });
});
