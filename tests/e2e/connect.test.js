// sluice connect: what each client is given can be read by it, leads to this gateway with its
// models, and never holds the key; what is written into a file leaves all else there.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { parse } from 'smol-toml';
import { parse as parseYaml } from 'yaml';
import { request } from './support/client.js';
import { provider, virtual } from './support/config.js';
import { scenario } from './support/scenario.js';
import { root, run } from './support/sluice.js';

// Plain objects, for comparisons.
const parseToml = (text) => JSON.parse(JSON.stringify(parse(text)));

const key = 'sk-the-gateways-own-key';
const env = { PROXY_API_KEY: key };
const url = 'http://127.0.0.1:8123';

const facts = {
  'a/big': {
    input: 3,
    output: 15,
    cache_read: 0.3,
    cache_write: 3.75,
    context: 1000000,
    max_output: 64000,
    tools: true,
    vision: true,
    reasoning: true,
  },
  'b/small': { input: 0.59, output: 0.79, context: 131072, tools: true, vision: false },
};

const config = (more = {}) => ({
  server: { listen: '127.0.0.1:8123' },
  auth: { client_keys: ['${PROXY_API_KEY:-}'] },
  providers: {
    a: provider('http://127.0.0.1:1/v1'),
    b: provider('http://127.0.0.1:1/v1'),
    off: provider('http://127.0.0.1:1/v1', { keys: ['${NOT_SET}'] }),
  },
  models: { ...facts, 'off/model': { context: 1 } },
  virtual_models: { best: virtual('a/big', 'b/small'), auto: virtual('a/big') },
  ...more,
});

/** A home with a configuration in it, and what runs `sluice connect` there. */
async function home(stage, more) {
  const { directory } = await stage.work(config(more));
  const connect = (...args) => run(['connect', ...args], { cwd: directory, env });
  return {
    directory,
    connect,
    at: (file) => path.join(directory, file),
    read: (file) => readFileSync(path.join(directory, file), 'utf8'),
    put(file, text, options) {
      mkdirSync(path.dirname(path.join(directory, file)), { recursive: true });
      writeFileSync(path.join(directory, file), text, options);
    },
    async printed(...args) {
      const got = await connect(...args);
      assert.equal(got.code, 0, got.stderr);
      return got.stdout;
    },
  };
}

async function names(place) {
  const lines = (await place.printed()).trim().split('\n').slice(1);
  return lines.map((line) => line.split(' ')[0]);
}

const withFiles = {
  opencode: ['.config/opencode/opencode.json'],
  codex: ['.codex/config.toml'],
  'claude-code': ['.claude/settings.json'],
  aider: ['.aider.conf.yml', '.aider.model.metadata.json'],
  continue: ['.continue/config.yaml'],
  librechat: ['librechat.yaml'],
};

const parsers = { '.json': JSON.parse, '.toml': parseToml, '.yaml': parseYaml, '.yml': parseYaml };
const parsed = (file, text) => parsers[path.extname(file)](text);

scenario('without a client, the clients are listed; each of them is given something', async (stage) => {
  const place = await home(stage);
  const listed = await names(place);
  for (const name of [...Object.keys(withFiles), 'roo-code', 'cline', 'aiderdesk', 'open-webui']) {
    assert.ok(listed.includes(name), name);
  }
  for (const name of listed) {
    const got = await place.connect(name);
    assert.equal(got.code, 0, got.stderr);
    assert.ok(got.stdout.includes(url), `${name} is led to the gateway:\n${got.stdout}`);
    if (name !== 'open-webui') assert.match(got.stdout, /\bauto\b/, name);
    assert.ok(!(got.stdout + got.stderr).includes(key), `${name} is not told the key`);
    assert.match(got.stderr, /PROXY_API_KEY/, `${name}: it is said where the key goes`);
  }
});

scenario('an unknown client is an error that names the nearest', async (stage) => {
  const place = await home(stage);
  for (const [typed, meant] of [
    ['codx', 'codex'],
    ['cluade', 'claude'],
    ['opencod', 'opencode'],
  ]) {
    const got = await place.connect(typed);
    assert.equal(got.code, 2);
    assert.equal(got.stdout, '');
    assert.match(got.stderr, new RegExp(`'${typed}'.*did you mean '${meant}'`));
  }
  assert.equal((await place.connect('emacs')).code, 2);
});

