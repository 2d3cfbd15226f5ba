// What official clients make of the oddities of OpenAI's and Anthropic's wires, through the
// gateway: where the upstream speaks the client's dialect, and where it does not.
import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { json, sse } from './support/answers.js';
import {
  completion,
  delta,
  done,
  fail,
  finish,
  question,
  role,
  streamOf,
  usageChunk,
  word,
} from './support/chat.js';
import { chat, eventsOf } from './support/client.js';
import {
  clientOf as anthropicOf,
  closed,
  ending,
  message,
  named,
  opened,
  delta as pieceOf,
  ping,
  plugins,
  question as messageQuestion,
  start,
  streamOf as messageStream,
  textBlock,
  fail as messageFail,
  usage as messageUsage,
} from './support/messages.js';
import { openAiOf } from './support/official.js';
import { upstreamResponse } from './support/responses.js';
import { together } from './support/scenario.js';

const { add, run } = together({ plugins });
const messages = { component: 'anthropic' };
const responses = { component: 'openai-responses' };

async function all(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

const streamed = { stream: true, stream_options: { include_usage: true } };

// --- who tries again ---

const twice = { maxRetries: 2 };
const callers = {
  chat: [{}, (sluice, model) => openAiOf(sluice, twice).chat.completions.create(question(model))],
  responses: [
    responses,
    (sluice, model) => openAiOf(sluice, twice).responses.create({ model, input: 'x' }),
  ],
  embeddings: [
    {},
    (sluice, model) => openAiOf(sluice, twice).embeddings.create({ model, input: 'x' }),
  ],
  messages: [
    messages,
    (sluice, model) => anthropicOf(sluice, twice).messages.create(messageQuestion(model)),
  ],
};

for (const [who, [provider, call]] of Object.entries(callers)) {
  for (const status of [408, 409, 429, 500, 503, 529]) {
    add(
      `${who}: what the gateway gave up with ${status} is not tried again by the client`,
      async ({ upstream, sluice, model }) => {
        const wait = status === 429 ? { 'retry-after': '60' } : {};
        upstream.always(
          who === 'messages' ? messageFail(status, 'api_error', wait) : fail(status, {}, wait),
        );
        const error = await call(sluice, model).catch((thrown) => thrown);
        assert.ok(error.status >= 429, error.message);
        assert.equal(error.headers.get('x-should-retry'), 'false');
        assert.equal(String(upstream.requests.length), error.headers.get('x-sluice-attempts'));
      },
      provider,
    );
  }
}

add('a wait told in milliseconds alone is told in seconds', async (given) => {
  const { upstream, sluice, model } = given;
  upstream.always(fail(429, {}, { 'retry-after-ms': '39001' }));
  const got = await chat(sluice, question(model));
  assert.equal(got.status, 429);
  assert.ok(['39', '40'].includes(got.headers['retry-after']), got.headers['retry-after']);
});

// --- OpenAI chat ---

const callPiece = (index, fields, more = {}) =>
  delta({ ...more, tool_calls: [{ index, ...fields }] });
const begun = (index, name, more) => {
  const call = { id: `call_${name}`, type: 'function', function: { name, arguments: '' } };
  return callPiece(index, call, more);
};
const argued = (index, text) => callPiece(index, { function: { arguments: text } });

// The first event has the role and the first call; then both calls come in turns.
const mixedCalls = [
  begun(0, 'f', { role: 'assistant', content: null, refusal: null }),
  argued(0, '{"a"'),
  begun(1, 'g'),
  argued(1, '{"b":'),
  argued(0, ':1}'),
  argued(1, '2}'),
  delta({}, { finish: 'tool_calls' }),
  usageChunk,
  done,
];
const partial = (index, json) => pieceOf(index, { type: 'input_json_delta', partial_json: json });
const tool = (index, name) => {
  const call = { type: 'tool_use', id: `call_${name}`, name, input: {} };
  return opened(index, { ...call, caller: { type: 'direct' } });
};
const mixedBlocks = [
  start,
  ping,
  tool(0, 'f'),
  ping,
  tool(1, 'g'),
  partial(1, ''),
  partial(0, '{"a"'),
  partial(1, '{"b":'),
  partial(0, ':1}'),
  closed(0),
  partial(1, '2}'),
  closed(1),
  ...ending('tool_use'),
];

for (const [who, provider, events] of [
  ['openai', {}, mixedCalls],
  ['anthropic', messages, mixedBlocks],
]) {
  add(
    `${who}: calls that come in turns are put together`,
    async ({ upstream, sluice, model }) => {
      upstream.always(sse(events));
      const stream = openAiOf(sluice).chat.completions.stream(question(model));
      const { choices } = await stream.finalChatCompletion();
      assert.equal(choices[0].finish_reason, 'tool_calls');
      assert.deepEqual(
        choices[0].message.tool_calls.map(({ id, function: made }) => [id, made.arguments]),
        [
          ['call_f', '{"a":1}'],
          ['call_g', '{"b":2}'],
        ],
      );
      const { content } = await anthropicOf(sluice)
        .messages.stream(messageQuestion(model))
        .finalMessage();
      assert.deepEqual(
        content.map(({ id, input }) => [id, input]),
        [
          ['call_f', { a: 1 }],
          ['call_g', { b: 2 }],
        ],
      );
      const { output } = await openAiOf(sluice)
        .responses.stream({ model, input: 'x' })
        .finalResponse();
      assert.deepEqual(
        output.map((item) => [item.call_id, item.arguments]),
        [
          ['call_f', '{"a":1}'],
          ['call_g', '{"b":2}'],
        ],
      );
    },
    provider,
  );
}

add('choices that come in turns are put together', async ({ upstream, sluice, model }) => {
  const say = (index, text, end) =>
    delta(text === null ? {} : { content: text }, { index, finish: end ?? null });
  const begin = (index) => delta({ role: 'assistant', content: '' }, { index });
  const turns = [say(1, 'b1'), say(0, 'a1'), say(1, 'b2'), say(1, null, 'length'), say(0, 'a2')];
  upstream.always(sse([begin(0), begin(1), ...turns, say(0, null, 'stop'), usageChunk, done]));
  const stream = openAiOf(sluice).chat.completions.stream(question(model, { n: 2 }));
  const { choices } = await stream.finalChatCompletion();
  assert.deepEqual(
    choices.map((choice) => [choice.message.content, choice.finish_reason]),
    [
      ['a1a2', 'stop'],
      ['b1b2', 'length'],
    ],
  );
});

add('a refusal comes in pieces and ends with stop', async ({ upstream, sluice, model }) => {
  const pieces = ['I ', 'will not'].map((refusal) => delta({ refusal }));
  const first = delta({ role: 'assistant', content: null, refusal: '' });
  upstream.always(sse([first, ...pieces, finish, usageChunk, done]));
  const { choices } = await openAiOf(sluice)
    .chat.completions.stream(question(model))
    .finalChatCompletion();
  assert.equal(choices[0].message.refusal, 'I will not');
  assert.equal(choices[0].finish_reason, 'stop');
  const told = await anthropicOf(sluice).messages.stream(messageQuestion(model)).finalMessage();
  assert.deepEqual([told.stop_reason, told.content[0].text], ['refusal', 'I will not']);
  const { output } = await openAiOf(sluice).responses.stream({ model, input: 'x' }).finalResponse();
  const [{ type, refusal }] = output[0].content;
  assert.deepEqual([type, refusal], ['refusal', 'I will not']);
});

const besides = {
  obfuscation: 'k3Wv',
  service_tier: 'default',
  system_fingerprint: 'fp_1',
};
const chance = { token: 'Hi', logprob: -0.1, bytes: [72, 105], top_logprobs: [] };

add('what stands beside the text comes too', async ({ upstream, sluice, model }) => {
  const said = delta({ content: 'Hi', annotations: [] }, { ...besides, usage: null });
  said.choices[0].logprobs = { content: [chance], refusal: null };
  upstream.always(sse([role, said, finish, usageChunk, done]));
  for (const more of [{ stream: true }, streamed]) {
    const chunks = await all(await openAiOf(sluice).chat.completions.create(question(model, more)));
    const { usage: counted, ...expected } = said;
    assert.deepEqual(chunks[1], more === streamed ? { ...expected, usage: counted } : expected);
  }
});

for (const [who, provider, streamOfText] of [
  ['openai', {}, streamOf],
  ['anthropic', messages, messageStream],
]) {
  add(
    `${who}: an event of megabytes is translated`,
    async ({ upstream, sluice, model }) => {
      const long = 'é'.repeat(1 << 20);
      upstream.always(sse(streamOfText(long)));
      const told = await anthropicOf(sluice).messages.stream(messageQuestion(model)).finalMessage();
      const said = await openAiOf(sluice).responses.stream({ model, input: 'x' }).finalResponse();
      const { choices } = await openAiOf(sluice)
        .chat.completions.stream(question(model))
        .finalChatCompletion();
      for (const text of [told.content[0].text, said.output_text, choices[0].message.content])
        assert.ok(text === long, 'it is whole');
    },
    provider,
  );
}

add('audio comes, in lines of megabytes', async ({ upstream, sluice, model }) => {
  const data = 'QUJD'.repeat(1 << 20);
  const pieces = [{ id: 'a_1', data }, { transcript: 'Hi' }, { expires_at: 7 }].map((audio) =>
    delta({ audio }),
  );
  const whole = completion(null);
  whole.choices[0].message.audio = { id: 'a_1', data, expires_at: 7, transcript: 'Hi' };
  const asks = { modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'wav' } };
  upstream.next(sse([role, ...pieces, finish, usageChunk, done]), json(whole));
  const chunks = await all(
    await openAiOf(sluice).chat.completions.create(question(model, { ...asks, stream: true })),
  );
  const heard = chunks.map((chunk) => chunk.choices[0].delta.audio).filter(Boolean);
  assert.ok(heard.length === 3 && heard[0].data === data, 'the data is whole');
  const got = await openAiOf(sluice).chat.completions.create(question(model, asks));
  assert.ok(got.choices[0].message.audio.data === data, 'the data is whole');
  assert.deepEqual(upstream.requests[1].json.audio, asks.audio);
});

