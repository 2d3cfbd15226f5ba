// What an operator sees of plugins: GET /admin/plugins, plugins list and plugins info.
import assert from 'node:assert/strict';
import { copyFile, mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { sse, until } from './support/answers.js';
import { question } from './support/chat.js';
import { chat, openChat, request } from './support/client.js';
import { assertError } from './support/expect.js';
import { scenario } from './support/scenario.js';
import { pluginDirectory, run } from './support/sluice.js';
import { builds } from './support/swapped.js';
import { makeGate } from './support/time.js';

const token = 'at-1';
const headers = { authorization: `Bearer ${token}` };
const report = async (sluice) => {
  const got = await request(sluice, '/admin/plugins', { headers });
  assert.equal(got.status, 200, got.text);
  return got.json;
};
const reload = async (sluice) => {
  const got = await request(sluice, '/admin/reload', { method: 'POST', headers });
  assert.equal(got.status, 200, got.text);
  return got.json.plugins;
};

/** A directory with `mine`, which tells its version, and a file that is no library. */
async function place(stage) {
  const { directory } = await stage.work(null);
  const plugins = path.join(directory, 'plugins');
  await mkdir(plugins);
  const install = async (version) => {
    await copyFile(path.join(builds, `swapped_${version}.so`), path.join(plugins, '.new'));
    await rename(path.join(plugins, '.new'), path.join(plugins, 'mine.so'));
  };
  await install(1);
  await copyFile(path.join(pluginDirectory, 'priority.so'), path.join(plugins, 'priority.so'));
  await copyFile(path.join(pluginDirectory, 'openai.so'), path.join(plugins, 'openai.so'));
  await writeFile(path.join(plugins, 'broken.so'), 'this is no library');
  return { plugins, install };
}

const configuration = (plugins, upstream) => ({
  auth: { admin_token: token },
  plugins: { directory: plugins, enable: ['priority', 'mine', 'broken', 'gone'] },
  providers: {
    demo: { component: 'org.example.ticking' },
    codec: { component: 'org.example.swapped', base_url: upstream.baseUrl },
  },
});

scenario('GET /admin/plugins needs the admin token', async (stage) => {
  const sluice = await stage.sluice({ auth: { admin_token: token } });
  assertError(await request(sluice, '/admin/plugins'), 401);
});

scenario('GET /admin/plugins tells what runs, what is used, and what could not be', async (stage) => {
  const upstream = await stage.upstream();
  const { plugins } = await place(stage);
  const gate = makeGate();
  upstream.next(sse(['a', 'b', '[DONE]'])).always(sse(['a', until(gate), '[DONE]']));
  const sluice = await stage.sluice(configuration(plugins, upstream));
  assert.equal((await chat(sluice, question('codec/x', { stream: true }))).status, 200);
  const open = await openChat(sluice, question('codec/x', { stream: true }));
  await open.firstBytes;

  const told = await report(sluice);
  assert.deepEqual(
    told.problems.map(({ file, reason }) => [path.basename(file), reason]),
    [
      ['broken.so', 'cannot be opened: file too short'],
      ['gone.so', 'no such file; did you mean "mine"?'],
    ],
  );
  assert.equal(told.plugins.length, 2);
  const mine = told.plugins.find((plugin) => plugin.stem === 'mine');
  assert.equal(mine.file, path.join(plugins, 'mine.so'));
  assert.match(mine.sha256, /^[0-9a-f]{64}$/);
  const { vendor, version, license, abi, generation, state } = mine;
  assert.deepEqual(
    { vendor, version, license, abi, generation, state },
    { vendor: 'example', version: '1.0.0', license: 'Apache-2.0', abi: '0.2', generation: 1, state: 'running' },
  );
  assert.deepEqual(mine.components[0], {
    kind: 'provider',
    id: 'org.example.swapped',
    description: 'decodes',
    settings_schema: { type: 'object', properties: { every_ms: { type: 'integer' } } },
    dialects: [],
  });
  assert.deepEqual(mine.instances, [
    { name: 'demo', component: 'org.example.ticking', state: 'running', calls_in_flight: 0 },
    { name: 'codec', component: 'org.example.swapped', state: 'running', calls_in_flight: 1 },
  ]);
  assert.equal(mine.calls_in_flight, 1);
  assert.equal(mine.errors, 0);
  const counts = Object.entries(mine.calls).map(([kind, one]) => [kind, one.count]);
  assert.deepEqual(Object.fromEntries(counts), { encode: 2, open: 2, frame: 4, end: 1, close: 1 });
  for (const one of Object.values(mine.calls)) {
    assert.ok(one.p50_us > 0 && one.p99_us >= one.p50_us && one.p99_us < 50_000, JSON.stringify(one));
    assert.equal(one.slow_calls, 0);
    assert.equal(one.errors, 0);
    assert.equal(one.in_flight, 0);
  }
  gate.open();
  await open.text;
});

scenario('GET /admin/plugins tells what drains, and since when what runs does', async (stage) => {
  const upstream = await stage.upstream();
  const gate = makeGate();
  upstream.always(sse(['a', until(gate), '[DONE]']));
  const { plugins, install } = await place(stage);
  const sluice = await stage.sluice(configuration(plugins, upstream));
  const open = await openChat(sluice, question('codec/x', { stream: true }));
  await open.firstBytes;
  await install(2);
  const [change, ...others] = await reload(sluice);
  assert.equal(change, 'mine: 1.0.0 replaced by 2.0.0');
  assert.deepEqual(others, []);
  await sluice.logLine('"retired version 1"', 'codec');
  await sluice.logLine('"destroyed version 1"', 'demo'); // nothing used that one
  const mine = (await report(sluice)).plugins.filter((plugin) => plugin.stem === 'mine');
  assert.deepEqual(
    mine.map((plugin) => [plugin.version, plugin.state, plugin.generation, plugin.calls_in_flight]),
    [
      ['1.0.0', 'draining', 1, 1],
      ['2.0.0', 'running', 2, 0],
    ],
  );
  assert.deepEqual(mine[0].instances, [
    { name: 'codec', component: 'org.example.swapped', state: 'draining', calls_in_flight: 1 },
  ]);
  gate.open();
  await open.text;
  await sluice.logLine('"ended version 1"');
  const left = (await report(sluice)).plugins.filter((plugin) => plugin.stem === 'mine');
  assert.deepEqual(left.map((plugin) => plugin.version), ['2.0.0']);
});

scenario('GET /admin/plugins counts errors and slow calls', async (stage) => {
  const upstream = (await stage.upstream()).always(sse(['slow', 'b']));
  const { plugins } = await place(stage);
  const config = configuration(plugins, upstream);
  const sluice = await stage.sluice({ ...config, attempts: { per_call: 1 } });
  await chat(sluice, question('codec/x', { stream: true }));
  const { calls, errors } = (await report(sluice)).plugins.find((one) => one.stem === 'mine');
  assert.equal(calls.frame.slow_calls, 1);
  assert.ok(calls.frame.p99_us > 40_000, JSON.stringify(calls.frame));
  assert.equal(calls.end.errors, 1, 'the answer was cut off');
  assert.equal(errors, 1);
});

scenario('plugins list is a table of all there is', async (stage) => {
  const upstream = await stage.upstream();
  const { plugins } = await place(stage);
  const work = await stage.work(configuration(plugins, upstream));
  const got = await run(['plugins', 'list', '--config', work.file]);
  assert.equal(got.code, 0, got.stderr);
  const rows = got.stdout.trim().split('\n').map((line) => line.split(/ {2,}/));
  const hash = /^[0-9a-f]{12}$/;
  assert.deepEqual(rows[0], [
    'PLUGIN', 'ID', 'KIND', 'VERSION', 'VENDOR', 'LICENSE', 'ABI', 'SHA256', 'STATE',
  ]); // prettier-ignore
  const find = (...cells) => rows.find((row) => cells.every((cell, i) => row[i] === cell));
  const ticking = find('mine', 'org.example.ticking', 'provider', '1.0.0', 'example', 'Apache-2.0');
  assert.match(ticking[7], hash);
  assert.equal(ticking[8], 'enabled');
  assert.equal(find('mine', 'org.example.swapped')[8], 'enabled');
  assert.equal(find('openai')[8], 'off');
  assert.equal(find('broken')[8], 'unusable: cannot be opened: file too short');
  assert.equal(find('gone')[8], 'unusable: no such file');

  const json = await run(['plugins', 'list', '--json', '--config', work.file]);
  const listed = JSON.parse(json.stdout);
  assert.deepEqual(
    listed.map((one) => [one.stem, one.enabled, one.error ?? one.library.version]),
    [
      ['broken', true, 'cannot be opened: file too short'],
      ['mine', true, '1.0.0'],
      ['openai', false, '0.1.0'],
      ['priority', true, '0.1.0'],
      ['gone', true, 'no such file'],
    ],
  );
});

scenario('plugins list says of what is enabled and would not be opened why', async (stage) => {
  const { plugins } = await place(stage);
  const enable = [{ file: 'mine', sha256: '0'.repeat(64) }];
  const work = await stage.work({ plugins: { directory: plugins, enable }, providers: {} });
  const got = await run(['plugins', 'list', '--config', work.file]);
  assert.match(
    got.stdout,
    /^mine +- .* [0-9a-f]{12} +unusable: has the SHA-256 [0-9a-f]{64}, but the configuration wants 0+$/m,
  );
});

scenario('plugins info shows the settings as a table', async () => {
  const file = path.join(pluginDirectory, 'openai.so');
  const got = await run(['plugins', 'info', file]);
  assert.equal(got.code, 0, got.stderr);
  assert.match(got.stdout, /^license +Apache-2\.0$/m);
  assert.match(got.stdout, /^ {2}SETTING +TYPE +DEFAULT +WHAT FOR$/m);
  assert.match(got.stdout, /^ {2}organization +string +- +Sent as OpenAI-Organization$/m);
  assert.match(got.stdout, /^ {2}headers\.<name> +string +-$/m);
  const json = await run(['plugins', 'info', '--json', file]);
  const [component] = JSON.parse(json.stdout).components;
  assert.equal(component.settings_schema.properties.organization.type, 'string');
});
