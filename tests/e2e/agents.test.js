// A coding agent's task, from its first word to its last: it reads a file, writes another one, says
// that it is done. Each agent speaks to an upstream of its own dialect and to other makers', in the
// requests that it really sends.
import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { agents } from './support/agents.js';
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
import { assertStream } from './support/messages.js';
import { assertEvents, eventsOf } from './support/responses.js';
import { table } from './support/scenario.js';
import { calls, inDirectory, loop, notes, task, work } from './support/task.js';
import { slow } from './support/time.js';

const cases = [];
const add = (name, maker, body) => cases.push({ name: `${name} to ${maker}`, maker, body });

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
          if (maker !== agent.dialect) assertSpecified(agent.dialect, got.text);
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
        if (agent.dialect !== 'chat') assertProven(maker, upstream.requests[2]);
        for (const { headers } of upstream.requests) assertQuiet(headers);
      });
    });
  }
}

// What is written here, not by the upstream, is as the dialect's specification says.
function assertSpecified(dialect, text) {
  if (dialect === 'responses') assertEvents(eventsOf(text));
  if (dialect === 'messages') assertStream(text);
}

// What a maker wants back with a thought or a call comes back, in every later turn.
function assertProven(maker, { json: body }) {
  const thought = { type: 'thinking', thinking: work[0].thought, signature: 'SigA' };
  if (maker === 'messages') {
    const said = body.messages.find(({ role }) => role === 'assistant');
    assert.deepEqual(said.content[0], thought);
  }
  if (maker === 'responses')
    assert.equal(body.input.find(({ type }) => type === 'reasoning').encrypted_content, 'sealed');
  if (maker !== 'gemini') return;
  const proofs = body.contents.flatMap(({ parts }) =>
    parts.filter((part) => part.functionCall).map((part) => part.thoughtSignature),
  );
  assert.deepEqual(proofs, ['SigG', 'SigG']);
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
