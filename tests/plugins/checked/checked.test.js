// What sluice-plugin-check says of plugins that it was once wrong about, or did not survive.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const checker = process.env.SLUICE_PLUGIN_CHECK;
const plugins = process.env.SLUICE_CHECKED_PLUGINS;

/** The checks that ran, by their id, and the checker's exit code. */
function check(name, only = [], env = {}) {
  const args = [path.join(plugins, `${name}.so`), '--json', '--timeout', '30'];
  if (only.length > 0) args.push('--only', only.join(','));
  const options = { maxBuffer: 1 << 26, env: { ...process.env, ...env } };
  return new Promise((resolve) => {
    execFile(checker, args, options, (error, stdout, stderr) => {
      const code = error ? (error.signal ?? error.code) : 0;
      assert.ok(stdout.startsWith('{'), `${code}: ${stdout}${stderr}`);
      const checks = JSON.parse(stdout).checks;
      resolve({ code, checks: Object.fromEntries(checks.map((one) => [one.id, one])) });
    });
  });
}

const verdicts = (checks) =>
  Object.fromEntries(Object.values(checks).map(({ id, verdict }) => [id, verdict]));
const textOf = (checks) => JSON.stringify(checks, null, 2);

test('a worker with slow first words that hears a cancel is sound', async () => {
  const ids = ['answers', 'cancel', 'after-cancelled', 'pause', 'races'].map((id) => `direct.${id}`);
  const { code, checks } = await check('worker', ['operation.unknown', ...ids]);
  assert.equal(code, 0, textOf(checks));
  const { 'direct.races': races, ...others } = checks;
  for (const { id, verdict } of Object.values(others)) assert.equal(verdict, 'passed', id);
  assert.equal(races.verdict, 'skipped');
  assert.match(races.reason, /an answer takes \d+ ms, too long to be asked for often/);
});

test('settings that are required are made up, and names alone make no secret', async () => {
  const { code, checks } = await check('settings');
  assert.equal(code, 0, textOf(checks));
  const all = verdicts(checks);
  for (const id of ['component.secrets-marked', 'instance.thousand', 'strategy.pure']) {
    assert.equal(all[id], 'passed', id);
  }
});

test('what a plugin starts does not outlive the check', async () => {
  const mark = `SLUICE_CHECKED=${randomUUID()}`;
  const { checks } = await check('stays', ['instance.faces'], Object.fromEntries([mark.split('=')]));
  assert.equal(checks['instance.faces'].verdict, 'passed', textOf(checks));
  const left = readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(mark);
    } catch {
      return false; // it has ended, or is another user's
    }
  });
  assert.deepEqual(left, []);
});

test('a plugin that writes over the note fails, and the checker goes on', async () => {
  const { code, checks } = await check('scribbles', ['instance.faces', 'library.descriptor']);
  assert.equal(code, 1, textOf(checks));
  assert.equal(checks['instance.faces'].verdict, 'failed');
  assert.match(checks['instance.faces'].failures[0].came, /ended the process/);
  assert.equal(checks['library.descriptor'].verdict, 'passed');
});