// --- OpenAI Responses ---

// As recordings of 2025 have them: no event tells its number.
const numberless = upstreamResponse('Hi').events.map(({ raw }) => ({
  raw: raw.replace(/,"sequence_number":\d+/, ''),
}));

add(
  'a stream without numbers comes as it is, and goes on behind the event that is asked for',
  async ({ upstream, sluice, model }) => {
    upstream.always(sse(numberless));
    const client = openAiOf(sluice).responses;
    const events = await all(await client.create({ model, input: 'x', stream: true }));
    assert.equal(events.length, numberless.length);
    assert.ok(events.every((event) => event.sequence_number === undefined));
    const { id } = events.at(-1).response;
    const again = (more) => client.retrieve(id, { stream: true, ...more }).then(all);
    assert.deepEqual(await again({}), events);
    assert.deepEqual(await again({ starting_after: 0 }), events.slice(1));
    assert.deepEqual(await again({ starting_after: 4 }), events.slice(5));
    for (const odd of ['abc', '-1', '1.5']) {
      const error = await again({ starting_after: odd }).catch((thrown) => thrown);
      assert.ok(error instanceof OpenAI.BadRequestError, error.message);
      assert.match(error.message, /starting_after/);
    }
  },
  responses,
);

// --- usage ---

add(
  'usage of a Messages upstream is null until it is told, and adds up',
  async ({ upstream, sluice, model }) => {
    const counts = { ...messageUsage, cache_creation_input_tokens: 3 };
    const begin = named({
      type: 'message_start',
      message: { ...message([]), stop_reason: null, usage: { ...counts, output_tokens: 1 } },
    });
    const events = messageStream('Hello');
    upstream.always(sse([begin, ...events.slice(1)]));
    const got = await chat(sluice, question(model, streamed));
    const chunks = eventsOf(got.text).filter((one) => one !== done);
    assert.ok(chunks.slice(0, -1).every((chunk) => chunk.usage === null));
    const { choices, usage: told } = chunks.at(-1);
    assert.deepEqual(choices, []);
    assert.equal(told.prompt_tokens, 10 + 4 + 3);
    assert.equal(told.prompt_tokens_details.cached_tokens, 4);
    assert.equal(told.total_tokens, told.prompt_tokens + told.completion_tokens);
    const quiet = await chat(sluice, question(model, { stream: true }));
    assert.ok(!quiet.text.includes('"usage"'));
  },
  messages,
);

