// docs/plugins.md leads a stranger to a running provider: its blocks run here in their order, in an
// empty directory with an installation of the build, and say what the page shows. The page's other
// sources build with the installation alone, and pass its checker.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { binary, root } from './support/sluice.js';
import { slow, within } from './support/time.js';

const build = path.dirname(binary);
const page = readFileSync(path.join(root, 'docs/plugins.md'), 'utf8');
const blocks = [...page.matchAll(/^```(.+)\n([^]*?)^```$/gm)].map(([, kind, text]) => ({ kind, text }));

/** A port that was free a moment ago: the page names its ports. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return String(port);
}

/** Home, where ~/sluice is to be, and a directory to work in that has the build as `build`. */
function strangersHome(t) {
  const home = mkdtempSync(path.join(tmpdir(), 'sluice-author-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  const work = path.join(home, 'work');
  mkdirSync(work);
  symlinkSync(build, path.join(work, 'build'));
  const sanitizers = Object.entries(process.env).filter(([name]) => name.endsWith('SAN_OPTIONS'));
  const env = { PATH: process.env.PATH, HOME: home, ...Object.fromEntries(sanitizers) };
  return { home, work, env };
}

/** Runs a script in a group of its own, which ends with it: {code, stdout, output of both kinds}. */
async function bash(script, { work, env }, t) {
  const file = path.join(work, 'page.sh');
  writeFileSync(file, script);
  const stdio = ['ignore', 'pipe', 'pipe'];
  const child = spawn('bash', [file], { cwd: work, env, stdio, detached: true });
  t.after(() => {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // The group has ended.
    }
  });
  let stdout = '';
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  }
  const ended = within(240_000, once(child, 'close'), 'the end of the page');
  const [code] = await ended.catch((error) => assert.fail(`${error.message}\n${output}`));
  return { code, stdout, output };
}

// What is shown, where … stands for anything.
const shown = (text) =>
  new RegExp(
    text
      .trim()
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replaceAll('…', '.*')
      .replaceAll('\n', '[^]*?\n'),
  );

test('the page leads to a running provider', { timeout: slow(300_000) }, async (t) => {
  const place = strangersHome(t);
  const ports = { 8090: await freePort(), 9000: await freePort() };
  const real = (text) => text.replace(/\b(8090|9000)\b/g, (port) => ports[port]);

  const script = ['set -eu', "trap 'jobs -p | xargs -r kill' EXIT"];
  const expected = [];
  let upstream;
  for (const [index, { kind, text }] of blocks.entries()) {
    if (kind === 'js') upstream = real(text);
    if (kind !== 'sh author') continue;
    // The upstream's file, before the block that starts it.
    if (text.includes('node upstream.mjs')) {
      script.push(`cat > upstream.mjs <<'ENDOFFILE'\n${upstream}ENDOFFILE`);
    }
    const number = script.length;
    script.push(`echo "=== block ${number}"`, real(text), `echo "=== end ${number}"`);
    const next = blocks[index + 1]?.kind;
    if (next === 'json' || next === 'text') expected.push([number, blocks[index + 1].text]);
  }
  const { code, stdout, output } = await bash(`${script.join('\n')}\n`, place, t);
  assert.equal(code, 0, output);
  assert.equal(expected.length, 3);
  for (const [number, text] of expected) {
    const said = stdout.split(`=== block ${number}\n`)[1].split(`=== end ${number}\n`)[0];
    assert.match(said, shown(text), output);
  }
});

test('the sources of the page build with the installation alone, and are sound', { timeout: slow(300_000) }, (t) => {
  const { home, work, env } = strangersHome(t);
  const run = (command, args) => {
    const got = spawnSync(command, args, { cwd: work, env, encoding: 'utf8' });
    assert.equal(got.status, 0, `${command} ${args.join(' ')}\n${got.stdout}${got.stderr}`);
    return got.stdout;
  };
  const prefix = path.join(home, 'sluice');
  run('cmake', ['--install', 'build', '--prefix', prefix]);
  const flags = ['-std=c++17', '-Wall', '-Wextra', '-Werror', `-I${prefix}/include`];
  const sources = blocks.filter(({ kind }) => kind === 'cpp');
  assert.ok(sources.length >= 4);
  const exported = `-Wl,--version-script=${prefix}/lib/cmake/SluiceSDK/plugin.map`;
  for (const [number, { text }] of sources.entries()) {
    writeFileSync(path.join(work, `${number}.cpp`), text);
    run('g++', [...flags, '-fPIC', '-shared', exported, `${number}.cpp`, '-o', `${number}.so`]);
    const id = text.match(/id = "(.*?)"/)[1];
    assert.ok(run(`${prefix}/bin/sluice`, ['plugins', 'info', `${number}.so`]).includes(id));
    run(`${prefix}/bin/sluice-plugin-check`, [`${number}.so`]);
  }
  run(`${prefix}/bin/sluice`, ['plugins', 'new', 'acme']);
  const [{ text }] = blocks.filter(({ kind }) => kind === 'cpp test');
  writeFileSync(path.join(work, 'acme', 'page_test.cpp'), text);
  const made = ['acme/acme.cpp', 'acme/page_test.cpp', '-lgtest', '-lgtest_main', '-pthread'];
  run('g++', [...flags, ...made, '-o', 'page_test']);
  run('./page_test', []);
});
