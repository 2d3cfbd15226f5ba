// What the matrix's conversations leave out, from every client's dialect to every provider: sound,
// files, results of tools that show or fail, several answers, settings, marks of caches. What reaches
// the provider is compared in the provider's own form (support/natives.js); what a provider has no
// form for is refused by its name, or left out and told.
import assert from 'node:assert/strict';
import { Cell, prepareCells } from './support/cells.js';
import { request } from './support/client.js';
import { said } from './support/exchange.js';
import {
  asked,
  marked,
  nativeFailed,
  nativeMarked,
  nativeParts,
  nativeSettings,
  nativeShown,
  nativeSpoken,
  nativeTopK,
  nativeUnthought,
  partAt,
  parts,
  resultAt,
  settingsAt,
  shown,
} from './support/natives.js';
import { dialects, wires } from './support/sides.js';
import { table } from './support/scenario.js';

/** A cell that asks with a body of the dialect and sees the body at the provider. */
class PartCell extends Cell {
  bodies = [];

  answer(seen) {
    this.bodies.push(seen.json);
    return this.wire.whole(said('Fine.'), { request: seen, model: this.wire.model });
  }

  /** `told`: the members that say the conversation; others may stand in `more`. */
  async tells(told, more = {}) {
    const { dialect, sluice, entry, wire } = this;
    const limit = dialect.name === 'messages' ? { max_tokens: 4096 } : {};
    const model = wire.model;
    const body = { model: `${entry}/${model}`, ...limit, ...told, ...more };
    const got = await request(sluice, dialect.path, {
      method: 'POST',
      body,
      headers: dialect.headers,
    });
    return { got, sent: { ...body, model } };
  }

  // A deployment has another name, or none in the body.
  bodyMatches(sent) {
    const { model: _, ...rest } = sent;
    const { model: __, ...seen } = this.bodies[0];
    assert.deepEqual(seen, rest);
  }
}

const kinds = { 'openai-responses': 'openai', azure: 'openai', 'azure-responses': 'openai' };
const kindOf = ({ provider }) => kinds[provider] ?? provider;
const placeOf = ({ provider }) => (provider === 'vertex' ? 'gemini' : kindOf({ provider }));
const isOwn = ({ wire, dialect }) =>
  wire.own === dialect.name || (wire.speaks ?? []).includes(dialect.name);

/** The members of a conversation in the words of each dialect. */
const asks = {
  user: {
    chat: (content) => ({ messages: [{ role: 'user', content }] }),
    responses: (content) => ({ input: [{ role: 'user', content }], store: false }),
    messages: (content) => ({ messages: [{ role: 'user', content }] }),
  },
  result: {
    chat: (content) => ({
      messages: [
        { role: 'user', content: 'Look.' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            { id: 'toolu_1', type: 'function', function: { name: 'weather', arguments: '{}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'toolu_1', content },
      ],
    }),
    responses: (output) => ({
      input: [
        { role: 'user', content: 'Look.' },
        { type: 'function_call', call_id: 'toolu_1', name: 'weather', arguments: '{}' },
        { type: 'function_call_output', call_id: 'toolu_1', output },
      ],
      store: false,
    }),
    messages: (content, more) => ({
      messages: [
        { role: 'user', content: 'Look.' },
        {
          role: 'assistant',
          content: [{ type: 'tool_use', id: 'toolu_1', name: 'weather', input: {} }],
        },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content, ...more }],
        },
      ],
    }),
  },
};
const wordsOf = { chat: 'text', responses: 'input_text', messages: 'text' };

function assertRefused(cell, got, place) {
  assert.equal(got.status, 400, got.text);
  const { message, param } = cell.dialect.readError(got.json);
  assert.ok(message.includes(place), message);
  if (param !== undefined) assert.ok(param.startsWith(place), param);
  assert.equal(cell.bodies.length, 0);
}

const sorted = (names) => names?.split(', ').sort().join(', ');

function assertTold(cell, got, dropped) {
  assert.equal(got.status, 200, got.text);
  assert.equal(sorted(got.headers['x-sluice-dropped']), dropped, 'x-sluice-dropped');
  assert.equal(cell.bodies.length, 1);
}

const situations = {};
/** `only`: the dialects that have words for it; all, unless told. */
const situation = (name, body, only) => {
  situations[name] = { body, only: only ?? dialects.map((dialect) => dialect.name) };
};

for (const [name, forms] of Object.entries(parts)) {
  const only = Object.keys(forms).filter((dialect) => forms[dialect] !== null);
  const body = async (cell) => {
    const { dialect } = cell;
    const words = { type: wordsOf[dialect.name], text: 'Look.' };
    const { got, sent } = await cell.tells(asks.user[dialect.name]([words, forms[dialect.name]]));
    const native = nativeParts[name][kindOf(cell)];
    if (isOwn(cell)) {
      assertTold(cell, got);
      cell.bodyMatches(sent);
    } else if (!native) {
      const list = dialect.name === 'responses' ? 'input' : 'messages';
      assertRefused(cell, got, `${list}[0].content[1]`);
    } else {
      assertTold(cell, got);
      assert.deepEqual(partAt[placeOf(cell)](cell.bodies[0]), native);
    }
  };
  situation(name, body, only);
}