// --- Anthropic Messages ---

// Blanks inside of the data, events that nobody knows, and a ping between any two.
const oddly = (events) =>
  events.flatMap(({ raw }) => [
    { raw: raw.replace(/}\n\n$/, '         }\n\n') },
    ping,
    named({ type: 'weather_report', index: 0 }),
  ]);

const nameless = (events) => events.map(({ raw }) => ({ raw: raw.replace(/^event: .*\n/, '') }));

for (const [how, change] of [
  ['with blanks, pings and unknown events', oddly],
  ['without names', nameless],
]) {
  add(
    `a Messages stream ${how} is understood by every client`,
    async ({ upstream, sluice, model }) => {
      upstream.always(sse(change(messageStream('Hello ', 'there'))));
      const own = await anthropicOf(sluice).messages.stream(messageQuestion(model)).finalMessage();
      assert.equal(own.content[0].text, 'Hello there');
      assert.equal(own.usage.output_tokens, messageUsage.output_tokens);
      const { choices } = await openAiOf(sluice)
        .chat.completions.stream(question(model))
        .finalChatCompletion();
      assert.equal(choices[0].message.content, 'Hello there');
    },
    messages,
  );
}

const ends = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  refusal: 'content_filter',
  pause_turn: 'stop',
};
for (const [reason, expected] of Object.entries(ends)) {
  add(
    `a Messages answer of no block that ends with ${reason}`,
    async ({ upstream, sluice, model }) => {
      upstream.always((asked) =>
        asked.json.stream
          ? sse([start, ...ending(reason)])
          : json(message([], { stop_reason: reason })),
      );
      const chunks = await all(
        await openAiOf(sluice).chat.completions.create(question(model, { stream: true })),
      );
      assert.equal(chunks.at(-1).choices[0].finish_reason, expected);
      const whole = await openAiOf(sluice).chat.completions.create(question(model));
      assert.equal(whole.choices[0].finish_reason, expected);
      const own = await anthropicOf(sluice).messages.stream(messageQuestion(model)).finalMessage();
      assert.deepEqual([own.stop_reason, own.content], [reason, []]);
    },
    messages,
  );
}

