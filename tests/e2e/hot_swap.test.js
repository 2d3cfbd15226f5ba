// Plugins are replaced, disabled and taken away while calls use them.
import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { sse, stall, until } from './support/answers.js';
import { question } from './support/chat.js';
import { chat, contentOf, eventsOf, openChat, request } from './support/client.js';
import { assertErrorObject } from './support/expect.js';
import { scenario } from './support/scenario.js';
import { pluginDirectory } from './support/sluice.js';
import { builds } from './support/swapped.js';
import { eventually, makeGate, within } from './support/time.js';

const token = 'at-1';
const admin = { headers: { authorization: `Bearer ${token}` } };

/** A directory with the usual plugins and `mine`, which install(version) replaces by a rename. */
async function place(stage) {
  const { directory } = await stage.work(null);
  const plugins = path.join(directory, 'plugins');
  await mkdir(plugins);
  await copyFile(path.join(pluginDirectory, 'priority.so'), path.join(plugins, 'priority.so'));
  const install = async (version) => {
    await copyFile(path.join(builds, `swapped_${version}.so`), path.join(plugins, '.new'));
    await rename(path.join(plugins, '.new'), path.join(plugins, 'mine.so'));
  };
  await install(1);
  return { plugins, install };
}

const configuration = (plugins, upstream, more = {}) => ({
  auth: { admin_token: token },
  plugins: { directory: plugins, enable: ['priority', 'mine'], ...more },
  providers: {
    demo: { component: 'org.example.ticking', settings: { every_ms: 40 } },
    codec: { component: 'org.example.swapped', base_url: upstream.baseUrl },
  },
});

const reload = async (sluice) => {
  const got = await request(sluice, '/admin/reload', { method: 'POST', ...admin });
  assert.equal(got.status, 200, got.text);
};

const ask = (sluice, model) => openChat(sluice, question(model, { stream: true }));

/** The version that wrote all of a stream of these pieces, from the first to the last. */
function versionOf(text, pieces) {
  assert.match(text, /data: \[DONE\]\n\n$/);
  const words = contentOf(text).trim().split(' ');
  const [version] = words[0].split(':');
  assert.deepEqual(
    words,
    pieces.map((piece) => `${version}:${piece}`),
  );
  return version;
}

const copiesMapped = async (sluice) => {
  const maps = await readFile(`/proc/${sluice.pid}/maps`, 'utf8');
  return new Set(maps.match(/\S+\/state\/plugin-copies\/\S+/g));
};

const count = (sluice, text) => sluice.stderr.split(text).length - 1;

const swaps = 20;
const streamsASwap = 25; // of each kind: a thousand in all

scenario('a thousand streams outlive twenty swaps', async (stage) => {
  const upstream = await stage.upstream();
  const gates = Array.from({ length: swaps }, makeGate);
  const words = (from) => ['a', 'b', ...gates.slice(from).map((_, i) => `after-${from + i}`)];
  let turn = 0;
  upstream.always(() => {
    const waited = gates.slice(turn).map((gate, i) => [until(gate), `after-${turn + i}`]);
    return sse(['a', 'b', ...waited.flat(), '[DONE]']);
  });
  const { plugins, install } = await place(stage);
  const sluice = await stage.sluice(configuration(plugins, upstream));
  const open = [];
  const ticks = Array.from({ length: 60 }, (_, i) => `${i}`);
  for (; turn < swaps; turn += 1) {
    const wave = [];
    for (let i = 0; i < streamsASwap; i += 1) {
      wave.push({ sent: ask(sluice, 'codec/x'), pieces: words(turn) });
      wave.push({ sent: ask(sluice, `demo/${ticks.length}`), pieces: ticks });
    }
    for (const stream of wave) {
      const answer = await within(30_000, stream.sent, 'an answer');
      await within(30_000, answer.firstBytes, 'its beginning');
      open.push({ answer, pieces: stream.pieces });
    }
    await install((turn % 2) + 1 === 1 ? 2 : 1);
    if (turn % 2) await reload(sluice);
    else {
      const before = count(sluice, '"reloaded"');
      sluice.signal('SIGHUP');
      await sluice.waitFor('the reload', () => count(sluice, '"reloaded"') > before);
    }
    gates[turn].open();
  }
  const seen = new Set();
  for (const { answer, pieces } of open) {
    const text = await within(30_000, answer.text, 'the end of a stream');
    seen.add(versionOf(text, pieces));
  }
  assert.equal(open.length, 2 * swaps * streamsASwap);
  assert.deepEqual([...seen].sort(), ['1', '2']);
  const last = await chat(sluice, question('demo/1', { stream: true }));
  assert.equal(versionOf(last.text, ['0']), '1');

  // What was replaced is gone: from the plugin's sight, and from memory. What the first ones said
  // of their beginning came before there was a log.
  await eventually('the end of the old ones', async () => {
    const [made, gone] = ['created', 'destroyed'].map((what) => count(sluice, `"${what} version`));
    return made - gone === 0 && (await copiesMapped(sluice)).size === 2;
  });
  assert.equal(count(sluice, 'started after it was retired'), 0);
  assert.equal(count(sluice, '"from '), count(sluice, '"ended version'));
  assert.equal(count(sluice, `"from ${plugins}/mine.so`), count(sluice, '"from '));
});

