// Where plugins run from: copies in the state directory.
import assert from 'node:assert/strict';
import { chown, copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { scenario } from './support/scenario.js';
import { pluginDirectory, run } from './support/sluice.js';

scenario('the state directory holds the copies of plugins that run, and nothing older', async (stage) => {
  const sluice = await stage.sluice({});
  const copies = path.join(sluice.work.directory, 'state/plugin-copies');
  const names = await readdir(copies);
  assert.equal(names.length, 3, names.join(' '));
  for (const name of names) assert.match(name, /^[0-9a-f]{64}\.so$/);
  const mapped = await readFile(`/proc/${sluice.pid}/maps`, 'utf8');
  for (const name of names) assert.ok(mapped.includes(path.join(copies, name)), mapped);
});

scenario('a state directory that cannot be used stops the start, if somebody chose it', async (stage) => {
  const work = await stage.work({});
  await writeFile(path.join(work.directory, 'file'), '');
  const state = path.join(work.directory, 'file/state');
  const chosen = await stage.work({ state_dir: state });
  const got = await run(['serve', '--config', chosen.file], { cwd: work.directory });
  assert.equal(got.code, 1);
  assert.match(got.stderr, /^error: state_dir: .*file\/state cannot be made: Not a directory$/m);
  for (const verb of [['check'], ['models']]) {
    const looked = await run([...verb, '--config', chosen.file], { cwd: work.directory });
    assert.equal(looked.code, 0, looked.stderr);
  }
});

scenario('without a state directory of its own, a read-only home will do', async (stage) => {
  const away = await stage.work({});
  await writeFile(path.join(away.directory, 'file'), '');
  const sluice = await stage.sluice(null, {
    env: { PORT: '0', XDG_STATE_HOME: path.join(away.directory, 'file'), TMPDIR: away.directory },
  });
  const [, place] = await sluice.waitFor('the notice', () =>
    /state_dir: .* cannot be made: .*; plugins run from (\S+)/.exec(sluice.stderr),
  );
  assert.equal((await readdir(place)).length, 9);
  await sluice.stop();
  assert.ok(!(await readdir(away.directory)).includes(path.basename(place)));
});

scenario('a start leaves an operator’s plugins alone, wherever state_dir is', async (stage) => {
  const { directory } = await stage.work(null);
  const plugins = path.join(directory, 'plugins');
  await mkdir(plugins);
  for (const name of ['demo', 'priority', 'openai']) {
    await copyFile(path.join(pluginDirectory, `${name}.so`), path.join(plugins, `${name}.so`));
  }
  await stage.sluice({
    state_dir: directory,
    plugins: { directory: plugins, enable: ['priority'] },
  });
  assert.deepEqual((await readdir(plugins)).sort(), ['demo.so', 'openai.so', 'priority.so']);
  const same = await stage.work({
    plugins: { directory: path.join(directory, 'plugin-copies'), enable: ['priority'] },
    state_dir: directory,
  });
  const got = await run(['serve', '--strict', '--config', same.file], { cwd: directory });
  assert.equal(got.code, 1);
  assert.match(got.stderr, /plugin-copies, is where copies of plugins are kept; name another/);
});

scenario('a state directory that a stranger can rename stops the start', async (stage) => {
  if (process.getuid() !== 0) return;
  const { directory } = await stage.work(null);
  const state = path.join(directory, 'state');
  await mkdir(state);
  await chown(state, 54321, 54321);
  const work = await stage.work({ state_dir: state });
  const got = await run(['serve', '--config', work.file], { cwd: directory });
  assert.equal(got.code, 1);
  assert.match(got.stderr, /^error: state_dir: .*state belongs to user 54321/m);
});