// Thoughts, one of them hidden, that led to a call: the next request must hold them unchanged.
const thought = { type: 'thinking', thinking: 'Look', signature: 'EqQB+/=' };
const hidden = { type: 'redacted_thinking', data: 'EmwK+/=' };
const use = { type: 'tool_use', id: 'toolu_1', name: 'now', input: {} };
const thoughtful = [
  start,
  opened(0, { type: 'thinking', thinking: '', signature: '' }),
  pieceOf(0, { type: 'thinking_delta', thinking: 'Look' }),
  pieceOf(0, { type: 'signature_delta', signature: thought.signature }),
  closed(0),
  opened(1, hidden),
  closed(1),
  opened(2, use),
  partial(2, ''),
  closed(2),
  ...ending('tool_use'),
];
const thoughtfully = (asked) =>
  asked.json.stream
    ? sse(thoughtful)
    : json(message([thought, hidden, use], { stop_reason: 'tool_use' }));
const now = { name: 'now', parameters: { type: 'object', properties: {} } };
const talks = {
  async chat(sluice, model) {
    const client = openAiOf(sluice).chat.completions;
    const asked = question(model, {
      reasoning_effort: 'low',
      tools: [{ type: 'function', function: now }],
    });
    const first = await client.create(asked); // the helper for streams keeps the last detail alone
    const said = first.choices[0].message;
    assert.equal(said.tool_calls[0].function.arguments, '{}');
    const result = { role: 'tool', tool_call_id: said.tool_calls[0].id, content: 'noon' };
    await client.create({ ...asked, messages: [...asked.messages, said, result] });
  },
  async responses(sluice, model) {
    const client = openAiOf(sluice).responses;
    const asked = {
      model,
      store: false,
      include: ['reasoning.encrypted_content'],
      reasoning: { effort: 'low' },
      tools: [{ type: 'function', strict: false, ...now }],
    };
    const input = [{ role: 'user', content: 'Time?' }];
    const { output } = await client.stream({ ...asked, input }).finalResponse();
    const { id, call_id } = output.find(({ type }) => type === 'function_call');
    assert.notEqual(id, call_id);
    const result = { type: 'function_call_output', call_id, output: 'noon' };
    await client.create({ ...asked, input: [...input, ...output, result] });
  },
  async messages(sluice, model) {
    const client = anthropicOf(sluice).messages;
    const asked = messageQuestion(model, {
      max_tokens: 4096,
      thinking: { type: 'enabled', budget_tokens: 2048 },
      tools: [{ name: 'now', input_schema: now.parameters }],
    });
    const { content } = await client.stream(asked).finalMessage();
    const result = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'noon' };
    const said = { role: 'assistant', content };
    const next = [...asked.messages, said, { role: 'user', content: [result] }];
    await client.create({ ...asked, messages: next });
  },
};
for (const [who, talk] of Object.entries(talks)) {
  add(
    `${who}: hidden thoughts go back unchanged before the call that they led to`,
    async ({ upstream, sluice, model }) => {
      upstream.next(thoughtfully, json(message([textBlock('Noon')])));
      await talk(sluice, model);
      const sent = upstream.requests[1].json;
      assert.deepEqual(sent.messages[1], { role: 'assistant', content: [thought, hidden, use] });
      assert.equal(sent.thinking.type, 'enabled');
      const [result] = sent.messages[2].content;
      assert.deepEqual([result.type, result.tool_use_id], ['tool_result', use.id]);
    },
    messages,
  );
}

run('Facts of the wires:');