scenario('a plugin that is disabled finishes what it has begun', async (stage) => {
  const upstream = await stage.upstream();
  const gate = makeGate();
  upstream.always(sse(['a', until(gate), 'b', '[DONE]']));
  const { plugins } = await place(stage);
  const config = configuration(plugins, upstream);
  const sluice = await stage.sluice(config);
  const stream = await ask(sluice, 'codec/x');
  await stream.firstBytes;
  await sluice.work.write({
    ...config,
    plugins: { directory: plugins, enable: ['priority'] },
    providers: { demo: { component: 'org.example.ticking', enabled: false } },
  });
  await reload(sluice);
  await sluice.logLine('"retired version 1"', 'codec');
  assert.equal((await chat(sluice, question('codec/x'))).status, 404);
  gate.open();
  assert.equal(versionOf(await stream.text, ['a', 'b']), '1');
  await sluice.logLine('"ended version 1"');
  await eventually('the code to go', async () => (await copiesMapped(sluice)).size === 1);
});

scenario('at its deadline a removal is forced, and the clients are told', async (stage) => {
  const upstream = await stage.upstream();
  upstream.always(sse(['a', stall]));
  const { plugins, install } = await place(stage);
  const sluice = await stage.sluice(configuration(plugins, upstream, { drain_seconds: 1 }));
  const streams = [await ask(sluice, 'codec/x'), await ask(sluice, 'codec/x')];
  const ticking = await ask(sluice, 'demo/100000');
  for (const stream of [...streams, ticking]) await stream.firstBytes;
  await install(2);
  await reload(sluice);
  for (const stream of [...streams, ticking]) {
    const text = await within(20_000, stream.text, 'the end of the stream');
    assert.doesNotMatch(text, /\[DONE\]/);
    const last = eventsOf(text).at(-1);
    assertErrorObject(last.error, { code: 'plugin_removed', message: /replaced or taken out/ });
  }
  await sluice.logLine('removed by force: 2 calls still held it after 1 s', 'org.example.swapped');
  await sluice.logLine('removed by force: 1 call still held it after 1 s', 'org.example.ticking');
  await sluice.logLine('"ended version 1"');
});

scenario('a call that has no content yet goes on with what took the place', async (stage) => {
  const upstream = await stage.upstream();
  upstream.next([stall]).always(sse(['a', '[DONE]']));
  const { plugins, install } = await place(stage);
  const sluice = await stage.sluice(configuration(plugins, upstream, { drain_seconds: 1 }));
  const stream = ask(sluice, 'codec/x');
  await eventually('the request', () => upstream.requests.length === 1);
  await install(2);
  await reload(sluice);
  const answer = await within(20_000, stream, 'the answer');
  assert.equal(versionOf(await answer.text, ['a']), '2');
  assert.equal(answer.headers['x-sluice-attempts'], '2');
});

scenario('nor does it need an attempt that it has not', async (stage) => {
  const upstream = await stage.upstream();
  upstream.next([stall]).always(sse(['a', '[DONE]']));
  const { plugins, install } = await place(stage);
  const sluice = await stage.sluice({
    ...configuration(plugins, upstream, { drain_seconds: 1 }),
    attempts: { per_lane: 1, per_call: 1 },
  });
  const stream = ask(sluice, 'codec/x');
  await eventually('the request', () => upstream.requests.length === 1);
  await install(2);
  await reload(sluice);
  const answer = await within(20_000, stream, 'the answer');
  assert.equal(answer.status, 200);
  assert.equal(versionOf(await answer.text, ['a']), '2');
});

