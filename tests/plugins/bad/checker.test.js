// sluice-plugin-check finds the fault of every plugin here, in words that name it, and no other.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const checker = process.env.SLUICE_PLUGIN_CHECK;
const plugins = process.env.SLUICE_BAD_PLUGINS;
const faults = JSON.parse(readFileSync(path.join(here, 'faults.json'), 'utf8'));

/** The checker's exit code, its JSON and what it wrote to standard error. */
function check(name) {
  const args = [
    path.join(plugins, `${name}.so`),
    '--json',
    '--transcripts',
    path.join(here, 'transcripts'),
  ];
  return new Promise((resolve) => {
    execFile(checker, args, { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({ code: error ? (error.signal ?? error.code) : 0, stdout, stderr });
    });
  });
}

const textOf = (failures) =>
  failures.map(({ did, expected, came }) => [did, expected, came].join('\n')).join('\n');

async function finds(name, fault) {
  const { code, stdout, stderr } = await check(name);
  assert.equal(code, 1, `${stdout}${stderr}`);
  const failed = JSON.parse(stdout).checks.filter(({ verdict }) => verdict === 'failed');
  const found = failed.find(({ id }) => id === fault.check);
  assert.ok(found, `${fault.check} is among ${failed.map(({ id }) => id)}`);
  assert.match(textOf(found.failures), new RegExp(fault.says));
  if (fault.also === 'all') return;
  const allowed = [fault.check, ...(fault.also ?? [])];
  assert.deepEqual(
    failed.map(({ id }) => id).filter((id) => !allowed.includes(id)),
    [],
    textOf(failed.flatMap(({ failures }) => failures)),
  );
}

test('the checker finds what is planted', { concurrency: 2 }, async (t) => {
  await Promise.all(
    Object.entries(faults).map(([name, fault]) => t.test(name, () => finds(name, fault))),
  );
});
