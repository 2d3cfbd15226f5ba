// What a provider has no way to express is left out and told, or refused by name: as configured.
// The provider of the test plugin acme has no seed, which is a hint, and no logit_bias, without
// which the answer may say something else.
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { json, sse } from './support/answers.js';
import { chatAnswer, fail, question } from './support/chat.js';
import { chat, contentOf } from './support/client.js';
import { plugins, provider, virtual } from './support/config.js';
import { assertError, assertGivenBy } from './support/expect.js';
import { scenario } from './support/scenario.js';
import { pluginDirectory } from './support/sluice.js';

const testPlugins = path.join(path.dirname(pluginDirectory), 'test-plugins');
const bias = { logit_bias: { 50256: -100 } };

/** A plugins directory with our own and acme. */
function directoryWithAcme(stage) {
  const directory = mkdtempSync(path.join(tmpdir(), 'sluice-unsupported-'));
  stage.keep(directory, () => rmSync(directory, { recursive: true }));
  for (const name of readdirSync(pluginDirectory).filter((entry) => entry.endsWith('.so'))) {
    copyFileSync(path.join(pluginDirectory, name), path.join(directory, name));
  }
  copyFileSync(path.join(testPlugins, 'acme.so'), path.join(directory, 'acme.so'));
  return directory;
}

const acmeAnswer = () =>
  sse([
    { id: 'a1', model: 'm1' },
    { delta: 'from ' },
    { delta: 'acme', stop: 'stop' },
    { tokens: { in: 7, out: 2 } },
    '[DONE]',
  ]);

/** `acme` at an upstream of its own, `plain` at one that speaks the client's dialect. */
async function prepare(stage, { attempts = {}, acme = {} } = {}) {
  const own = (await stage.upstream()).always(acmeAnswer);
  const plain = (await stage.upstream()).always(chatAnswer('from plain'));
  const sluice = await stage.sluice({
    plugins: { directory: directoryWithAcme(stage), enable: [...plugins.enable, 'acme'] },
    attempts,
    providers: {
      acme: { component: 'acme', base_url: own.baseUrl, keys: ['sk-acme'], ...acme },
      plain: provider(plain),
    },
    virtual_models: { either: virtual('acme/m1', 'plain/m2') },
  });
  const ask = (model, more) => chat(sluice, question(model, more));
  return { own, plain, ask };
}

const dropped = (answer) => answer.headers['x-sluice-dropped'];

scenario('a hint is left out, and the client is told', async (stage) => {
  const { own, ask } = await prepare(stage);
  for (const stream of [false, true]) {
    const got = await ask('acme/m1', { seed: 7, stream });
    assert.equal(got.status, 200, got.text);
    assert.equal(dropped(got), 'seed');
    const said = stream ? contentOf(got.text) : got.json.choices[0].message.content;
    assert.equal(said, 'from acme');
    assert.ok(!('seed' in own.requests.at(-1).json));
  }
  const plain = await ask('acme/m1');
  assert.equal(plain.status, 200, plain.text);
  assert.equal(dropped(plain), undefined);
});

scenario('what changes the meaning is refused by name, and harms nobody', async (stage) => {
  const { own, ask } = await prepare(stage);
  for (let i = 0; i < 30; ++i) {
    const got = await ask('acme/m1', { seed: 7, ...bias, stream: i % 2 === 1 });
    assertError(got, 400, {
      type: 'invalid_request_error',
      code: 'unsupported_parameter',
      param: 'logit_bias',
      message: /'logit_bias' cannot be expressed/,
    });
    assert.equal(dropped(got), undefined);
    assert.equal(got.headers['x-sluice-attempts'], '0', 'nothing was sent');
  }
  assert.equal(own.requests.length, 0);
  const good = await ask('acme/m1');
  assert.equal(good.status, 200, good.text);
  assertGivenBy(good, { provider: 'acme', model: 'm1', attempts: 1 });
});

scenario('another target that can express it is tried before', async (stage) => {
  const { own, plain, ask } = await prepare(stage, { attempts: { per_call: 1 } });
  const got = await ask('either', { seed: 7, ...bias });
  assert.equal(got.status, 200, got.text);
  assertGivenBy(got, { provider: 'plain', model: 'm2', attempts: 1 });
  assert.equal(dropped(got), undefined, 'of the attempt that answered');
  assert.equal(own.requests.length, 0);
  assert.deepEqual(plain.requests[0].json.logit_bias, bias.logit_bias);
});

scenario('what one plugin refuses another may take', async (stage) => {
  const plain = (await stage.upstream()).always(chatAnswer('from plain'));
  const sluice = await stage.sluice({
    plugins: { enable: [...plugins.enable, 'anthropic'] },
    providers: {
      claude: provider(plain, { component: 'anthropic' }),
      plain: provider(plain),
    },
    virtual_models: { either: virtual('claude/m1', 'plain/m2') },
  });
  const old = { functions: [{ name: 'look', parameters: { type: 'object' } }] };
  const got = await chat(sluice, question('either', old));
  assert.equal(got.status, 200, got.text);
  assertGivenBy(got, { provider: 'plain', model: 'm2' });
  const refused = await chat(sluice, question('claude/m1', old));
  assertError(refused, 400, { param: 'functions', message: /use tools/ });
  assertError(await chat(sluice, question('claude/m1', bias)), 400, { param: 'logit_bias' });
  assert.equal(plain.requests.length, 1);
});

scenario('where the other target fails, both reasons are told', async (stage) => {
  const { plain, ask } = await prepare(stage);
  plain.always(fail(500, { message: 'on fire' }));
  const got = await ask('either', bias);
  assertError(got, 502, { message: /acme\/m1: 'logit_bias' cannot.*plain\/m2: .*on fire/ });
  assert.equal(got.headers['x-should-retry'], 'false');
});

scenario('refuse: hints too', async (stage) => {
  const { own, ask } = await prepare(stage, { attempts: { unsupported: 'refuse' } });
  assertError(await ask('acme/m1', { seed: 7 }), 400, { param: 'seed' });
  assert.equal(own.requests.length, 0);
  const plain = await ask('plain/m1', { seed: 7 });
  assert.equal(plain.status, 200, 'a provider that takes all of it is none the wiser');
});

scenario('drop: nothing is refused; a provider may have a rule of its own', async (stage) => {
  const { own, ask } = await prepare(stage, {
    attempts: { unsupported: 'refuse' },
    acme: { unsupported: 'drop' },
  });
  const got = await ask('acme/m1', { seed: 7, ...bias });
  assert.equal(got.status, 200, got.text);
  assert.equal(dropped(got), 'seed, logit_bias');
  assert.ok(!('logit_bias' in own.requests[0].json));
});

scenario('an answer of an attempt that dropped nothing says nothing', async (stage) => {
  const { own, ask } = await prepare(stage);
  own.always(json({ problem: 'busy', kind: 'busy' }, { status: 500 }));
  const got = await ask('either', { seed: 7 });
  assert.equal(got.status, 200, got.text);
  assertGivenBy(got, { provider: 'plain', model: 'm2' });
  assert.equal(dropped(got), undefined);
});
