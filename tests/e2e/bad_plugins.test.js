// What the gateway does with each plugin of tests/plugins/bad, as their table says: it refuses it
// with a line that names the fault, or serves on around it, or, where only a crash can show the
// fault, ends with a line that names the plugin.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { answer, delay } from './support/answers.js';
import { directoryWith, faults, kindOf, sourceNames } from './support/bad_plugins.js';
import { question } from './support/chat.js';
import { chat, contentOf, eventsOf, openChat } from './support/client.js';
import { assertError, assertErrorObject } from './support/expect.js';
import { scenario, table } from './support/scenario.js';
import { run, Sluice } from './support/sluice.js';
import { eventually, within } from './support/time.js';

const token = 'tok-room-31';
const lines = ['id a-1 parrot', 'say Hello ', 'say there', 'tokens 7 2', 'stop stop', ''].join('\n');

const that = (does) => faults.filter(({ host }) => host.does === does);

/** The parts of a configuration that make `items` be loaded and used, beside sound plugins. */
function configurationOf(stage, items, upstream) {
  const providers = {};
  const virtualModels = {};
  for (const { name, host } of items) {
    const settings = host.settings ?? (name.startsWith('secret_in') ? { token } : {});
    const component = `test.bad.${name}`;
    if (kindOf(name) === 'context') continue; // no configuration uses one
    if (kindOf(name) === 'strategy') {
      const targets = Array.from({ length: host.targets ?? 2 }, (_, at) => `sound${at}/echo`);
      for (const target of targets) providers[target.slice(0, -5)] = { component: 'demo' };
      virtualModels[name] = { strategy: component, settings, targets };
    } else {
      const http = kindOf(name) === 'codec' && { base_url: upstream.baseUrl, keys: ['k-upstream'] };
      const timeouts = host.client?.status === 504 && { timeouts: { first_content_ms: 700 } };
      providers[name] = { component, settings, ...timeouts, ...http };
    }
  }
  const names = items.map(({ name }) => name);
  const plugins = {
    directory: directoryWith(stage, names),
    enable: ['demo', 'openai', 'priority', ...names],
  };
  return { plugins, providers, virtual_models: virtualModels, attempts: { per_lane: 1 } };
}

/** A chat request that goes through the plugin. */
function questionFor({ name, host }) {
  const model = kindOf(name) === 'strategy' ? name : `${name}/${name}`;
  const asked = question(model, { stream: host.ask !== 'whole' });
  if (host.ask === 'parts') asked.messages[0].content = [{ type: 'text', text: 'Say hello' }];
  if (host.ask === 'tools') {
    asked.tools = [{ type: 'function', function: { name: 'look', parameters: {} } }];
  }
  return asked;
}

const upstreamAnswer = (items) => (request) => {
  const item = items.find(({ name }) => request.body.includes(`"${name}"`));
  const body = item?.host.answer ?? lines;
  const pieces = item?.host.cut ? body.match(/[^]{1,7}/g).flatMap((text) => [text, delay(5)]) : body;
  return answer(pieces, {
    framing: 'chunked',
    headers: { 'content-type': 'text/plain' },
  });
};

test('every faulty plugin is in the table', () => {
  assert.deepEqual(faults.map(({ name }) => name).sort(), sourceNames.sort());
});

scenario('what the host refuses, it names', async (stage) => {
  const refused = that('refuses');
  const config = configurationOf(stage, refused, { baseUrl: 'http://127.0.0.1:9' });
  const sluice = await stage.sluice(config);
  for (const { name, host } of refused) {
    const file = path.join(config.plugins.directory, `${name}.so`);
    const subject = host.when === 'created' ? `${name} (test.bad.${name})` : file;
    const line = `${subject}: ${host.line.replace('{file}', file)}`;
    assert.ok(sluice.stderr.includes(`${line}\n`), `${line}\n`);
  }
  assert.equal((await chat(sluice, question('demo/echo'))).status, 200);

  const listed = await run(['plugins', 'list', '--json', '--config', sluice.work.file]);
  const list = JSON.parse(listed.stdout);
  for (const { name, host } of refused.filter((item) => item.host.when === undefined)) {
    const found = list.find(({ stem }) => stem === name);
    assert.equal(found.error, host.line);
  }
});

