// Every client's dialect at every provider, in every situation that a client can be in: one gateway
// with all of them. A wire (support/wires) is what a provider takes and gives, a dialect
// (support/dialects) what a client does; both are told what is meant in neutral words, and here it
// is compared.
import assert from 'node:assert/strict';
import { Cell, prepareCells } from './support/cells.js';
import { chat } from './support/dialects/chat.js';
import { messages } from './support/dialects/messages.js';
import { responses } from './support/dialects/responses.js';
import { completionOf, promptOf, toldUsage } from './support/neutral.js';
import { table } from './support/scenario.js';
import { within } from './support/time.js';
import { anthropic } from './support/wires/anthropic.js';
import { azure } from './support/wires/azure.js';
import { bedrock } from './support/wires/bedrock.js';
import { cohere } from './support/wires/cohere.js';
import { gemini, vertex } from './support/wires/gemini.js';
import { ollama } from './support/wires/ollama.js';
import { openai } from './support/wires/openai.js';
import { azureResponses, openaiResponses } from './support/wires/openai_responses.js';

const dialects = [chat, responses, messages];
const wires = {
  openai,
  'openai-responses': openaiResponses,
  azure,
  'azure-responses': azureResponses,
  anthropic,
  gemini,
  vertex,
  ollama,
  bedrock,
  cohere,
};

// --- what is asked and answered ---

const plain = {
  stream: false,
  system: 'You are terse.',
  turns: [{ user: 'Say "hëllo" & more.' }],
  tools: [],
  choice: 'auto',
  schema: undefined,
  thinks: false,
  limit: 4096,
  temperature: undefined,
  stop: undefined,
};

const closed = { required: ['city'], additionalProperties: false };
const city = { type: 'object', properties: { city: { type: 'string' } }, ...closed };
const weather = { name: 'weather', description: 'Tells the weather', parameters: city };
const clock = { ...weather, name: 'clock', description: 'Tells the time' };
const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=';

const said = (text, more = {}) => ({
  text,
  reasoning: '',
  calls: [],
  finish: 'stop',
  usage: { input: 11, cacheRead: 5, cacheWrite: 3, output: 13, reasoning: 0 },
  ...more,
});
const called = (calls, more = {}) => said('', { calls, finish: 'tool_calls', ...more });
const inOslo = { id: 'toolu_1', name: 'weather', arguments: { city: 'Oslo "Ø"' } };
const inRome = { id: 'toolu_2', name: 'clock', arguments: { city: 'Rome' } };
const usageOfThought = { input: 11, cacheRead: 0, cacheWrite: 0, output: 13, reasoning: 8 };

// --- what has to come of it ---

/** The part of an answer that goes back to this wire. */
function backTo(wire, dialect, answer) {
  const back = wire.sameDialect && wire.sameDialect !== dialect.name ? [] : (wire.back ?? []);
  const kept = back.filter((name) => answer[name]).map((name) => [name, answer[name]]);
  return { text: answer.text, ...Object.fromEntries(kept) };
}

/** The question as it has to be at the upstream; `answers` are those that were given before. */
function expectedAt({ wire, dialect }, question, answers) {
  const idsOf = (list) => list.map(({ id, ...rest }) => (wire.ids ? { id, ...rest } : rest));
  const given = [...answers];
  const turns = question.turns.map((turn) => {
    if (turn.results) return { results: idsOf(turn.results) };
    if (!turn.said) return turn;
    const answer = given.shift();
    return { said: { ...backTo(wire, dialect, answer), calls: idsOf(answer.calls) } };
  });
  return { ...question, turns };
}

/** What was seen, without what only some clients send and this wire makes nothing of. */
function seenOf(question, { wire, dialect }) {
  const turns = question.turns.map((turn) =>
    turn.said ? { said: { ...backTo(wire, dialect, turn.said), calls: turn.said.calls } } : turn,
  );
  return { ...question, turns };
}

function assertUsage({ wire }, usage, answer) {
  const told = toldUsage(answer.usage, wire.told);
  assert.equal(usage.prompt, promptOf(told), 'the tokens of the prompt');
  assert.equal(usage.completion, completionOf(told), 'the tokens of the answer');
  for (const name of ['cacheRead', 'cacheWrite', 'reasoning']) {
    if (usage[name] !== undefined) assert.equal(usage[name], told[name], name);
  }
}

async function assertLogged({ wire, log }, got, answer) {
  const entry = await log(got.headers['x-sluice-request-id']);
  assert.equal(entry.outcome, 'answered');
  const logged = {
    input: entry.input_tokens,
    cacheRead: entry.cache_read_tokens,
    cacheWrite: entry.cache_write_tokens,
    output: entry.output_tokens,
    reasoning: entry.reasoning_tokens,
  };
  assert.deepEqual(logged, toldUsage(answer.usage, wire.told), 'the buckets in the log');
}

