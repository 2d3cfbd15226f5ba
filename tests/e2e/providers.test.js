// The shipped providers: off until their variables are there, each at its own address and with its
// own habits, and plain names on their way to them. docs/providers.md says the same.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import OpenAI from 'openai';
import { json, sse, until } from './support/answers.js';
import { chatAnswer, completion, delta, question, usage } from './support/chat.js';
import { chat, contentOf, eventsOf, openChat, request } from './support/client.js';
import { account } from './support/config.js';
import { messages } from './support/dialects/messages.js';
import { responses } from './support/dialects/responses.js';
import { plain, weather } from './support/exchange.js';
import { assertGivenBy } from './support/expect.js';
import { clientOf } from './support/messages.js';
import { recordedBy, replay } from './support/recorded.js';
import { scenario } from './support/scenario.js';
import { pluginDirectory, root, run } from './support/sluice.js';
import { makeGate, within } from './support/time.js';

const shipped = readFileSync(path.join(root, 'config/sluice.yaml'), 'utf8');
const page = readFileSync(path.join(root, 'docs/providers.md'), 'utf8');

/** By provider: the variables that turn it on. */
const needs = {
  openai: { OPENAI_API_KEY: 'k' },
  anthropic: { ANTHROPIC_API_KEY: 'k' },
  gemini: { GEMINI_API_KEY: 'k' },
  vertex: { GOOGLE_CREDENTIALS: account, GOOGLE_CLOUD_PROJECT: 'p' },
  azure: { AZURE_OPENAI_ENDPOINT: 'https://n.openai.azure.com', AZURE_OPENAI_API_KEY: 'k' },
  bedrock: { AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 's' },
  cohere: { COHERE_API_KEY: 'k' },
  groq: { GROQ_API_KEY: 'k' },
  xai: { XAI_API_KEY: 'k' },
  openrouter: { OPENROUTER_API_KEY: 'k' },
  nanogpt: { NANOGPT_API_KEY: 'k' },
  github: { GITHUB_MODELS_TOKEN: 'k' },
  cloudflare: { CLOUDFLARE_ACCOUNT_ID: 'acc', CLOUDFLARE_API_TOKEN: 'k' },
  mistral: { MISTRAL_API_KEY: 'k' },
  deepseek: { DEEPSEEK_API_KEY: 'k' },
  together: { TOGETHER_API_KEY: 'k' },
  fireworks: { FIREWORKS_API_KEY: 'k' },
  cerebras: { CEREBRAS_API_KEY: 'k' },
  perplexity: { PERPLEXITY_API_KEY: 'k' },
  lmstudio: { LMSTUDIO_BASE_URL: 'http://127.0.0.1:1234/v1' },
  vllm: { VLLM_BASE_URL: 'http://127.0.0.1:8000/v1' },
  llamacpp: { LLAMACPP_BASE_URL: 'http://127.0.0.1:8080/v1' },
  g4f: { G4F_BASE_URL: 'http://127.0.0.1:1337/v1' },
};
const everything = Object.assign({}, ...Object.values(needs));

const here = shipped.replace('plugins:\n', `plugins:\n  directory: ${pluginDirectory}\n`);

/** The lines `off: NAME: WHY` of `sluice check`, by name. */
async function offWith(stage, env) {
  const work = await stage.work(here);
  const got = await run(['check', '--config', work.file], { cwd: work.directory, env });
  assert.equal(got.code, 0, got.stdout + got.stderr);
  return Object.fromEntries(
    [...got.stdout.matchAll(/^off: ([^:]+): (.*)$/gm)].map(([, name, why]) => [name, why]),
  );
}

scenario('every provider is off until its variables are set, and says which', async (stage) => {
  const off = await offWith(stage, {});
  assert.deepEqual(Object.keys(off).sort(), Object.keys(needs).sort());
  for (const [name, variables] of Object.entries(needs)) {
    const lacks = Object.keys(variables).map((variable) => `${variable} is not set`);
    assert.deepEqual(off[name].split('; ').sort(), lacks.sort(), name);
  }
});

scenario('with all variables set, every provider is on, its settings good', async (stage) => {
  assert.deepEqual(await offWith(stage, everything), {});
});

