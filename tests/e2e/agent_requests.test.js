// What is each coding agent's own: what it asks beside its task, what must and must not reach whom,
// and a task that goes from one maker to another.
import assert from 'node:assert/strict';
import { agents, billing } from './support/agents.js';
import { json } from './support/answers.js';
import { open, request } from './support/client.js';
import {
  callsIn,
  heard,
  helloUntil,
  makers,
  makersFor,
  plugins,
  resultsIn,
  speak,
} from './support/makers.js';
import { assertEvents, eventsOf } from './support/responses.js';
import { scenario } from './support/scenario.js';
import { calls, inDirectory, loop, notes, task, work } from './support/task.js';
import { makeGate } from './support/time.js';

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
      assert.equal(address, '/v1/messages?beta=true');
      assert.equal(headers['anthropic-beta'], claudeCode.headers['anthropic-beta']);
      assert.ok(text.includes(billing(0)));
      assert.equal(got.headers['x-sluice-dropped'], undefined);
      continue;
    }
    assert.equal(headers['anthropic-beta'], undefined);
    assert.ok(!text.includes('billing') && !text.includes('cache_control'), maker);
    const system = heard(maker, upstreams[maker].requests[0]).system.join('');
    assert.match(system, /^You are a coding agent.Be concise./);
    for (const name of ['context_management', 'metadata.user_id'])
      assert.match(got.headers['x-sluice-dropped'], RegExp(name));
    assert.ok(!text.includes('device_id'), 'who it is, is longer than others take');
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

scenario('Claude Code: an effort is not asked of a model that refuses it', async (stage) => {
  const { upstreams, ask } = await everybody(stage);
  const got = await ask(claudeCode, 'chat', (body) => ({ ...body, model: 'chat/gpt-4o-mini' }));
  assert.equal(claudeCode.read(got.text).text, 'Hello');
  assert.ok(!heard('chat', upstreams.chat.requests[0]).thinks);
  assert.match(got.headers['x-sluice-dropped'], /output_config\.effort/);
});

scenario('Claude Code: what its search of tools finds can be called', async (stage) => {
  const { upstreams, ask } = await everybody(stage);
  const parameters = { type: 'object', properties: {} };
  const later = { name: 'WebFetch', input_schema: parameters, defer_loading: true };
  for (const maker of makersFor('messages')) {
    const search = { type: 'tool_use', id: 't1', name: 'ToolSearch', input: { query: 'web' } };
    const found = [{ type: 'tool_reference', tool_name: 'WebFetch' }];
    const result = { type: 'tool_result', tool_use_id: 't1', content: found };
    const got = await ask(claudeCode, maker, (body) => ({
      ...body,
      messages: [
        ...body.messages,
        { role: 'assistant', content: [search] },
        { role: 'user', content: [result] },
      ],
      tools: [...body.tools, { name: 'ToolSearch', input_schema: parameters }, later],
    }));
    assert.equal(claudeCode.read(got.text).text, 'Hello');
    const [asked] = upstreams[maker].requests;
    assert.equal(heard(maker, asked).tools.at(-1).name, 'WebFetch');
    if (maker === 'messages') assert.deepEqual(asked.json.messages.at(-1).content, [result]);
    else assert.match(JSON.stringify(resultsIn(maker, asked)), /The tool WebFetch is there/);
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
      const { text } = await ask(codex, maker, offering);
      assertEvents(eventsOf(text));
      const answer = codex.read(text);
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
      ...Array(5).fill('message'),
      'function_call',
      'function_call_output',
    ];
    assert.deepEqual(sent, wanted, maker);
  }
});

scenario('Codex: a stream that breaks off ends as failed', async (stage) => {
  const { sluice, upstreams } = await everybody(stage);
  for (const maker of makersFor('responses')) {
    const gate = makeGate();
    upstreams[maker].always(helloUntil(maker, gate));
    const answer = await open(sluice, codex.path, {
      method: 'POST',
      headers: codex.headers,
      body: codex.body(`${maker}/${makers[maker].model}`, task),
    });
    await answer.firstBytes;
    gate.open();
    const last = eventsOf(await answer.text).at(-1);
    assert.equal(last.type, 'response.failed', maker);
    assert.ok(last.response.error.message);
  }
});

// Codex waited five minutes without a word: as long as the key rests.
scenario('Codex: a key that the provider refused is told of at once, each time', async (stage) => {
  const { upstreams, ask } = await everybody(stage);
  upstreams.chat.always(makers.chat.fail(401, 'no such key'));
  for (const status of [502, 503]) {
    const got = await ask(codex, 'chat');
    assert.equal(got.status, status, got.text);
    assert.equal(got.json.error.code, 'upstream_key_rejected');
    assert.equal(got.headers['retry-after'], undefined);
    assert.equal(upstreams.chat.requests.length, 1);
  }
});

// The proofs that makers give with their thoughts and calls.
const proofs = { messages: 'SigA', gemini: 'SigG', responses: 'sealed' };

for (const [name, agent] of Object.entries(agents)) {
  scenario(`${name}: a task goes from maker to maker`, async (stage) => {
    const { sluice, upstreams } = await everybody(stage);
    const all = makersFor(agent.dialect);
    for (let first = 0; first < all.length; ++first) {
      const order = work.map((_, turn) => all[(first + turn) % all.length]);
      let turn = 0;
      let body = agent.body('', task);
      const said = [];
      await inDirectory((hands) =>
        loop(hands, async (answer, results) => {
          const maker = order[turn];
          if (answer) body = agent.next(body, answer, results);
          body.model = `${maker}/${makers[maker].model}`;
          upstreams[maker].next(speak(maker, work[turn]));
          turn += 1;
          const options = { method: 'POST', headers: agent.headers, body };
          const got = await request(sluice, agent.path, options);
          assert.equal(got.status, 200, got.text);
          said.push(agent.read(got.text));
          return said.at(-1);
        }),
      );
      assert.equal(said.at(-1).text, 'It is done.');
      const maker = order.at(-1);
      const asked = upstreams[maker].requests.at(-1);
      assert.deepEqual(callsIn(maker, asked), calls);
      assert.deepEqual(resultsIn(maker, asked), [notes, 'wrote loud.txt']);
      for (const [owner, proof] of Object.entries(proofs)) {
        if (owner === maker) continue;
        assert.ok(!asked.body.includes(proof), `${maker} is not told what ${owner} gave`);
      }
    }
  });
}