scenario('a client may be called by its other name', async (stage) => {
  const place = await home(stage);
  assert.equal(await place.printed('claude'), await place.printed('claude-code'));
});

scenario('each file can be read, and names exactly the models of GET /v1/models', async (stage) => {
  const sluice = await stage.sluice(config({ server: {} }), { env });
  const headers = { authorization: `Bearer ${key}` };
  const { json } = await request(sluice, '/v1/models', { headers });
  const models = json.data.map((model) => model.id).sort();
  assert.deepEqual(models, ['a/big', 'auto', 'b/small', 'best']);

  const place = await home(stage);
  const opencode = JSON.parse(await place.printed('opencode')).provider.sluice;
  assert.equal(opencode.options.baseURL, `${url}/v1`);
  assert.equal(opencode.options.apiKey, '{env:PROXY_API_KEY}');
  assert.deepEqual(Object.keys(opencode.models).sort(), models);

  const continues = parseYaml(await place.printed('continue'));
  assert.deepEqual(continues.models.map((one) => one.model).sort(), models);
  assert.equal(continues.models[0].model, 'auto');
  for (const one of continues.models) {
    assert.equal(one.apiBase, `${url}/v1`);
    assert.equal(one.apiKey, '${{ secrets.PROXY_API_KEY }}');
  }

  const [endpoint] = parseYaml(await place.printed('librechat')).endpoints.custom;
  assert.equal(endpoint.baseURL, `${url}/v1`);
  assert.equal(endpoint.apiKey, '${PROXY_API_KEY}');
  assert.deepEqual(endpoint.models.default.toSorted(), models);

  const [, settings, metadata] = (await place.printed('aider')).split(/^==> .* <==\n/m);
  assert.deepEqual(parseYaml(settings), { model: 'openai/auto', 'openai-api-base': `${url}/v1` });
  assert.deepEqual(
    Object.keys(JSON.parse(metadata)).sort(),
    models.map((id) => `openai/${id}`),
  );
});

scenario('sizes, prices and abilities are those of the configuration', async (stage) => {
  const place = await home(stage);
  const { models } = JSON.parse(await place.printed('opencode')).provider.sluice;
  assert.deepEqual(models['a/big'], {
    name: 'a/big',
    limit: { context: 1000000, output: 64000 },
    cost: { input: 3, output: 15, cache_read: 0.3, cache_write: 3.75 },
    tool_call: true,
    reasoning: true,
    attachment: true,
    modalities: { input: ['text', 'image'], output: ['text'] },
  });
  // OpenCode takes both limits or none.
  assert.deepEqual(models['b/small'].limit, { context: 131072, output: 8192 });
  // Of a virtual model, what holds whichever target answers.
  assert.deepEqual(models.best.limit, { context: 131072, output: 8192 });
  assert.deepEqual(models.best.cost, { input: 3, output: 15 });
  assert.equal(models.best.attachment, false);
  assert.equal(models.best.tool_call, true);

  const [, , metadata] = (await place.printed('aider')).split(/^==> .* <==\n/m);
  assert.deepEqual(JSON.parse(metadata)['openai/b/small'], {
    max_input_tokens: 131072,
    input_cost_per_token: 0.00000059,
    output_cost_per_token: 0.00000079,
    supports_vision: false,
    litellm_provider: 'openai',
    mode: 'chat',
  });
});

scenario('Codex is told to use the Responses API of this gateway', async (stage) => {
  const place = await home(stage);
  assert.deepEqual(parseToml(await place.printed('codex', '--model', 'best')), {
    model: 'best',
    model_provider: 'sluice',
    web_search: 'disabled',
    model_providers: {
      sluice: {
        name: 'Sluice',
        base_url: `${url}/v1`,
        wire_api: 'responses',
        // Only with a command that tells the key does Codex ask for the models and their sizes.
        auth: { command: 'printenv', args: ['PROXY_API_KEY'] },
      },
    },
  });
});

