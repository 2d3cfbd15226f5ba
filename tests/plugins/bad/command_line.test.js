// What sluice-plugin-check says on its command line: mistakes are told once, before any check, and
// what it tells to type shows a fault again.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const checker = process.env.SLUICE_PLUGIN_CHECK;
const plugin = (name) => path.join(process.env.SLUICE_BAD_PLUGINS, `${name}.so`);
const transcripts = path.join(here, 'transcripts');

/** The exit code, and what was written to standard output and standard error. */
function run(args, program = checker) {
  return new Promise((resolve) => {
    execFile(program, args, { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({ code: error ? (error.signal ?? error.code) : 0, stdout, stderr });
    });
  });
}

/** A directory with the transcripts, of which some are changed; gone after the test. */
function changed(t, files) {
  const directory = mkdtempSync(path.join(tmpdir(), 'sluice-transcripts-'));
  t.after(() => rmSync(directory, { recursive: true }));
  cpSync(transcripts, directory, { recursive: true });
  for (const [name, change] of Object.entries(files)) {
    const file = path.join(directory, name);
    writeFileSync(file, change(readFileSync(file, 'utf8')));
  }
  return directory;
}

const failedOf = (stdout) =>
  JSON.parse(stdout).checks.filter(({ verdict }) => verdict === 'failed');

test('an option takes one value, and the file may follow it', async () => {
  const { code, stdout } = await run(['--only', 'library.exports,library.opens', plugin('rank_twice')]);
  assert.equal(code, 0);
  assert.match(stdout, /2 passed, 0 failed/);
});

test('settings go to a component by its short id, and to no other', async () => {
  const given = (id) => [plugin('secret_in_error'), '--only', 'instance.faces', '--settings', `${id}={}`];
  for (const id of ['test.bad.secret_in_error', 'secret_in_error']) {
    assert.equal((await run(given(id))).code, 0);
  }
  const { code, stdout, stderr } = await run(given('error'));
  assert.equal(code, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /the plugin has no component 'error'; it has test\.bad\.secret_in_error\n/);
});

test('settings by a short id are the ones that the component is created with', async () => {
  const { stdout } = await run([
    plugin('create_crashes'),
    ...['--only', 'instance.faces', '--json', '--settings', 'create_crashes={"level":5}'],
  ]);
  const [{ failures }] = failedOf(stdout);
  assert.match(failures[0].came, /crashed \(SIGSEGV\) in sluice_component\.create/);
  assert.match(failures[0].fix, /--settings 'test\.bad\.create_crashes=\{"level":5\}'/);
});

test('transcripts that cannot be read are named once, and nothing is checked', async (t) => {
  const directory = changed(t, {
    'words-stream.txt': (text) => text.replace('\n=== chunks', '=== chunks'),
    'error-rate.txt': (text) => text.replace('=== answer\n', ''),
  });
  const { code, stdout, stderr } = await run([plugin('leak_frame'), '--transcripts', directory]);
  assert.equal(code, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /words-stream\.txt: has '=== chunks' in the midst of a line/);
  assert.match(stderr, /error-rate\.txt: has no line '=== answer'/);
});

test('wrong lines in transcripts fail one check, which names each', async (t) => {
  const directory = changed(t, {
    'words-stream.txt': (text) => text.replace('finish stop', 'finish length'),
    'error-rate.txt': (text) => text.replace('429 "the', '429 "an'),
  });
  const codec = await run([plugin('secret_in_log'), '--transcripts', directory, '--json']);
  const found = failedOf(codec.stdout).filter(({ id }) => id.startsWith('codec.'));
  assert.deepEqual(found.map(({ id }) => id), ['codec.whole']);
  const [failed] = found;
  assert.match(failed.failures[0].did, /transcript error-rate, words-stream, replayed whole/);
  assert.match(failed.failures[0].came, /"the upstream refused"[^]*finish stop/);
});

test('a transcript whose request is refused is told by one check', async (t) => {
  const directory = changed(t, {
    'words-stream.txt': (text) => text.replace('"stream": true', '"stream": true, "tools": []'),
  });
  const { stdout } = await run([plugin('secret_in_log'), '--transcripts', directory, '--json']);
  const failed = failedOf(stdout).filter(({ id }) => id !== 'operation.secrets');
  assert.deepEqual(failed.map(({ id }) => id), ['codec.whole']);
  assert.match(failed[0].failures[0].came, /words-stream: encode\(\) refuses its request: .*tools/);
});

test('the command that is told shows a crash again, with its one random input', async () => {
  const asked = [plugin('decode_crashes'), '--transcripts', transcripts];
  const { stdout } = await run([...asked, '--json', '--only', 'codec.garbage']);
  const [{ failures }] = failedOf(stdout);
  const [, frame, seed] = /with frame \d+ of \d+, (.*), while .*\(seed (\d+)\)/.exec(failures[0].came);
  assert.match(frame, /"stop /);
  const command = /gdb --args sluice-plugin-check (.*)$/.exec(failures[0].fix)[1];
  assert.ok(command.endsWith(`--only codec.garbage --seed ${seed}`), command);
  assert.equal((await run(command.split(' '))).code, 'SIGSEGV');
});

test('fuzzing finds what inputs leave behind, and its command finds it again', async () => {
  const asked = [plugin('leak_frame'), '--transcripts', transcripts, '--seed', '7', '--runs', '100'];
  const { code, stdout } = await run(['fuzz', ...asked]);
  assert.equal(code, 1);
  assert.match(stdout, /more bytes of memory in use/);
  const command = /^again: sluice-plugin-check (.*)$/m.exec(stdout)[1];
  assert.match(command, /--seed 7 --runs 100$/);
  assert.match((await run(command.split(' '))).stdout, /more bytes of memory in use/);
  const sound = await run(['fuzz', plugin('secret_unmarked'), '--seed', '7', '--runs', '100']);
  assert.equal(sound.code, 0, sound.stdout);
});

test('chunks are printed as a transcript holds them', async (t) => {
  const directory = changed(t, {
    'words-stream.txt': (text) => text.replace(/=== chunks\n[^]*/, '=== chunks\n'),
  });
  const asked = [plugin('leak_frame'), '--print-chunks', '--transcripts', directory];
  const { code, stdout } = await run(asked);
  assert.equal(code, 0);
  const wanted = readFileSync(path.join(transcripts, 'words-stream.txt'), 'utf8');
  assert.ok(stdout.includes(`# words-stream\n${wanted.split('=== chunks\n')[1]}`), stdout);

  const none = await run([plugin('rank_twice'), '--print-chunks', '--transcripts', directory]);
  assert.equal(none.code, 1);
  assert.match(none.stderr, /has sluice\.codec\/1/);
  const crashes = await run([plugin('decode_crashes_always'), ...asked.slice(1)]);
  assert.equal(crashes.code, 1);
  assert.match(crashes.stderr, /crashed \(SIGABRT\) in codec\.frame, with frame 1/);
});
