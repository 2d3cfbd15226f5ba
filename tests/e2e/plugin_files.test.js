// Where plugins run from: copies in the state directory.
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { scenario } from './support/scenario.js';
import { run } from './support/sluice.js';

scenario('the state directory holds the copies of plugins that run, and nothing older', async (stage) => {
  const sluice = await stage.sluice({});
  const copies = path.join(sluice.work.directory, 'state/plugins');
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
  assert.equal((await readdir(place)).length, 3);
  await sluice.stop();
  assert.ok(!(await readdir(away.directory)).includes(path.basename(place)));
});