situation('an image in a result', async (cell) => {
  const { dialect } = cell;
  const { got, sent } = await cell.tells(asks.result[dialect.name](shown[dialect.name]));
  const native = nativeShown[kindOf(cell)];
  const places = {
    chat: 'messages[2].content[1]',
    responses: 'input[2].output[1]',
    messages: 'messages[2].content[0].content[1]',
  };
  if (isOwn(cell)) {
    assertTold(cell, got);
    cell.bodyMatches(sent);
  } else if (!native) assertRefused(cell, got, places[dialect.name]);
  else {
    assertTold(cell, got);
    assert.deepEqual(resultAt[placeOf(cell)](cell.bodies[0]), native);
  }
});

const failed = async (cell) => {
  const told = asks.result.messages('No such city.', { is_error: true });
  const { got, sent } = await cell.tells(told);
  if (isOwn(cell)) {
    assertTold(cell, got);
    return cell.bodyMatches(sent);
  }
  const says = ['gemini', 'vertex', 'bedrock'].includes(cell.provider);
  assertTold(cell, got, says ? undefined : 'messages.is_error');
  assert.deepEqual(resultAt[placeOf(cell)](cell.bodies[0]), nativeFailed[kindOf(cell)]);
  return undefined;
};
situation('a result that is an error', failed, ['messages']);

const several = async (cell) => {
  const { got, sent } = await cell.tells(asks.user.chat('Look.'), { n: 2 });
  if (isOwn(cell)) {
    assertTold(cell, got);
    cell.bodyMatches(sent);
  } else if (placeOf(cell) === 'gemini') {
    assertTold(cell, got);
    assert.equal(cell.bodies[0].generationConfig.candidateCount, 2);
  } else assertRefused(cell, got, 'n');
};
situation('several answers', several, ['chat']);

const settle = async (cell) => {
  const { dialect } = cell;
  const chat = dialect.name === 'chat';
  const { got, sent } = await cell.tells(
    asks.user[dialect.name]('Look.'),
    chat ? asked : { top_k: 5 },
  );
  if (isOwn(cell)) {
    assertTold(cell, got);
    return cell.bodyMatches(sent);
  }
  const { settings, dropped } = (chat ? nativeSettings : nativeTopK)[kindOf(cell)];
  assertTold(cell, got, dropped);
  assert.deepEqual(settingsAt[placeOf(cell)](cell.bodies[0]), settings);
  return undefined;
};
situation('settings', settle, ['chat', 'messages']);

const markCache = async (cell) => {
  const { dialect } = cell;
  const { got, sent } = await cell.tells(asks.user[dialect.name]([marked]));
  if (isOwn(cell)) {
    assertTold(cell, got);
    return cell.bodyMatches(sent);
  }
  const native = nativeMarked[kindOf(cell)];
  assertTold(cell, got, native ? undefined : 'cache_control');
  if (native) assert.deepEqual(cell.bodies[0].messages[0].content, native);
  else assert.ok(!JSON.stringify(cell.bodies[0]).includes('cache_control'));
  return undefined;
};
situation('a mark of a cache', markCache, ['chat', 'messages']);

const speaks = {
  chat: {
    messages: [
      { role: 'system', content: 'A' },
      { role: 'user', content: 'x' },
      { role: 'developer', content: 'B' },
      { role: 'user', content: 'y' },
    ],
  },
  responses: {
    instructions: 'A',
    input: [
      { role: 'user', content: 'x' },
      { role: 'developer', content: 'B' },
      { role: 'user', content: 'y' },
    ],
    store: false,
  },
  messages: {
    system: 'A',
    messages: [
      { role: 'user', content: 'x' },
      { role: 'system', content: 'B' },
      { role: 'user', content: 'y' },
    ],
  },
};

situation('system and developer text anywhere', async (cell) => {
  const { got, sent } = await cell.tells(speaks[cell.dialect.name]);
  assertTold(cell, got);
  if (isOwn(cell)) return cell.bodyMatches(sent);
  const [seen, native] = nativeSpoken[placeOf(cell)](cell.bodies[0]);
  assert.deepEqual(seen, native);
  return undefined;
});

const unthought = {
  chat: { reasoning_effort: 'none' },
  responses: { reasoning: { effort: 'none' } },
  messages: { thinking: { type: 'disabled' } },
};
const budgets = {
  chat: 'reasoning_effort',
  responses: 'reasoning.effort',
  messages: 'thinking.budget_tokens',
};

situation('no thoughts wanted', async (cell) => {
  const { name } = cell.dialect;
  const { got, sent } = await cell.tells(asks.user[name]('Look.'), unthought[name]);
  const always = placeOf(cell) === 'gemini' && !isOwn(cell);
  assertTold(cell, got, always ? budgets[name] : undefined);
  if (isOwn(cell)) return cell.bodyMatches(sent);
  const [seen, native] = nativeUnthought[placeOf(cell)](cell.bodies[0]);
  assert.deepEqual(seen, native);
  return undefined;
});

const cells = Object.entries(wires).flatMap(([provider, wire]) =>
  dialects.flatMap((dialect) =>
    Object.keys(situations)
      .filter((name) => situations[name].only.includes(dialect.name))
      .map((name) => ({ name, provider, wire, dialect })),
  ),
);

table(
  'The matrix of parts:',
  cells.map((one, at) => new PartCell(at, one.name, one.provider, one.wire, one.dialect)),
  prepareCells,
  (_, cell) => situations[cell.situation].body(cell),
);