test('the page about providers names each of them, and every variable', () => {
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  for (const [name, variables] of Object.entries({ ...needs, ollama: {} })) {
    const row = rows.find((line) => line.startsWith(`| \`${name}\` |`));
    assert.ok(row, name);
    for (const variable of Object.keys(variables)) assert.ok(row.includes(variable), variable);
    assert.ok(row.includes(`\`${name}/`), `a model of ${name}`);
  }
  for (const [, variable] of shipped.matchAll(/\$\{([A-Z0-9_]+)/g)) {
    if (!/^(PORT|PROXY_API_KEY|ADMIN_TOKEN|NAME)$/.test(variable))
      assert.ok(page.includes(variable), variable);
  }
});

// Which provider a name goes to is what the list says of it.
const ownerOf = async (sluice, name) => {
  const got = await request(sluice, `/v1/models/${encodeURIComponent(name)}`);
  return got.status === 200 ? got.json.owned_by : got.status;
};

const start = (stage, env) => stage.sluice(null, { env: { PORT: '0', ...env } });

scenario('a plain name goes to the provider of its maker', async (stage) => {
  const sluice = await start(stage, everything);
  const owners = {
    'claude-haiku-4-5-20251001': 'anthropic',
    'gpt-4o': 'openai',
    'chatgpt-4o-latest': 'openai',
    o1: 'openai',
    'o3-pro': 'openai',
    'o4-mini': 'openai',
    'gemini-2.5-pro': 'gemini',
    'grok-4': 'xai',
    'deepseek-chat': 'deepseek',
    'mistral-small-latest': 'mistral',
    'command-a-03-2025': 'cohere',
    'sonar-pro': 'perplexity',
    'ollama/llama3.2': 'ollama',
    'openrouter/anthropic/claude-haiku-4.5': 'openrouter',
    'cloudflare/@cf/meta/llama-3.3-70b-instruct-fp8-fast': 'cloudflare',
    olmo: 404,
    orca: 404,
    o2: 404,
    'llama3.2': 404,
  };
  for (const [name, owner] of Object.entries(owners))
    assert.equal(await ownerOf(sluice, name), owner, name);
});

scenario('a plain name goes elsewhere if the provider of its maker is off', async (stage) => {
  const few = await start(stage, { ...needs.vertex, ...needs.openrouter });
  const owners = {
    'gemini-2.5-pro': 'vertex',
    'gpt-4o': 'openrouter',
    'o4-mini': 'openrouter',
    'grok-4': 'openrouter',
    'claude-haiku-4-5-20251001': 'openrouter',
    'claude-3-haiku': 404,
  };
  for (const [name, owner] of Object.entries(owners))
    assert.equal(await ownerOf(few, name), owner, name);
  const got = await chat(few, question('claude-3-haiku'));
  assert.match(got.json.error.message, /ANTHROPIC_API_KEY/);
});

// The shipped configuration with every address on this machine, each provider below its own path.
async function allHere(stage, upstream, more = {}) {
  const text = here
    .replace('127.0.0.1:${PORT:-8090}', '127.0.0.1:0')
    .replace(/https:\/\/([a-z0-9.-]+)/g, (_, host) => `${upstream.baseUrl.slice(0, -3)}/${host}`);
  return stage.sluice(text, { env: { ...everything, ...more } });
}

const body = {
  messages: [
    { role: 'user', content: 'a' },
    { role: 'developer', content: 'be brief' },
    { role: 'user', name: 'ann', content: 'b' },
  ],
  max_completion_tokens: 5,
  store: false,
};

const dropped = { groq: 'messages.name', mistral: 'store' };

const paths = {
  groq: ['/api.groq.com/openai/v1/chat/completions', 'system', 'max_completion_tokens'],
  xai: ['/api.x.ai/v1/chat/completions', 'system', 'max_completion_tokens'],
  openrouter: ['/openrouter.ai/api/v1/chat/completions', 'developer', 'max_completion_tokens'],
  nanogpt: ['/nano-gpt.com/api/v1/chat/completions', 'developer', 'max_completion_tokens'],
  github: ['/models.github.ai/inference/chat/completions', 'developer', 'max_completion_tokens'],
  cloudflare: [
    '/api.cloudflare.com/client/v4/accounts/acc/ai/v1/chat/completions',
    'system',
    'max_tokens',
  ],
  mistral: ['/api.mistral.ai/v1/chat/completions', 'system', 'max_tokens'],
  deepseek: ['/api.deepseek.com/v1/chat/completions', 'system', 'max_tokens'],
  together: ['/api.together.xyz/v1/chat/completions', 'system', 'max_tokens'],
  fireworks: ['/api.fireworks.ai/inference/v1/chat/completions', 'system', 'max_tokens'],
  cerebras: ['/api.cerebras.ai/v1/chat/completions', 'system', 'max_completion_tokens'],
  perplexity: ['/api.perplexity.ai/chat/completions', 'system', 'max_tokens'],
  lmstudio: ['/lm/v1/chat/completions', 'system', 'max_tokens'],
  vllm: ['/vllm/v1/chat/completions', 'system', 'max_completion_tokens'],
  llamacpp: ['/llama/v1/chat/completions', 'system', 'max_completion_tokens'],
  g4f: ['/g4f/v1/chat/completions', 'system', 'max_tokens'],
  azure: ['/azure/openai/v1/chat/completions', 'developer', 'max_completion_tokens'],
};

scenario('each is asked at its address, in the words that it knows', async (stage) => {
  const upstream = (await stage.upstream()).always(chatAnswer('here'));
  const origin = upstream.baseUrl.slice(0, -3);
  const sluice = await allHere(stage, upstream, {
    LMSTUDIO_BASE_URL: `${origin}/lm/v1`,
    VLLM_BASE_URL: `${origin}/vllm/v1`,
    LLAMACPP_BASE_URL: `${origin}/llama/v1`,
    G4F_BASE_URL: `${origin}/g4f/v1`,
    AZURE_OPENAI_ENDPOINT: `${origin}/azure`,
  });
  for (const [name, [where, role, limit]] of Object.entries(paths)) {
    const got = await chat(sluice, { ...body, model: `${name}/some/model` });
    assert.equal(got.status, 200, `${name}: ${got.text}`);
    assertGivenBy(got, { provider: name, model: 'some/model', attempts: 1 });
    const seen = upstream.requests.at(-1);
    assert.equal(seen.path, where, name);
    assert.equal(seen.json[limit], 5, name);
    const roles = seen.json.messages.map((message) => message.role);
    assert.deepEqual(
      roles,
      name === 'perplexity' ? ['system', 'user'] : ['user', role, 'user'],
      name,
    );
    assert.equal(got.headers['x-sluice-dropped'], dropped[name], name);
  }
  const [github] = upstream.requests.filter((seen) => seen.path.startsWith('/models.github.ai'));
  assert.equal(github.headers['x-github-api-version'], '2022-11-28');
});

scenario('Mistral gets ids of tool calls that it takes, from whomever they are', async (stage) => {
  const upstream = (await stage.upstream()).always(json(completion('done')));
  const sluice = await allHere(stage, upstream);
  const id = 'call_0123456789abcdefghijklmn';
  const got = await chat(sluice, {
    model: 'mistral-small-latest',
    messages: [
      { role: 'user', content: 'a' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id, type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: id, content: 'x' },
    ],
  });
  assert.equal(got.status, 200, got.text);
  const { messages } = upstream.requests[0].json;
  assert.match(messages[1].tool_calls[0].id, /^[A-Za-z0-9]{9}$/);
  assert.equal(messages[2].tool_call_id, messages[1].tool_calls[0].id);
});

// Parts of content, and calls without a type, are more than OpenAI's clients can read.
scenario('OpenAI’s client reads Mistral’s thoughts and calls', async (stage) => {
  const upstream = await stage.upstream();
  const sluice = await allHere(stage, upstream);
  const client = new OpenAI({ baseURL: `${sluice.url}/v1`, apiKey: 'anything', maxRetries: 0 });
  const read = async (name) => {
    upstream.next(replay(recordedBy('openai').find((one) => one.name === name)));
    const asked = { role: 'user', content: 'a' };
    const body = {
      model: 'mistral/any',
      messages: [asked],
      stream_options: { include_usage: true },
    };
    const stream = client.chat.completions.stream(body);
    let thoughts = '';
    stream.on('chunk', ({ choices: [choice] }) => {
      thoughts += choice?.delta.reasoning_content ?? '';
    });
    const { choices, usage: told } = await stream.finalChatCompletion();
    return { ...choices[0], thoughts, total: told.total_tokens };
  };
  const thought = await read('mistral-stream');
  assert.equal(thought.message.content, 'It is 391');
  assert.equal(thought.thoughts, '340 + 51');
  assert.deepEqual([thought.finish_reason, thought.total], ['stop', 40]);
  const called = await read('mistral-tools-stream');
  assert.deepEqual(
    called.message.tool_calls.map(({ id, type, function: { name, arguments: text } }) => [
      id,
      type,
      name,
      JSON.parse(text),
    ]),
    [
      ['aB3dE5gH7', 'function', 'weather', { town: 'Bonn' }],
      ['zY8xW6vU4', 'function', 'now', {}],
    ],
  );
  assert.deepEqual([called.finish_reason, called.total], ['tool_calls', 120]);
});

const inBonn = { name: 'weather', arguments: '{"town":"Bonn"}' };

scenario('DeepSeek gets its thoughts back with calls of tools alone', async (stage) => {
  const upstream = (await stage.upstream()).always(chatAnswer('done'));
  const sluice = await allHere(stage, upstream);
  const call = { id: 'call_1', type: 'function', function: inBonn };
  const said = { role: 'assistant', content: 'Hi.', reasoning_content: 'A greeting.' };
  const called = {
    role: 'assistant',
    content: null,
    reasoning_content: 'I ask.',
    tool_calls: [call],
  };
  const got = await chat(sluice, {
    model: 'deepseek-reasoner',
    messages: [
      { role: 'user', content: 'a' },
      said,
      { role: 'user', content: 'b' },
      called,
      { role: 'tool', tool_call_id: 'call_1', content: 'rain' },
    ],
  });
  assert.equal(got.status, 200, got.text);
  assert.equal(got.headers['x-sluice-dropped'], 'messages.reasoning_content');
  const { messages } = upstream.requests[0].json;
  assert.deepEqual(messages[1], { role: 'assistant', content: 'Hi.' });
  assert.deepEqual(messages[3], called);
});

// Its thoughts are not signed: what clients of other dialects were given of them comes back too.
for (const dialect of [messages, responses]) {
  scenario(`DeepSeek’s thoughts come back through ${dialect.name}`, async (stage) => {
    const upstream = await stage.upstream();
    const called = recordedBy('openai').find(({ name }) => name === 'deepseek-tools-stream');
    upstream.next(replay(called), chatAnswer('It rains.'));
    const sluice = await allHere(stage, upstream);
    const model = 'deepseek-reasoner';
    const asks = { ...plain, model, stream: true, thinks: true, tools: [weather] };
    const ask = async (turns) => {
      const body = dialect.body({ ...asks, turns });
      const { path: where, headers } = dialect;
      const got = await request(sluice, where, { method: 'POST', body, headers });
      assert.equal(got.status, 200, got.text);
      return dialect.readStream(got.text);
    };
    const first = await ask(plain.turns);
    assert.equal(first.reasoning, 'I ask.');
    const [{ id }] = first.calls;
    await ask([...plain.turns, { said: first }, { results: [{ id, text: 'rain' }] }]);
    const sent = upstream.requests[1].json.messages.find(({ role }) => role === 'assistant');
    assert.equal(sent.reasoning_content, 'I ask.');
    assert.deepEqual(JSON.parse(sent.tool_calls[0].function.arguments), { town: 'Bonn' });
  });
}

scenario('OpenRouter’s names are used where it stands in', async (stage) => {
  const upstream = (await stage.upstream()).always(chatAnswer('here'));
  const text = here
    .replace('127.0.0.1:${PORT:-8090}', '127.0.0.1:0')
    .replace('https://openrouter.ai', upstream.baseUrl.slice(0, -3));
  const sluice = await stage.sluice(text, { env: needs.openrouter });
  for (const [asked, sent] of [
    ['gpt-4o', 'openai/gpt-4o'],
    ['grok-4', 'x-ai/grok-4'],
    ['gemini-2.5-pro', 'google/gemini-2.5-pro'],
    ['claude-sonnet-4-5-20250929', 'anthropic/claude-sonnet-4.5'],
  ]) {
    const got = await chat(sluice, question(asked));
    assertGivenBy(got, { provider: 'openrouter', model: sent, attempts: 1 });
    assert.equal(upstream.requests.at(-1).json.model, sent);
  }
});

// What another dialect's client is given of Claude's thoughts goes back as OpenRouter wants it.
scenario('signatures of reasoning come from OpenRouter and go back to it', async (stage) => {
  const detail = { type: 'reasoning.text', format: 'anthropic-claude-v1', index: 0 };
  const upstream = (await stage.upstream()).always(
    sse([
      { raw: ': OPENROUTER PROCESSING\n\n' },
      delta({
        role: 'assistant',
        content: '',
        reasoning: 'Hm.',
        reasoning_details: [{ ...detail, text: 'Hm.' }],
      }),
      delta({ content: '', reasoning_details: [{ ...detail, signature: 'SigA' }] }),
      delta({ content: 'Yes' }),
      delta({}, { finish: 'stop' }),
      { ...delta({}), choices: [], usage },
      '[DONE]',
    ]),
  );
  const sluice = await allHere(stage, upstream);
  const client = clientOf(sluice);
  const model = 'openrouter/anthropic/claude-haiku-4.5';
  const cached = { type: 'text', text: 'a', cache_control: { type: 'ephemeral' } };
  const asked = [{ role: 'user', content: [cached] }];
  const first = await client.messages
    .stream({ model, max_tokens: 100, messages: asked })
    .finalMessage();
  assert.deepEqual(first.content, [
    { type: 'thinking', thinking: 'Hm.', signature: 'SigA' },
    { type: 'text', text: 'Yes' },
  ]);
  const messages = [
    ...asked,
    { role: 'assistant', content: first.content },
    { role: 'user', content: 'b' },
  ];
  await client.messages.stream({ model, max_tokens: 100, messages }).finalMessage();
  const sent = upstream.requests[1].json.messages;
  assert.deepEqual(sent[0].content[0].cache_control, { type: 'ephemeral' });
  assert.deepEqual(sent[1].reasoning_details, [
    { ...detail, text: 'Hm.', signature: 'SigA' },
  ]);
});

const processing = { raw: ': OPENROUTER PROCESSING\n\n' };
const gaveUp = {
  ...delta({ role: 'assistant', content: '' }, { finish: 'error' }),
  error: { code: 502, message: 'Provider returned error', metadata: { raw: 'it broke' } },
};

scenario('a failure that OpenRouter tells with status 200 is replaced', async (stage) => {
  const upstream = await stage.upstream();
  upstream.next(sse([processing, gaveUp, '[DONE]']), chatAnswer('here'));
  const sluice = await allHere(stage, upstream);
  const got = await chat(sluice, question('openrouter/maker/model', { stream: true }));
  assert.equal(got.status, 200, got.text);
  assert.equal(contentOf(got.text), 'here');
  assertGivenBy(got, { provider: 'openrouter', model: 'maker/model', attempts: 2 });
});

scenario('a failure in the middle of OpenRouter’s stream ends it with an error', async (stage) => {
  const upstream = await stage.upstream();
  const said = delta({ role: 'assistant', content: 'Ag' });
  const gate = makeGate();
  upstream.next(sse([processing, said, until(gate), processing, gaveUp, '[DONE]']));
  const sluice = await allHere(stage, upstream);
  const got = await openChat(sluice, question('openrouter/maker/model', { stream: true }));
  await within(20_000, got.firstBytes, 'the first content');
  gate.open();
  const text = await within(20_000, got.text, 'the end');
  assert.equal(contentOf(text), 'Ag');
  assert.match(text, /"error":.*Provider returned error: it broke/);
  assert.ok(!text.includes('[DONE]'), text);
});

// CRLF, usage in each event, the whole message again at the end, and no [DONE].
scenario('a client of the same dialect reads Perplexity’s streams', async (stage) => {
  const part = (content) => delta({ role: 'assistant', content }, { usage });
  const last = { ...part(''), object: 'chat.completion.done' };
  last.choices[0] = {
    index: 0,
    finish_reason: 'stop',
    message: { role: 'assistant', content: 'Volme it is.' },
    delta: {},
  };
  const upstream = (await stage.upstream()).always(
    sse([part('Volme'), part(' it is.'), last], { eol: '\r\n' }),
  );
  const sluice = await allHere(stage, upstream);
  const got = await chat(sluice, question('sonar', { stream: true }));
  assert.equal(got.status, 200, got.text);
  const events = eventsOf(got.text);
  assert.equal(events.at(-1), '[DONE]');
  assert.ok(!got.text.includes('"usage"'), 'nobody asked for it');
  const said = events.filter((event) => event.choices);
  assert.equal(
    said.map((event) => event.choices[0].delta?.content ?? '').join(''),
    'Volme it is.',
  );
  assert.ok(!said.some((event) => event.error));
});
