// A coding agent's task, from its first word to its last: it reads a file, writes another one, says
// that it is done. Each agent speaks to an upstream of its own dialect and to those of other makers,
// in the requests that it really sends.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { agents, billing, handsIn } from './support/agents.js';
import { json } from './support/answers.js';
import { request } from './support/client.js';
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
import { scenario, table } from './support/scenario.js';
import { slow } from './support/time.js';

const task = 'Read notes.txt and write it in capitals to loud.txt.';
const notes = 'milk, "eggs"\nand a \\ of bread – für alle';
const loud = notes.toUpperCase();
const work = [
  {
    thought: 'First the notes. ',
    text: 'I read it. ',
    calls: [{ name: 'read_file', args: { path: 'notes.txt' } }],
  },
  { calls: [{ name: 'write_file', args: { path: 'loud.txt', content: loud }, id: 'call_2' }] },
  { text: 'It is done.' },
];
const calls = work.flatMap((turn) => (turn.calls ?? []).map(({ name, args }) => [name, args]));

const cases = [];
const add = (name, maker, body, more = {}) =>
  cases.push({ name: `${name} to ${maker}`, maker, body, ...more });

async function inDirectory(body) {
  const directory = await mkdtemp(path.join(tmpdir(), 'sluice-agent-'));
  try {
    await writeFile(path.join(directory, 'notes.txt'), notes);
    await body(handsIn(directory));
    assert.equal(await readFile(path.join(directory, 'loud.txt'), 'utf8'), loud);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** The loop: `ask(answer, results)` sends the next turn and gives its answer. */
async function loop(hands, ask) {
  const said = [];
  let answer = await ask();
  for (let turn = 0; turn < 5; ++turn) {
    said.push(answer);
    if (!answer.calls.length) return said;
    const results = await Promise.all(
      answer.calls.map(({ name, args }) => hands[name](JSON.parse(args))),
    );
    answer = await ask(answer, results);
  }
  throw new Error('it does not come to an end');
}

function assertTask(maker, upstream, said, { resends = true } = {}) {
  assert.deepEqual(
    said.map(({ text }) => text),
    ['I read it. ', '', 'It is done.'],
  );
  assert.equal(upstream.requests.length, 3);
  const last = upstream.requests[2];
  const results = [notes, 'wrote loud.txt'];
  assert.deepEqual(resultsIn(maker, last), resends ? results : results.slice(1));
  if (resends) assert.deepEqual(callsIn(maker, last), calls);
  assert.deepEqual(
    heard(maker, last).tools.map(({ name }) => name),
    ['read_file', 'write_file'],
  );
}

// --- the agents ---

for (const [name, agent] of Object.entries(agents)) {
  for (const maker of makersFor(agent.dialect)) {
    add(name, maker, async ({ sluice, upstream, model }) => {
      upstream.next(...work.map((turn) => speak(maker, turn)));
      await inDirectory(async (hands) => {
        let body = agent.body(model, task);
        const bodies = [];
        const said = await loop(hands, async (answer, results) => {
          if (answer) body = agent.next(body, answer, results);
          bodies.push(body);
          const got = await request(sluice, agent.path, {
            method: 'POST',
            headers: agent.headers,
            body,
          });
          assert.equal(got.status, 200, got.text);
          assert.match(got.headers['content-type'], /^text\/event-stream/);
          return agent.read(got.text);
        });
        assertTask(maker, upstream, said);
        for (const { usage } of said)
          assert.deepEqual(usage, [tokens.prompt, tokens.completion], 'what it used is told');
        const own = maker === agent.dialect;
        // An upstream of the agent's dialect gets its very words.
        if (own)
          assert.deepEqual(
            upstream.requests.map((one) => one.json),
            bodies.map((one) => ({ ...one, model: makers[maker].model })),
          );
        if (!own && agent.dialect !== 'chat') assert.equal(said[0].thought, 'First the notes. ');
        for (const { headers } of upstream.requests) assertQuiet(headers);
      });
    });
  }
}

// Nothing of the client's own reaches an upstream's address but what has a meaning there.
function assertQuiet(headers) {
  assert.ok(!Object.values(headers).some((value) => value.includes('anything')), 'no key');
  for (const name of ['x-app', 'originator', 'session_id', 'http-referer', 'x-stainless-lang'])
    assert.equal(headers[name], undefined, name);
}

// --- the same with the official clients ---

const account = (sluice) => ({
  apiKey: 'anything',
  timeout: slow(20_000),
  maxRetries: 0,
  baseURL: `${sluice.url}/v1`,
});

for (const maker of makersFor('chat')) {
  add('The chat client', maker, async ({ sluice, upstream, model }) => {
    upstream.next(...work.map((turn) => speak(maker, turn)));
    const client = new OpenAI(account(sluice));
    const { body, next } = agents.OpenCode;
    let { messages, tools } = body(model, task);
    await inDirectory(async (hands) => {
      const said = await loop(hands, async (answer, results) => {
        if (answer) ({ messages } = next({ messages }, answer, results));
        const stream = client.chat.completions.stream({ model, messages, tools });
        const { message } = (await stream.finalChatCompletion()).choices[0];
        return {
          text: message.content ?? '',
          calls: (message.tool_calls ?? []).map((call) => ({
            id: call.id,
            name: call.function.name,
            args: call.function.arguments,
          })),
        };
      });
      assertTask(maker, upstream, said);
    });
  });
}

for (const maker of makersFor('responses')) {
  add('The Responses client', maker, async ({ sluice, upstream, model }) => {
    upstream.next(...work.map((turn) => speak(maker, turn)));
    const client = new OpenAI(account(sluice));
    const { tools } = agents.Codex.body(model, task);
    let previous;
    await inDirectory(async (hands) => {
      const said = await loop(hands, async (answer, results) => {
        const input = answer
          ? answer.calls.map(({ id }, place) => ({
              type: 'function_call_output',
              call_id: id,
              output: results[place],
            }))
          : task;
        const stream = client.responses.stream({
          model,
          input,
          tools,
          ...(previous && { previous_response_id: previous }),
        });
        const final = await stream.finalResponse();
        previous = final.id;
        return {
          text: final.output_text,
          calls: final.output
            .filter(({ type }) => type === 'function_call')
            .map((item) => ({ id: item.call_id, name: item.name, args: item.arguments })),
        };
      });
      // Who keeps responses itself is sent the last one's name alone.
      assertTask(maker, upstream, said, { resends: maker !== 'responses' });
    });
  });
}

for (const maker of makersFor('messages')) {
  add('The Messages client', maker, async ({ sluice, upstream, model }) => {
    upstream.next(...work.map((turn) => speak(maker, turn)));
    const client = new Anthropic({ ...account(sluice), baseURL: sluice.url });
    const { body, next } = agents['Claude Code'];
    let asked = { ...body(model, task), stream: undefined, context_management: undefined };
    await inDirectory(async (hands) => {
      const said = await loop(hands, async (answer, results) => {
        if (answer) asked = next(asked, answer, results);
        const final = await client.messages.stream(asked).finalMessage();
        return {
          text: final.content.map((block) => block.text ?? '').join(''),
          blocks: final.content,
          calls: final.content
            .filter(({ type }) => type === 'tool_use')
            .map(({ id, name, input }) => ({ id, name, args: JSON.stringify(input) })),
        };
      });
      assertTask(maker, upstream, said);
    });
  });
}

const prepare = async (stage) => {
  const providers = {};
  for (const [number, item] of cases.entries()) {
    item.upstream = await stage.upstream();
    item.number = number;
    providers[`a${number}`] = makers[item.maker].provider(item.upstream);
  }
  return stage.sluice({ plugins, providers });
};
table('Agents:', cases, prepare, (sluice, { number, body, maker, upstream }) =>
  body({ sluice, upstream, model: `a${number}/${makers[maker].model}` }),
);
