// The commands that do not serve.
import assert from 'node:assert/strict';
import { copyFileSync, readdirSync, writeFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { virtual } from './support/config.js';
import { scenario } from './support/scenario.js';
import { pluginDirectory, run } from './support/sluice.js';

scenario('version tells a version', async () => {
  const got = await run(['version']);
  assert.equal(got.code, 0);
  assert.match(got.stdout, /sluice.*\d+\.\d+\.\d+/);
});

scenario('an unknown command is an error that names the nearest', async () => {
  const got = await run(['serv']);
  assert.notEqual(got.code, 0);
  assert.match(got.stdout + got.stderr, /serve/);
});

scenario('without a configuration the embedded defaults hold', async (stage) => {
  const { directory } = await stage.work(null);
  const checked = await run(['check'], { cwd: directory });
  assert.equal(checked.code, 0, checked.stderr);
  const models = await run(['models'], { cwd: directory });
  assert.equal(models.code, 0, models.stderr);
  assert.match(models.stdout, /demo\/echo/);
});

scenario('check passes a good configuration, with providers that are off', async (stage) => {
  const work = await stage.work({
    providers: {
      groq: {
        component: 'openai',
        base_url: 'https://api.groq.com/openai/v1',
        keys: ['${GROQ_API_KEY}'],
      },
    },
    virtual_models: { auto: virtual('groq/m1', 'demo/echo') },
  });
  const got = await run(['check', '--config', work.file]);
  assert.equal(got.code, 0, got.stdout + got.stderr);
  assert.match(got.stdout + got.stderr, /GROQ_API_KEY/);
});

const faulty = `server:
  listen: 127.0.0.1:0
  drain_secnds: 5
plugins:
  enable: [openai, demo, priority]
providers:
  a:
    component: opnai
    base_url: not a url
  b:
    component: openai
    base_url: http://127.0.0.1:1/v1
    timeouts: {connect_ms: soon}
routes:
  - {match: "x-*", provider: bb}
virtual_models:
  vm:
    strategy: priority
    targets: [c/m1]
`;

scenario(
  'check tells all faults at once, each with its place and the nearest right name',
  async (stage) => {
    const work = await stage.work(faulty);
    const got = await run(['check', '--config', work.file]);
    assert.equal(got.code, 1);
    const said = got.stdout + got.stderr;
    for (const [place, words] of [
      [/sluice\.yaml:3:3\b/, /drain_secnds.*drain_seconds/s],
      [/sluice\.yaml:9:15\b/, /base_url|URL/i],
      [/sluice\.yaml:13:28\b/, /soon|number/],
      [/sluice\.yaml:15:30\b/, /bb/],
      [/sluice\.yaml:19:15\b/, /c\/m1|'c'/],
    ]) {
      assert.match(said, place);
      assert.match(said, words);
    }
  },
);

scenario('check finds what only the plugins know', async (stage) => {
  for (const [providers, words] of [
    [{ a: { component: 'opnai', base_url: 'http://127.0.0.1:1/v1' } }, /opnai.*openai/s],
    [
      { a: { component: 'openai', base_url: 'http://127.0.0.1:1/v1', settings: { nonsense: 1 } } },
      /nonsense/,
    ],
  ]) {
    const work = await stage.work({ providers });
    const got = await run(['check', '--config', work.file]);
    assert.equal(got.code, 1, got.stdout);
    assert.match(got.stdout + got.stderr, words);
  }
});

scenario('a file that is not there is an error', async () => {
  const got = await run(['check', '--config', '/nonexistent/sluice.yaml']);
  assert.notEqual(got.code, 0);
  assert.match(got.stderr, /\/nonexistent\/sluice\.yaml/);
});

scenario('models lists what can be asked for', async (stage) => {
  const work = await stage.work({ virtual_models: { mine: virtual('demo/echo') } });
  const got = await run(['models', '--config', work.file]);
  assert.equal(got.code, 0, got.stderr);
  assert.match(got.stdout, /\bmine\b/);
  assert.match(got.stdout, /demo\/echo/);
});

scenario('models keeps names of any length apart from what is told of them', async (stage) => {
  const long = `demo/${'a-long-name-'.repeat(5)}`;
  const work = await stage.work({ models: { [long]: { context: 200000 }, 'demo/b': {} } });
  const got = await run(['models', '--config', work.file]);
  assert.equal(got.code, 0, got.stderr);
  assert.deepEqual(got.stdout.split('\n'), [`${long}  200000 tokens`, 'demo/b', '']);
});

scenario('check counts one as one', async (stage) => {
  const work = await stage.work({ virtual_models: { mine: virtual('demo/echo') } });
  const got = await run(['check', '--config', work.file]);
  assert.match(got.stdout, /3 plugins, 1 of 1 provider on, 1 virtual model\n/);
});

/** A directory with the real plugins and one file that is none. */
async function withBrokenPlugin(stage, enable) {
  const work = await stage.work({});
  const directory = path.join(work.directory, 'plugins');
  mkdirSync(directory);
  for (const file of readdirSync(pluginDirectory).filter((name) => name.endsWith('.so'))) {
    copyFileSync(path.join(pluginDirectory, file), path.join(directory, file));
  }
  writeFileSync(path.join(directory, 'broken.so'), 'this is no library');
  await work.write({ plugins: { directory, enable } });
  return { file: work.file, directory };
}

scenario('plugins list names every file, and what is wrong with one', async (stage) => {
  const { file } = await withBrokenPlugin(stage, ['openai', 'demo', 'priority']);
  const got = await run(['plugins', 'list', '--config', file]);
  assert.equal(got.code, 0, got.stderr);
  for (const name of ['openai', 'demo', 'priority', 'broken']) {
    assert.match(got.stdout, new RegExp(`^.*\\b${name}\\b.*$`, 'm'));
  }
});

scenario('plugins info tells what a file offers', async () => {
  const got = await run(['plugins', 'info', path.join(pluginDirectory, 'demo.so')]);
  assert.equal(got.code, 0, got.stderr);
  assert.match(got.stdout, /demo/);
  const none = await run(['plugins', 'info', '/nonexistent/x.so']);
  assert.notEqual(none.code, 0);
});

scenario(
  'a plugin that cannot be loaded fails alone, or with --strict the start',
  async (stage) => {
    const enable = ['openai', 'demo', 'priority', 'broken'];
    const { file, directory } = await withBrokenPlugin(stage, enable);
    const strict = await run(['serve', '--strict', '--config', file]);
    assert.notEqual(strict.code, 0);
    assert.match(strict.stderr, /broken/);
    const sluice = await stage.sluice({ plugins: { directory, enable } });
    await sluice.logLine(/broken/);
  },
);

scenario('a plugin whose content is not the one that was meant is not opened', async (stage) => {
  const enable = [{ file: 'demo', sha256: '0'.repeat(64) }, 'openai', 'priority'];
  const work = await stage.work({ plugins: { enable } });
  const got = await run(['check', '--config', work.file]);
  assert.equal(got.code, 1);
  assert.match(got.stdout + got.stderr, /demo.*sha-?256/is);
});
