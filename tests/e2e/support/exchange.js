// What the matrix asks, and what has to come of it: at the upstream, at the client and in the log.
import assert from 'node:assert/strict';
import { completionOf, promptOf, toldUsage } from './neutral.js';

// --- what is asked and answered ---

export const plain = {
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
export const city = { type: 'object', properties: { city: { type: 'string' } }, ...closed };
export const weather = { name: 'weather', description: 'Tells the weather', parameters: city };
export const clock = { ...weather, name: 'clock', description: 'Tells the time' };
export const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=';

export const said = (text, more = {}) => ({
  text,
  reasoning: '',
  calls: [],
  finish: 'stop',
  usage: { input: 11, cacheRead: 5, cacheWrite: 3, output: 13, reasoning: 0 },
  ...more,
});
export const called = (calls, more = {}) => said('', { calls, finish: 'tool_calls', ...more });
export const inOslo = { id: 'toolu_1', name: 'weather', arguments: { city: 'Oslo "Ø"' } };
export const inRome = { id: 'toolu_2', name: 'clock', arguments: { city: 'Rome' } };
export const usageOfThought = { input: 11, cacheRead: 0, cacheWrite: 0, output: 13, reasoning: 8 };

// --- what has to come of it ---

/** What of earlier reasoning this wire has to get; `maker`: whose it is. */
function reasoningBack(wire, dialect, answer, maker) {
  if (wire.back === undefined || (wire.backOf && wire.backOf !== dialect.name)) return {};
  const kept = wire.back.filter((name) => answer[name]);
  // A signed thought is only for its maker; a text by itself is for everybody.
  if (wire.back.includes('signature') && wire.maker !== maker) return {};
  return Object.fromEntries(kept.map((name) => [name, answer[name]]));
}

/** The question as it has to be at the upstream. `before`: earlier answers, with their makers. */
function expectedAt({ wire, dialect }, question, before) {
  const idsOf = (list) => list.map(({ id, ...rest }) => (wire.ids ? { id, ...rest } : rest));
  const given = [...before];
  const turns = question.turns.map((turn) => {
    if (turn.results) return { results: idsOf(turn.results) };
    if (!turn.said) return turn;
    const { answer, maker } = given.shift();
    const back = reasoningBack(wire, dialect, answer, maker);
    const calls = answer.calls.map((call, place) => ({ ...call, id: turn.said.calls[place].id }));
    return { said: { text: answer.text, ...back, calls: idsOf(calls) } };
  });
  return { ...question, turns };
}

/** What was seen, without the reasoning that a client of the wire's own words sends back to it. */
function seenOf(question, { wire, dialect }) {
  if (!wire.speaks?.includes(dialect.name) || wire.backOf === dialect.name) return question;
  const turns = question.turns.map((turn) =>
    turn.said ? { said: { text: turn.said.text, calls: turn.said.calls } } : turn,
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

// What a client of OpenAI's dialect keeps of other makers' answers is left out there, and told.
function keptOfOthers({ wire, dialect }, question) {
  if (!wire.strict || dialect.name !== 'chat') return [];
  const messages = question.turns.flatMap(({ said: one }) => one?.back ?? []);
  const calls = messages.flatMap(({ tool_calls: made }) => made ?? []);
  const names = ['reasoning_content', 'reasoning_details'].filter((name) =>
    messages.some((message) => message[name] !== undefined),
  );
  if (calls.some((call) => call.extra_content)) names.push('tool_calls.extra_content');
  return names.map((name) => `messages.${name}`);
}

const inOrder = (names) => names.flatMap((name) => name?.split(', ') ?? []).sort();

/**
 * Asks, and checks the question at the upstream, the answer at the client and the usage everywhere.
 * `before`: the answers of earlier turns as {answer, maker}; `expected`: the question
 * at the upstream, if it is another. Returns the answer as the client has it.
 */
export async function exchange(cell, question, answer, how = {}) {
  const { before = [], dropped, expected = question, ...sending } = how;
  cell.answers(answer, sending);
  const got = await cell.asks(question);
  const read = cell.reads(got, question.stream);
  const seen = cell.seen.at(-1).question;
  assert.deepEqual(seenOf(seen, cell), expectedAt(cell, expected, before));
  assertAnswer(cell, read, answer);
  assertUsage(cell, read.usage, answer);
  await assertLogged(cell, got, answer);
  const left = [dropped, ...keptOfOthers(cell, question)];
  assert.deepEqual(inOrder([got.headers['x-sluice-dropped']]), inOrder(left), 'x-sluice-dropped');
  return read;
}

/** Claude does not think on behind calls whose thoughts are not its own. */
export const givesUpThinking = (cell, before) =>
  cell.wire.maker === 'anthropic' && before.wire.maker !== 'anthropic';

/**
 * Two turns: calls, and an answer that has their results. `next`: the cell of the second turn, if
 * it is another; `stored`: it goes on by the id of the first answer.
 */
export async function useTools(cell, question, calling, more = {}) {
  const { dropped, next = cell, droppedNext, stored } = more;
  const first = stored ? { ...question, previous: '' } : question;
  const answer = await exchange(cell, first, calling, { dropped, expected: question });
  const texts = ['rain: 3 °C', 'half past nine'];
  const results = answer.calls.map(({ id }, place) => ({ id, text: texts[place] }));
  const turns = [...question.turns, { said: answer }, { results }];
  const model = next === cell ? question.model : next.wire.model;
  const second = { ...question, model, turns };
  const thinks = question.thinks && !givesUpThinking(next, cell);
  const kept = stored && next.wire.backOf && { previous: answer.id, turns: [{ results }] };
  await exchange(
    next,
    stored ? { ...second, previous: answer.id } : second,
    said('It rains.', { usage: calling.usage }),
    {
      before: [{ answer: calling, maker: cell.wire.maker }],
      expected: { ...second, thinks, ...kept },
      dropped: next === cell ? dropped : droppedNext,
    },
  );
}