function assertAnswer({ wire }, read, answer) {
  const bare = ({ name, arguments: args }) => ({ name, arguments: args });
  assert.equal(read.text, answer.text);
  assert.equal(read.reasoning, answer.reasoning);
  assert.deepEqual(read.calls.map(bare), answer.calls.map(bare));
  assert.equal(read.finish, answer.finish);
  const ids = read.calls.map(({ id }) => id);
  if (wire.ids)
    assert.deepEqual(
      ids,
      answer.calls.map(({ id }) => id),
    );
  assert.ok(ids.every(Boolean) && new Set(ids).size === ids.length, `ids: ${ids}`);
}

/**
 * Asks, and checks the question at the upstream, the answer at the client and the usage everywhere.
 * `before`: the answers of earlier turns. Returns the answer as the client has it.
 */
async function exchange(cell, question, answer, { before = [], dropped, ...how } = {}) {
  cell.answers(answer, how);
  const got = await cell.asks(question);
  const read = cell.reads(got, question.stream);
  const seen = cell.seen.at(-1).question;
  assert.deepEqual(seenOf(seen, cell), expectedAt(cell, question, before));
  assertAnswer(cell, read, answer);
  assertUsage(cell, read.usage, answer);
  await assertLogged(cell, got, answer);
  assert.equal(got.headers['x-sluice-dropped'], dropped, 'x-sluice-dropped');
  return read;
}

/** Two turns: calls, and an answer that has their results. */
async function useTools(cell, first, calling, { dropped } = {}) {
  const answer = await exchange(cell, first, calling, { dropped });
  const texts = ['rain: 3 °C', 'half past nine'];
  const results = answer.calls.map(({ id }, place) => ({ id, text: texts[place] }));
  const second = {
    ...first,
    choice: 'auto',
    turns: [...first.turns, { said: answer }, { results }],
  };
  const usage = calling.usage;
  await exchange(cell, second, said('It rains.', { usage }), { before: [calling], dropped });
}

// --- the situations ---

const situations = {};
/** One in two forms: the whole answer, and the stream. */
const both = (name, body) => {
  situations[name] = (cell) => body(cell, false);
  situations[`${name}, streamed`] = (cell) => body(cell, true);
};

const questionOf = (cell, stream, more = {}) => ({
  ...plain,
  model: cell.wire.model,
  stream,
  ...more,
});

both('plain', async (cell, stream) => {
  await exchange(cell, questionOf(cell, stream), said('Hëllo there, "you" \n𝄞 '), { size: 7 });
});

both('cut by the limit', async (cell, stream) => {
  await exchange(cell, questionOf(cell, stream), said('Hello the', { finish: 'length' }));
});

both('settings', async (cell, stream) => {
  const stop = cell.dialect === responses ? undefined : ['END', 'FIN'];
  await exchange(cell, questionOf(cell, stream, { temperature: 0.25, stop }), said('Hello.'));
});

both('stopped by a filter', async (cell, stream) => {
  const answer = said('Hello the', { finish: 'content_filter' });
  await exchange(cell, questionOf(cell, stream), answer);
});

both('tools in two turns', async (cell, stream) => {
  const question = questionOf(cell, stream, { tools: [weather] });
  await useTools(cell, question, called([inOslo]));
});

both('parallel tools', async (cell, stream) => {
  const question = questionOf(cell, stream, { tools: [weather, clock] });
  await useTools(cell, question, called([inOslo, inRome], { text: 'I look both up.' }));
});

both('a tool without arguments', async (cell, stream) => {
  const now = {
    name: 'now',
    description: 'The time',
    parameters: { type: 'object', properties: {} },
  };
  const question = questionOf(cell, stream, { tools: [now] });
  await useTools(cell, question, called([{ id: 'toolu_3', name: 'now', arguments: {} }]));
});

both('an image', async (cell, stream) => {
  const turns = [{ user: 'What is it?', image: { type: 'image/png', data: png } }];
  const model = cell.wire.seer ?? cell.wire.model;
  await exchange(cell, questionOf(cell, stream, { turns, model }), said('A dot.'));
});

situations['an image by its address'] = async (cell) => {
  const turns = [{ user: 'What is it?', image: { url: 'https://example.org/a.png' } }];
  const question = questionOf(cell, false, { turns, model: cell.wire.seer ?? cell.wire.model });
  if (cell.wire.fetches) return exchange(cell, question, said('A dot.'));
  const got = await cell.asks(question);
  assert.equal(got.status, 400, got.text);
  const { message, param } = cell.dialect.readError(got.json);
  assert.ok(message.startsWith(`${cell.dialect.image} is `), message);
  if (param !== undefined) assert.equal(param, cell.dialect.image);
  assert.equal(cell.seen.length, 0);
  return undefined;
};

const droppedEffort = ({ wire, dialect }) => (wire.switches ? dialect.effort : undefined);

both('reasoning', async (cell, stream) => {
  const answer = said('42.', {
    reasoning: 'Six times seven.',
    signature: 'c2lnbmVk+/A=',
    usage: usageOfThought,
  });
  await exchange(cell, questionOf(cell, stream, { thinks: true }), answer, {
    dropped: droppedEffort(cell),
  });
});