// A sanitizer catches the signal of a crash and ends the process in its own way, as it does where
// memory is left behind.
const sanitized = process.env.SLUICE_E2E_SLOW > 1 && 'a sanitizer reports the planted crash itself';
const survivors = that('survives').filter(({ check }) => !sanitized || !check.endsWith('.leaks'));

async function prepareSurvivors(stage) {
  const upstream = await stage.upstream();
  upstream.always(upstreamAnswer(survivors));
  const sluice = await stage.sluice(configurationOf(stage, survivors, upstream));
  return { sluice, upstream };
}

function assertGiven(given, expected) {
  if (expected?.status) {
    assertError(given, expected.status, { message: new RegExp(expected.message) });
    return;
  }
  assert.equal(given.status, 200, given.text);
  if (expected) {
    assertErrorObject(eventsOf(given.text).at(-1).error, { message: new RegExp(expected.message) });
    return;
  }
  assert.ok(given.whole);
  assert.match(given.json ? given.text : contentOf(given.text), /hello/i);
}

async function survives({ sluice, upstream }, item) {
  const { name, host } = item;
  if (kindOf(name) !== 'context') assertGiven(await chat(sluice, questionFor(item)), host.client);
  if (host.sent) {
    const sent = upstream.requests.find(({ body }) => body.includes(`"${name}"`));
    assert.match(`${sent.rawHead}\n${sent.body}`, new RegExp(host.sent));
  }
  if (host.log) await sluice.logLine(name, new RegExp(host.log));
  assert.equal((await chat(sluice, question('demo/echo'))).status, 200);
  assert.equal(sluice.exit, undefined);
}

table('what the host survives', survivors, prepareSurvivors, survives);

async function startOf(item, config) {
  try {
    return await Sluice.start(config);
  } catch (error) {
    if (item.host.when !== 'start') throw error;
    return { stderr: error.message, exit: /it ended \((.*?)\)/.exec(error.message)?.[1] };
  }
}

const lastLineOf = (text) => text.replace(/(\n---)?\n*$/, '').split('\n').at(-1);

/** Reloads without any faulty plugin. */
async function remove(sluice, { plugins: { directory } }) {
  await sluice.work.write({ plugins: { directory, enable: ['demo'] } });
  sluice.signal('SIGHUP');
}

async function crashes(stage, item) {
  const { host } = item;
  const upstream = await stage.upstream();
  upstream.always(upstreamAnswer([item]));
  const config = configurationOf(stage, [item], upstream);
  const sluice = await startOf(item, config);
  if (host.when !== 'start') {
    stage.keep(sluice, () => sluice.kill());
    if (host.when === 'asked') await chat(sluice, questionFor(item)).catch(() => {});
    else await remove(sluice, config);
    await sluice.ended();
  }
  assert.equal(sluice.exit, `signal ${host.signal}`);
  assert.equal(lastLineOf(sluice.stderr), host.line);
}

for (const item of that('crashes')) {
  scenario(`${item.name} can only crash`, (stage) => crashes(stage, item), { skip: sanitized });
}

for (const item of that('hangs')) {
  scenario(`${item.name} takes a loop with it, and no more`, async (stage) => {
    const upstream = await stage.upstream();
    upstream.always(upstreamAnswer([item]));
    const config = configurationOf(stage, [item], upstream);
    const sluice = await Sluice.start({ ...config, server: { loops: 2 } });
    stage.keep(sluice, () => sluice.kill());
    const lost = openChat(sluice, questionFor(item));
    lost.catch(() => {});
    await upstream.request(0);
    await eventually('an answer of the other loop', async () => {
      const asked = openChat(sluice, question('demo/echo'));
      const given = await within(500, asked, 'an answer').catch(() => asked.leave());
      return given?.status === 200;
    });
    lost.leave();
  });
}