scenario("Claude Code's variables can be evaluated by a shell", async (stage) => {
  const place = await home(stage);
  const text = await place.printed('claude-code', '--model', 'best');
  const got = spawnSync('bash', ['-c', `${text}\nenv`], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ANTHROPIC_API_KEY: 'of another', ...env },
  });
  const variables = Object.fromEntries(
    got.stdout.split('\n').map((line) => [line.split('=')[0], line.slice(line.indexOf('=') + 1)]),
  );
  assert.equal(variables.ANTHROPIC_BASE_URL, url);
  assert.equal(variables.ANTHROPIC_AUTH_TOKEN, key);
  assert.equal(variables.ANTHROPIC_MODEL, 'best');
  assert.equal(variables.ANTHROPIC_DEFAULT_HAIKU_MODEL, 'best');
  assert.equal(variables.CLAUDE_CODE_MAX_CONTEXT_TOKENS, '131072');
  assert.equal(variables.ANTHROPIC_API_KEY, undefined);
});

scenario('the address comes from the configuration, or from --url with or without /v1', async (stage) => {
  const base = async (place, ...args) =>
    parseToml(await place.printed('codex', ...args)).model_providers.sluice.base_url;
  const place = await home(stage);
  for (const given of ['https://llm.example.org', 'https://llm.example.org/v1/']) {
    assert.equal(await base(place, '--url', given), 'https://llm.example.org/v1');
  }
  for (const [listen, expected] of [
    ['0.0.0.0:8123', 'http://127.0.0.1:8123/v1'],
    ['[::]:8123', 'http://[::1]:8123/v1'],
  ]) {
    assert.equal(await base(await home(stage, { server: { listen } })), expected);
  }
  for (const bad of ['llm.example.org', 'ftp://x', 'http://', 'http://a b', "http://a'$(id)"]) {
    const got = await place.connect('codex', '--url', bad);
    assert.equal(got.code, 2, bad);
    assert.match(got.stderr, /--url/);
  }
  const free = await (await home(stage, { server: {} })).connect('codex');
  assert.equal(free.code, 2);
  assert.match(free.stderr, /--url/);
});

scenario('a model that is not listed is offered too, an unknown one is an error', async (stage) => {
  const place = await home(stage);
  const file = JSON.parse(await place.printed('opencode', '--model', 'b/other'));
  assert.equal(file.model, 'sluice/b/other');
  assert.ok(file.provider.sluice.models['b/other']);
  const got = await place.connect('opencode', '--model', 'beest');
  assert.equal(got.code, 2);
  assert.match(got.stderr, /beest.*did you mean 'best'/);
  assert.equal((await place.connect('opencode', '--model', 'off/model')).code, 2);
});

scenario('a gateway without keys needs none of its clients', async (stage) => {
  const place = await home(stage, { auth: {} });
  for (const name of await names(place)) {
    const got = await place.connect(name);
    assert.equal(got.code, 0, got.stderr);
    assert.ok(!(got.stdout + got.stderr).includes('PROXY_API_KEY'), `${name}:\n${got.stdout}`);
  }
});

scenario('it is said what may be another way with the variables of the gateway', async (stage) => {
  const { directory, connect } = await home(stage, {
    virtual_models: { auto: virtual('off/model') },
  });
  const here = await run(['connect', 'codex'], { cwd: directory });
  assert.equal(here.code, 0, here.stderr);
  assert.match(here.stderr, /^notice: no client key is set/m);
  assert.match(here.stderr, /^notice: no provider of auto is on, so the model is a\/big/m);
  const set = await connect('codex', '--model', 'b/small');
  assert.doesNotMatch(set.stderr, /notice/);
});

scenario('--key-variable names another variable', async (stage) => {
  const place = await home(stage);
  const file = parseToml(await place.printed('codex', '--key-variable', 'TEAM_KEY'));
  assert.deepEqual(file.model_providers.sluice.auth.args, ['TEAM_KEY']);
  assert.equal((await place.connect('codex', '--key-variable', 'a b')).code, 2);
});

scenario('the names of models are quoted as each form needs it', async (stage) => {
  const odd = 'it\'s"$HOME"\\`id`';
  const place = await home(stage);
  const chosen = ['--model', `a/${odd}`];
  assert.equal(parseToml(await place.printed('codex', ...chosen)).model, `a/${odd}`);
  const yaml = parseYaml(await place.printed('librechat', ...chosen));
  assert.equal(yaml.endpoints.custom[0].titleModel, `a/${odd}`);
  const shell = await place.printed('claude-code', ...chosen);
  const got = spawnSync('bash', ['-c', `${shell}\nprintf %s "$ANTHROPIC_MODEL"`], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: '/', ...env },
  });
  assert.equal(got.stdout, `a/${odd}`);
  const curl = await place.printed('curl', ...chosen);
  const body = spawnSync('bash', ['-c', curl.replace(/^curl/, 'printf "%s\\n"')], {
    encoding: 'utf8',
    env,
  });
  assert.equal(JSON.parse(body.stdout.split('\n').at(-2)).model, `a/${odd}`);
});