scenario('a reload keeps the instance of what did not change', async (stage) => {
  const upstream = (await stage.upstream()).always(sse(['a', '[DONE]']));
  const { plugins } = await place(stage);
  const config = configuration(plugins, upstream);
  const sluice = await stage.sluice(config);
  await reload(sluice);
  assert.equal(count(sluice, '"created version'), 0);
  config.providers.demo.settings.every_ms = 1;
  await sluice.work.write(config);
  await reload(sluice);
  await sluice.logLine('"destroyed version 1"', 'demo');
  assert.equal(count(sluice, '"created version'), 1);
  assert.equal(count(sluice, '"retired version'), 1);
});

/** A directory with the plugins that take their time: host/plugins/testing/slow.cpp. */
async function slowPlace(stage) {
  const { plugins, install } = await place(stage);
  await copyFile(path.join(builds, 'slow.so'), path.join(plugins, 'slow.so'));
  const withSlow = (upstream, more) => {
    const config = configuration(plugins, upstream, more);
    config.plugins.enable.push('slow');
    for (const name of ['releasing', 'waiting', 'lingering']) {
      config.providers[name] = { component: `org.example.${name}` };
    }
    return config;
  };
  return { plugins, install, withSlow };
}

scenario('one slow release() keeps no removal waiting', async (stage) => {
  const upstream = await stage.upstream();
  upstream.always(sse(['a', stall]));
  const { install, withSlow } = await slowPlace(stage);
  const sluice = await stage.sluice(withSlow(upstream, { drain_seconds: 1 }));
  const stream = await ask(sluice, 'codec/x');
  await stream.firstBytes;
  assert.equal((await chat(sluice, question('releasing/6000'))).status, 200);
  await install(2);
  await reload(sluice);
  await within(20_000, stream.text, 'the end of the stream');
  await sluice.logLine('removed by force: 1 call still held it after 1 s', 'swapped');
  assert.equal(count(sluice, '"released"'), 0, 'release() still runs');
  await sluice.logLine('release() has taken 2 s and goes on', 'org.example.releasing');
});

scenario('a slow release() keeps no loop waiting', async (stage) => {
  const upstream = await stage.upstream();
  const { withSlow } = await slowPlace(stage);
  const sluice = await stage.sluice({ ...withSlow(upstream), server: { loops: 1 } });
  assert.equal((await chat(sluice, question('releasing/6000'))).status, 200);
  assert.equal((await request(sluice, '/health')).status, 200);
  assert.equal(count(sluice, '"released"'), 0, 'release() still runs');
});

scenario('plugins that hang keep neither reloads nor reports waiting', async (stage) => {
  const upstream = await stage.upstream();
  const { plugins, withSlow } = await slowPlace(stage);
  const sluice = await stage.sluice(withSlow(upstream, { drain_seconds: 1 }));
  const hung = [];
  for (let i = 0; i < 12; i += 1) hung.push(await ask(sluice, 'waiting/0'));
  for (const stream of hung) await stream.firstBytes;
  const told = await within(5_000, request(sluice, '/admin/plugins', admin), 'a report');
  const slow = told.json.plugins.find((plugin) => plugin.stem === 'slow');
  assert.equal(slow.calls_in_flight, hung.length);
  await sluice.work.write(configuration(plugins, upstream, { drain_seconds: 1 }));
  await within(5_000, reload(sluice), 'a reload');
  for (const stream of hung) {
    const text = await within(20_000, stream.text, 'the end of the stream');
    assertErrorObject(eventsOf(text).at(-1).error, { code: 'plugin_removed' });
  }
  await sluice.logLine('removed by force: 12 calls still held it', 'waiting');
});

scenario('a removal breaks no answer that is whole already', async (stage) => {
  const upstream = await stage.upstream();
  const { plugins, withSlow } = await slowPlace(stage);
  const sluice = await stage.sluice(withSlow(upstream, { drain_seconds: 1 }));
  const stream = await ask(sluice, 'lingering/0');
  await stream.firstBytes;
  await sluice.work.write(configuration(plugins, upstream, { drain_seconds: 1 }));
  await reload(sluice);
  const text = await within(20_000, stream.text, 'the end of the stream');
  assert.equal(contentOf(text), 'all of it');
  assert.match(text, /data: \[DONE\]\n\n$/);
});