both('reasoning that led to a call goes back', async (cell, stream) => {
  const question = questionOf(cell, stream, { tools: [weather], thinks: true });
  const thought = { reasoning: 'Let me look.', signature: 'c2lnbmVk+/A=', usage: usageOfThought };
  await useTools(cell, question, called([inOslo], thought), { dropped: droppedEffort(cell) });
});

both('an answer by a schema', async (cell, stream) => {
  await exchange(cell, questionOf(cell, stream, { schema: city }), said('{"city":"Oslo"}'));
});

// --- when it fails ---

const refusals = {
  rate: { status: 429, type: 'rate_limit_error', code: 'rate_limit_exceeded', requests: 1 },
  key: { status: 502, type: 'api_error', code: 'upstream_key_rejected', requests: 1 },
  long: {
    status: 400,
    type: 'invalid_request_error',
    code: 'context_length_exceeded',
    requests: 1,
  },
  fire: { status: 502, type: 'api_error', code: 'upstream_error', requests: 2 },
};

for (const [why, expected] of Object.entries(refusals)) {
  both(`refused (${why})`, async (cell, stream) => {
    cell.refuses(why);
    const got = await cell.asks(questionOf(cell, stream));
    assert.equal(got.status, expected.status, got.text);
    const error = cell.dialect.readError(got.json);
    if (error.code !== undefined) assert.equal(error.code, expected.code);
    else assert.equal(error.type, expected.type);
    assert.equal(got.headers['retry-after'], why === 'rate' ? '31' : undefined);
    assert.equal(cell.seen.length, expected.requests);
    if (cell.wire.key) assert.ok(!got.text.includes(cell.wire.key), 'no key is told');
  });
}

situations['a failure in the stream'] = async (cell) => {
  cell.breaks(said('Hello there'), { late: true });
  const { text, message } = cell.dialect.readFailed(await cell.hears(questionOf(cell, true)));
  assert.equal(text, 'Hello there');
  assert.match(message, /error|overloaded|broke/i);
  assert.equal(cell.seen.length, 1);
};

situations['a failure as the first event'] = async (cell) => {
  cell.breaks(said('Hello there'), { late: false });
  const got = await cell.asks(questionOf(cell, true));
  assert.ok(got.status >= 500, `status ${got.status}`);
  assert.match(cell.dialect.readError(got.json).message, /error|overloaded|broke/i);
  assert.equal(cell.seen.length, 2, 'it is tried again');
};

situations['a stream without its end'] = async (cell) => {
  cell.leavesOut(said('Hello there'));
  const { text } = cell.dialect.readFailed(await cell.hears(questionOf(cell, true)));
  assert.equal(text, 'Hello there');
  assert.equal(cell.seen.length, 1);
};

for (const part of [0.3, 0.6, 0.9]) {
  both(`an answer that is torn at ${part}`, async (cell, stream) => {
    cell.tears(said('Hello there'), part);
    const got = await cell.asks(questionOf(cell, stream));
    // Of what has not been passed on yet, the gateway says so by the status.
    if (got.status !== 200) {
      assert.ok(got.status >= 500, `status ${got.status}`);
      cell.dialect.readError(got.json);
    } else assert.ok('Hello there'.startsWith(cell.dialect.readFailed(got.text).text), got.text);
  });
}

situations['the client leaves before the answer'] = async (cell) => {
  cell.hangs(said('Hello there'), { silent: true });
  const opened = cell.opens(questionOf(cell, false));
  opened.catch(() => {});
  const { gone } = await within(10_000, cell.arrived, 'the request at the upstream');
  opened.leave();
  await within(2_000, gone, 'the upstream to be let go');
  assert.equal(cell.seen.length, 1);
};

situations['the client leaves in the stream'] = async (cell) => {
  cell.hangs(said('Hello there'));
  const got = await within(10_000, cell.opens(questionOf(cell, true)), 'the stream');
  await within(10_000, got.firstBytes, 'its first words');
  const { gone } = await cell.arrived;
  got.leave();
  await within(2_000, gone, 'the upstream to be let go');
  const entry = await cell.log(got.headers['x-sluice-request-id']);
  assert.equal(entry.outcome, 'client_left');
};

// Ollama and Cohere tell of no filter.
const happens = (situation, wire) => wire.filters || !situation.startsWith('stopped by a filter');

const cells = Object.entries(wires).flatMap(([provider, wire]) =>
  dialects.flatMap((dialect) =>
    Object.keys(situations)
      .filter((situation) => happens(situation, wire))
      .map((situation) => ({ situation, provider, wire, dialect })),
  ),
);

table(
  'The matrix:',
  cells.map((one, at) => new Cell(at, one.situation, one.provider, one.wire, one.dialect)),
  prepareCells,
  (_, cell) => situations[cell.situation](cell),
);
