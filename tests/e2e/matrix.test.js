// Every client's dialect at every provider, in every situation that a client can be in: one gateway
// with all of them. A wire (support/wires) is what a provider takes and gives, a dialect
// (support/dialects) what a client does; both are told what is meant in neutral words, and here it
// is compared.
import assert from 'node:assert/strict';
import { Cell, prepareCells } from './support/cells.js';
import { dialects, wires } from './support/sides.js';
import {
  called,
  city,
  clock,
  exchange,
  inOslo,
  inRome,
  plain,
  png,
  said,
  usageOfThought,
  useTools,
  weather,
} from './support/exchange.js';
import { table } from './support/scenario.js';
import { within } from './support/time.js';

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
  const stop = cell.dialect.name === 'responses' ? undefined : ['END', 'FIN'];
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

both('a thought behind calls in two steps', async (cell, stream) => {
  const question = questionOf(cell, stream, { tools: [weather, clock], thinks: true });
  const dropped = droppedEffort(cell);
  const thought = { reasoning: 'Let me look.', signature: 'c2lnbmVk+/A=', usage: usageOfThought };
  const [first, second] = [called([inOslo], thought), called([inRome])];
  const before = [first, second].map((answer) => ({ answer, maker: cell.wire.maker }));
  const one = await exchange(cell, question, first, { dropped });
  const resultOf = ({ calls }) => ({ results: [{ id: calls[0].id, text: 'It rains.' }] });
  const turns = [...question.turns, { said: one }, resultOf(one)];
  const two = await exchange(cell, { ...question, turns }, second, {
    dropped,
    before: before.slice(0, 1),
  });
  turns.push({ said: two }, resultOf(two));
  await exchange(cell, { ...question, turns }, said('Take a coat.'), { dropped, before });
});

both('a stored answer goes on by its id', async (cell, stream) => {
  const question = questionOf(cell, stream, { tools: [weather, clock], thinks: true });
  const thought = { reasoning: 'Let me look.', signature: 'c2lnbmVk+/A=', usage: usageOfThought };
  const dropped = droppedEffort(cell);
  await useTools(cell, question, called([inOslo, inRome], thought), { dropped, stored: true });
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

// Ollama and Cohere tell of no filter, and two of the dialects store nothing.
const happens = (situation, wire, dialect) =>
  (wire.filters || !situation.startsWith('stopped by a filter')) &&
  (dialect.keeps || !situation.startsWith('a stored answer'));

const cells = Object.entries(wires).flatMap(([provider, wire]) =>
  dialects.flatMap((dialect) =>
    Object.keys(situations)
      .filter((situation) => happens(situation, wire, dialect))
      .map((situation) => ({ situation, provider, wire, dialect })),
  ),
);

table(
  'The matrix:',
  cells.map((one, at) => new Cell(at, one.situation, one.provider, one.wire, one.dialect)),
  prepareCells,
  (_, cell) => situations[cell.situation](cell),
);
