// A coding agent's task, from its first word to its last: it reads a file, writes another one, says
// that it is done. Each agent speaks to an upstream of its own dialect and to other makers', in the
// requests that it really sends.
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
        if (agent.dialect !== 'chat') assertProven(maker, upstream.requests[2]);
        for (const { headers } of upstream.requests) assertQuiet(headers);
      });
    });
  }
}

// What a maker wants back with a thought or a call comes back, in every later turn.
function assertProven(maker, { json: body }) {
  const thought = { type: 'thinking', thinking: work[0].thought, signature: 'SigA' };
  if (maker === 'messages') assert.deepEqual(body.messages[1].content[0], thought);
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

// --- what is each agent's own ---

/** An upstream of each maker, at one binary, under the maker's name. */
async function everybody(stage, config = {}) {
  const upstreams = {};
  const providers = {};
  for (const [maker, { provider }] of Object.entries(makers)) {
    upstreams[maker] = (await stage.upstream()).always(speak(maker, { text: 'Hello' }));
    providers[maker] = provider(upstreams[maker]);
  }
  const sluice = await stage.sluice({ plugins, providers, ...config });
  const ask = (agent, maker, change = (body) => body) =>
    request(sluice, agent.path, {
      method: 'POST',
      headers: agent.headers,
      body: change(agent.body(`${maker}/${makers[maker].model}`, task)),
    });
  return { sluice, upstreams, ask };
}

const claudeCode = agents['Claude Code'];

scenario('Claude Code: Anthropic is told all of it, others what they know', async (stage) => {
  const { upstreams, ask } = await everybody(stage);
  for (const maker of makersFor('messages')) {
    const got = await ask(claudeCode, maker);
    assert.equal(claudeCode.read(got.text).text, 'Hello');
    const [{ path: address, headers, body }] = upstreams[maker].requests;
    const text = body.toString();
    const long = claudeCode.body('x', task).tools[0].description;
    assert.equal(heard(maker, upstreams[maker].requests[0]).tools[0].description, long);
    assert.ok(heard(maker, upstreams[maker].requests[0]).thinks);
    if (maker === 'messages') {
      assert.equal(address, '/v1/messages');
      assert.equal(headers['anthropic-beta'], claudeCode.headers['anthropic-beta']);
      assert.ok(text.includes(billing(0)));
      assert.equal(got.headers['x-sluice-dropped'], undefined);
      continue;
    }
    assert.equal(headers['anthropic-beta'], undefined);
    assert.ok(!text.includes('billing') && !text.includes('cache_control'), maker);
    const system = heard(maker, upstreams[maker].requests[0]).system.join('');
    assert.equal(system, 'You are a coding agent.Be concise.');
    assert.match(got.headers['x-sluice-dropped'], /context_management/);
  }
});

scenario('Claude Code: what others are told first stays the same in every turn', async (stage) => {
  const { upstreams, ask } = await everybody(stage);
  for (const maker of ['chat', 'gemini']) {
    for (const number of [1, 2]) {
      await ask(claudeCode, maker, (body) => {
        body.system[0].text = billing(number);
        return body;
      });
    }
    const [first, second] = upstreams[maker].requests;
    assert.equal(first.body.toString(), second.body.toString());
  }
});

scenario('Claude Code: its small questions beside the task', async (stage) => {
  const { sluice, upstreams, ask } = await everybody(stage);
  const schema = {
    type: 'object',
    properties: { title: { type: 'string' } },
    required: ['title'],
    additionalProperties: false,
  };
  for (const maker of makersFor('messages')) {
    const { model } = makers[maker];
    // Whether there is quota.
    const quota = { max_tokens: 1, messages: [{ role: 'user', content: 'quota' }] };
    const probe = await ask(claudeCode, maker, (body) => ({
      model: body.model,
      metadata: body.metadata,
      ...quota,
    }));
    assert.equal(probe.status, 200, probe.text);
    assert.equal(probe.json.type, 'message');
    // A title, as JSON.
    const titled = (asked) => {
      const { schema: native, tools } = heard(maker, asked);
      const args = { title: 'Notes' };
      const turn = native
        ? { text: JSON.stringify(args) }
        : { calls: [{ name: tools[0].name, args }] };
      return speak(maker, turn)(asked);
    };
    upstreams[maker].always(titled);
    const title = await ask(claudeCode, maker, (body) => ({
      ...body,
      tools: [],
      thinking: { type: 'disabled' },
      context_management: undefined,
      output_config: { format: { type: 'json_schema', schema } },
    }));
    assert.deepEqual(JSON.parse(claudeCode.read(title.text).text), { title: 'Notes' });
    // How long the prompt is.
    const { messages, tools, system } = claudeCode.body(`${maker}/${model}`, task);
    upstreams[maker].always(
      maker === 'gemini' ? json({ totalTokens: 7000 }) : json({ input_tokens: 7000 }),
    );
    const counted = await request(sluice, '/v1/messages/count_tokens?beta=true', {
      method: 'POST',
      headers: claudeCode.headers,
      body: { model: `${maker}/${model}`, messages, tools, system },
    });
    assert.equal(counted.status, 200, counted.text);
    if (maker === 'chat') assert.ok(counted.json.input_tokens > 5000);
    else assert.equal(counted.json.input_tokens, 7000);
  }
  // A search, which a provider of the dialect alone can run.
  const search = (body) => ({
    ...body,
    tools: [{ type: 'web_search_20250305', name: 'web_search', max_uses: 8 }],
  });
  const refused = await ask(claudeCode, 'chat', search);
  assert.equal(refused.status, 400);
  assert.equal(refused.json.error.type, 'invalid_request_error');
  assert.match(refused.json.error.message, /tools\[0\]/);
});

const codex = agents.Codex;

scenario('Codex: what it asks beside the task is told of where it is left out', async (stage) => {
  const { upstreams, ask } = await everybody(stage);
  for (const maker of makersFor('responses')) {
    const got = await ask(codex, maker);
    assert.equal(codex.read(got.text).text, 'Hello');
    const asked = heard(maker, upstreams[maker].requests[0]);
    assert.ok(asked.thinks);
    assert.deepEqual(asked.system, [
      'You are a coding agent running in a terminal.',
      '<permissions instructions>Ask.</permissions>',
    ]);
    const dropped = got.headers['x-sluice-dropped'];
    if (maker === 'responses') assert.equal(dropped, undefined);
    else
      for (const name of ['client_metadata', 'prompt_cache_key'])
        assert.match(dropped, RegExp(name));
  }
});

const search = { type: 'web_search', external_web_access: false };
const searching = (body) => ({ ...body, tools: [...body.tools, search] });

scenario('Codex: its hosted search is left out where the configuration says so', async (stage) => {
  const { upstreams, ask } = await everybody(stage, { responses: { hosted_tools: 'drop' } });
  for (const maker of makersFor('responses')) {
    const got = await ask(codex, maker, searching);
    assert.equal(codex.read(got.text).text, 'Hello');
    const { tools } = upstreams[maker].requests[0].json;
    if (maker === 'responses') assert.deepEqual(tools.at(-1), search);
    else assert.match(got.headers['x-sluice-dropped'], /tools\[2\]/);
  }
});

const patch = '*** Begin Patch\n*** Add File: a.txt\n+"x" \\ é\n*** End Patch';
const grammar = { type: 'grammar', syntax: 'lark', definition: 'start: /.+/s' };
const others = [
  { type: 'custom', name: 'apply_patch', description: 'Edits files.', format: grammar },
  {
    type: 'namespace',
    name: 'mcp__files',
    description: 'Tools of a server.',
    tools: [{ type: 'function', name: 'stat', parameters: { type: 'object', properties: {} } }],
  },
];

scenario(
  'Codex: freeform tools and those of its servers are called and answered',
  async (stage) => {
    const { upstreams, ask } = await everybody(stage);
    const offering = (body) => ({ ...body, tools: [...body.tools, ...others] });
    const flat = [
      { name: 'apply_patch', args: { input: patch }, id: 'call_p' },
      { name: 'mcp__files__stat', args: {}, id: 'call_s' },
    ];
    for (const maker of ['chat', 'messages', 'gemini']) {
      upstreams[maker].next(speak(maker, { text: 'I edit. ', calls: flat }));
      const answer = codex.read((await ask(codex, maker, offering)).text);
      const [custom, called] = answer.items.filter(({ call_id: id }) => id);
      assert.deepEqual(
        [custom.type, custom.name, custom.input, custom.namespace],
        ['custom_tool_call', 'apply_patch', patch, undefined],
      );
      assert.deepEqual(
        [called.type, called.name, called.namespace, called.arguments],
        ['function_call', 'stat', 'mcp__files', '{}'],
      );
      await ask(codex, maker, (body) => {
        const more = offering(body);
        const outputs = [
          { type: 'custom_tool_call_output', call_id: custom.call_id, output: 'patched' },
          { type: 'function_call_output', call_id: called.call_id, output: '12 bytes' },
        ];
        return { ...more, input: [...more.input, ...answer.items, ...outputs] };
      });
      const again = upstreams[maker].requests.at(-1);
      assert.deepEqual(
        callsIn(maker, again),
        flat.map(({ name, args }) => [name, args]),
      );
      assert.deepEqual(resultsIn(maker, again), ['patched', '12 bytes']);
      const offered = heard(maker, again).tools.map(({ name }) => name);
      assert.deepEqual(offered.slice(2), ['apply_patch', 'mcp__files__stat']);
    }
  },
);

scenario('Codex: thoughts of another maker are not sent to OpenAI', async (stage) => {
  const { upstreams, ask } = await everybody(stage);
  for (const maker of ['chat', 'messages', 'gemini']) {
    const [turn] = work;
    upstreams[maker].always(speak(maker, turn));
    const answer = codex.read((await ask(codex, maker)).text);
    assert.ok(answer.items.some(({ type }) => type === 'reasoning'));
    const got = await ask(codex, 'responses', (body) => codex.next(body, answer, [notes]));
    assert.equal(codex.read(got.text).text, 'Hello');
    const sent = upstreams.responses.requests.at(-1).json.input.map(({ type }) => type);
    const wanted = [
      ...Array(3).fill('message'),
      'message',
      'function_call',
      'function_call_output',
    ];
    assert.deepEqual(sent, wanted, maker);
  }
});