// What is printed for programmers runs as it is.
const runs = [
  ['curl', 'bash', 'call.sh'],
  ['openai-node', process.execPath, 'call.mjs'],
  ['anthropic-node', process.execPath, 'call.mjs'],
];

scenario('the examples for curl and the official libraries get an answer', async (stage) => {
  const more = { server: {}, providers: { demo: { component: 'demo' } }, models: {}, virtual_models: {} };
  const sluice = await stage.sluice(config(more), { env });
  const place = await home(stage, more);
  symlinkSync(path.join(root, 'tests/e2e/node_modules'), place.at('node_modules'));
  for (const [name, program, file] of runs) {
    place.put(file, await place.printed(name, '--url', sluice.url, '--model', 'demo/echo'));
    const child = spawn(program, [place.at(file)], {
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let text = '';
    child.stdout.on('data', (data) => {
      text += data;
    });
    await once(child, 'close');
    assert.match(text, /Say hello/, name);
  }
});

scenario('the other examples are of their language', async (stage, t) => {
  const place = await home(stage);
  for (const name of ['vercel-ai-sdk', 'langchain-js']) {
    place.put('call.mjs', await place.printed(name));
    const got = spawnSync(process.execPath, ['--check', place.at('call.mjs')], { encoding: 'utf8' });
    assert.equal(got.status, 0, got.stderr);
  }
  if (spawnSync('python3', ['--version']).status !== 0) return t.diagnostic('no python3');
  for (const name of ['openai-python', 'anthropic-python', 'langchain']) {
    const got = spawnSync('python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], {
      encoding: 'utf8',
      input: await place.printed(name),
    });
    assert.equal(got.status, 0, got.stderr);
  }
});

scenario('--write makes the files, which say what was printed, and is done once', async (stage) => {
  const place = await home(stage);
  for (const [name, files] of Object.entries(withFiles)) {
    const got = await place.connect(name, '--write');
    assert.equal(got.code, 0, got.stderr);
    for (const file of files) {
      const text = place.read(file);
      assert.ok(parsed(file, text), file);
      assert.ok(!text.includes(key), 'the key is in no file');
      assert.ok(!existsSync(place.at(`${file}.bak`)));
    }
    if (name !== 'claude-code' && files.length === 1) {
      assert.equal(place.read(files[0]), await place.printed(name));
    }
    const again = await place.connect(name, '--write');
    assert.equal(again.code, 0, again.stderr);
    for (const file of files) assert.match(again.stdout, new RegExp(`unchanged: .*${path.basename(file)}`));
    for (const file of files) assert.ok(!existsSync(place.at(`${file}.bak`)));
  }
  for (const name of ['curl', 'roo-code', 'openai-python']) {
    const got = await place.connect(name, '--write');
    assert.equal(got.code, 2);
    assert.match(got.stderr, /no file/);
  }
});

scenario('--write keeps what stands in a JSON file, and copies it beside', async (stage) => {
  const place = await home(stage);
  const file = '.config/opencode/opencode.json';
  const before = `{
    "model": "anthropic/claude-x",
    "theme": "dark",
    "provider": {
        "mine": {"options": {"baseURL": "http://10.0.0.1/v1"}},
        "sluice": {"models": {"old": {}}}
    }
}
`;
  place.put(file, before, { mode: 0o600 });
  const got = await place.connect('opencode', '--write');
  assert.equal(got.code, 0, got.stderr);
  const after = JSON.parse(place.read(file));
  assert.equal(after.model, 'anthropic/claude-x');
  assert.equal(after.theme, 'dark');
  assert.deepEqual(after.provider.mine, { options: { baseURL: 'http://10.0.0.1/v1' } });
  assert.deepEqual(Object.keys(after.provider.sluice.models).sort(), ['a/big', 'auto', 'b/small', 'best']);
  assert.match(place.read(file), /^ {4}"theme"/m, 'it is indented as it was');
  assert.equal(statSync(place.at(file)).mode & 0o777, 0o600);
  assert.equal(place.read(`${file}.bak`), before);
  assert.equal(statSync(place.at(`${file}.bak`)).mode & 0o777, 0o600);
  assert.match(got.stderr, /model stays as it was/);
  assert.match(got.stderr, /then: opencode --model sluice\/auto/);

  const next = await place.connect('opencode', '--write', '--url', 'http://10.0.0.2:8090');
  assert.equal(next.code, 0, next.stderr);
  assert.equal(place.read(`${file}.bak`), before, 'the first copy stays');
  assert.ok(existsSync(place.at(`${file}.bak.2`)));
});

scenario("--write into Claude Code's settings", async (stage) => {
  const place = await home(stage);
  const file = '.claude/settings.json';
  place.put(file, '{"permissions": {"allow": ["Bash(ls)"]}, "env": {"A": "1", "ANTHROPIC_AUTH_TOKEN": "x"}}');
  const got = await place.connect('claude-code', '--write');
  assert.equal(got.code, 0, got.stderr);
  const after = JSON.parse(place.read(file));
  assert.deepEqual(after.permissions, { allow: ['Bash(ls)'] });
  assert.equal(after.env.A, '1');
  assert.equal(after.env.ANTHROPIC_BASE_URL, url);
  assert.equal(after.env.ANTHROPIC_MODEL, 'auto');
  assert.equal(after.apiKeyHelper, 'printenv PROXY_API_KEY');
  assert.match(got.stderr, /env\.ANTHROPIC_AUTH_TOKEN is used instead/);
});

scenario('a JSON file with comments, or broken, is left alone', async (stage) => {
  const place = await home(stage);
  const file = '.config/opencode/opencode.json';
  for (const [before, why] of [
    ['{\n  // mine\n  "theme": "dark"\n}\n', /comments/],
    ['{"theme": ', /JSON/],
    ['[1]', /object/],
    ['{"provider": []}', /provider.*object/],
  ]) {
    place.put(file, before);
    const got = await place.connect('opencode', '--write');
    assert.equal(got.code, 1);
    assert.match(got.stderr, why);
    assert.match(got.stderr, /opencode\.json/);
    assert.equal(place.read(file), before);
    assert.ok(JSON.parse(got.stdout).provider.sluice, 'what has to go into it is printed');
    assert.deepEqual(readdirSync(path.dirname(place.at(file))), ['opencode.json']);
  }
});

const codexFile = '.codex/config.toml';

scenario("--write adds to Codex's file", async (stage) => {
  const place = await home(stage);
  const before = `# mine
approval_policy = "on-request"
notes = """
[model_providers.sluice]
model = "not this"
"""

[mcp_servers.docs] # a table
args = [
  "a", # [model_providers.sluice]
  'b',
]
[model_providers.other]
name = "Other"`;
  place.put(codexFile, before);
  const got = await place.connect('codex', '--write');
  assert.equal(got.code, 0, got.stderr);
  const after = parseToml(place.read(codexFile));
  const expected = parseToml(before);
  const ours = parseToml(await place.printed('codex'));
  Object.assign(expected, { ...ours, model_providers: { ...expected.model_providers, ...ours.model_providers } });
  assert.deepEqual(after, expected);
  assert.ok(place.read(codexFile).includes(before), 'every byte of it is still there');
  assert.equal(place.read(`${codexFile}.bak`), before);
  assert.match((await place.connect('codex', '--write')).stdout, /unchanged/);
});

scenario('the model that Codex has been told to use stays', async (stage) => {
  const place = await home(stage);
  place.put(codexFile, 'model = "gpt-x" # the best\n\n[tui]\n"theme" = "dark"\n');
  const got = await place.connect('codex', '--write');
  assert.equal(got.code, 0, got.stderr);
  const after = parseToml(place.read(codexFile));
  assert.equal(after.model, 'gpt-x');
  assert.equal(after.model_provider, undefined);
  assert.equal(after.model_providers.sluice.base_url, `${url}/v1`);
  assert.match(got.stderr, /model stays as it was/);
  assert.match(got.stderr, /then: codex -c model_provider=sluice -c web_search=disabled -m auto/);
});

scenario('a TOML file that cannot be added to is left alone', async (stage) => {
  const place = await home(stage);
  for (const before of [
    '[model_providers.sluice]\nname = "Another"\n',
    '[model_providers]\nsluice = {name = "Another"}\n',
    '[ model_providers . "sluice" ]\nname = "Another"\n',
    'model_providers.sluice.name = "Another"\n',
    'model_providers = {}\n',
    '[[model_providers]]\nname = "Another"\n',
    'model = "gpt-x\n',
    'this is no TOML\n',
  ]) {
    place.put(codexFile, before);
    const got = await place.connect('codex', '--write');
    assert.equal(got.code, 1, before);
    assert.match(got.stderr, /config\.toml: .*\nnothing was changed/);
    assert.equal(place.read(codexFile), before);
    assert.ok(parseToml(got.stdout).model_providers.sluice, 'what has to go into it is printed');
    assert.ok(!existsSync(place.at(`${codexFile}.bak`)));
  }
});

scenario('--write adds to YAML files, and to neither of two if one cannot be', async (stage) => {
  const place = await home(stage);
  const before = '# mine\ndark-mode: true\nmodel: gpt-x';
  place.put('.aider.conf.yml', before);
  const got = await place.connect('aider', '--write');
  assert.equal(got.code, 0, got.stderr);
  assert.deepEqual(parseYaml(place.read('.aider.conf.yml')), {
    'dark-mode': true,
    model: 'gpt-x',
    'openai-api-base': `${url}/v1`,
  });
  assert.ok(place.read('.aider.conf.yml').startsWith(before));
  assert.match(got.stderr, /then: .*aider --model openai\/auto/);

  const other = await home(stage);
  other.put('.aider.model.metadata.json', 'broken');
  assert.equal((await other.connect('aider', '--write')).code, 1);
  assert.ok(!existsSync(other.at('.aider.conf.yml')));

  for (const [name, file, text] of [
    ['librechat', 'librechat.yaml', 'version: 1.0.0\nendpoints:\n  custom: []\n'],
    ['continue', '.continue/config.yaml', 'name: mine\nmodels: []\n'],
    ['continue', '.continue/config.yaml', '{name: mine}\n'],
    ['continue', '.continue/config.yaml', 'name: mine\n...\n'],
  ]) {
    other.put(file, text);
    const refused = await other.connect(name, '--write');
    assert.equal(refused.code, 1, text);
    assert.match(refused.stderr, new RegExp(path.basename(file)));
    assert.equal(other.read(file), text);
    assert.ok(parseYaml(refused.stdout));
  }
});

scenario('a file that is a link stays one', async (stage) => {
  const place = await home(stage);
  place.put('dotfiles/codex.toml', 'a = 1\n');
  mkdirSync(place.at('.codex'));
  symlinkSync('../dotfiles/codex.toml', place.at(codexFile));
  const got = await place.connect('codex', '--write');
  assert.equal(got.code, 0, got.stderr);
  assert.equal(parseToml(place.read('dotfiles/codex.toml')).a, 1);
  assert.ok(parseToml(place.read('dotfiles/codex.toml')).model_providers.sluice);
});

scenario("the clients' own variables say where their files are", async (stage) => {
  const place = await home(stage);
  for (const [name, variable, file] of [
    ['codex', 'CODEX_HOME', 'config.toml'],
    ['claude-code', 'CLAUDE_CONFIG_DIR', 'settings.json'],
    ['opencode', 'XDG_CONFIG_HOME', 'opencode/opencode.json'],
  ]) {
    const args = ['connect', name, '--write'];
    const where = { ...env, [variable]: place.at(`of-${name}`) };
    const got = await run(args, { cwd: place.directory, env: where });
    assert.equal(got.code, 0, got.stderr);
    assert.ok(existsSync(place.at(`of-${name}/${file}`)));
  }
});

scenario('a file that cannot be written is an error that names it', async (stage) => {
  const place = await home(stage);
  place.put('.codex', 'a file where a directory would be');
  const got = await place.connect('codex', '--write');
  assert.equal(got.code, 1);
  assert.match(got.stderr, /\.codex\/config\.toml: .*[Nn]ot a directory/);
  mkdirSync(place.at('librechat.yaml'));
  const directory = await place.connect('librechat', '--write');
  assert.equal(directory.code, 1);
  assert.match(directory.stderr, /librechat\.yaml: is no file/);
  const homeless = await run(['connect', 'codex', '--write'], {
    cwd: place.directory,
    env: { ...env, HOME: '' },
  });
  assert.equal(homeless.code, 1);
  assert.match(homeless.stderr, /HOME is not set/);
});
