// Plugins written in C, C++, Rust and Go serve through the real binary: sdk/examples, which all
// speak to the same upstream. One whose toolchain is missing is skipped and says so.
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { answer, json, until } from './support/answers.js';
import { question } from './support/chat.js';
import { chat, contentOf, eventsOf, openChat } from './support/client.js';
import { plugins } from './support/config.js';
import { assertError, assertGivenBy } from './support/expect.js';
import { scenario } from './support/scenario.js';
import { pluginDirectory } from './support/sluice.js';
import { eventually, makeGate, within } from './support/time.js';

const examples = path.join(path.dirname(pluginDirectory), 'examples');
const fileOf = (language) => path.join(examples, `talk_${language}.so`);

function whySkipped(language) {
  if (existsSync(fileOf(language))) return false;
  const why = path.join(examples, `talk_${language}.skipped`);
  if (existsSync(why)) return readFileSync(why, 'utf8').trim();
  return `${fileOf(language)} is not built: ctest -R example_${language}`;
}

/** A plugins directory with our own and that of a language. */
function directoryWith(stage, languages) {
  const directory = mkdtempSync(path.join(tmpdir(), 'sluice-languages-'));
  stage.keep(directory, () => rmSync(directory, { recursive: true }));
  for (const name of readdirSync(pluginDirectory).filter((entry) => entry.endsWith('.so'))) {
    copyFileSync(path.join(pluginDirectory, name), path.join(directory, name));
  }
  for (const language of languages) {
    copyFileSync(fileOf(language), path.join(directory, path.basename(fileOf(language))));
  }
  return directory;
}

function configurationOf(stage, languages, upstream) {
  const providers = {};
  for (const language of languages) {
    providers[language] = {
      component: `talk-${language}`,
      base_url: `http://127.0.0.1:${upstream.port}`,
      keys: ['sk-upstream'],
      settings: { limit: 99 },
    };
    if (language !== 'cpp') providers[`words-${language}`] = { component: `words-${language}` };
  }
  const enable = [...plugins.enable, ...languages.map((language) => `talk_${language}`)];
  return { plugins: { directory: directoryWith(stage, languages), enable }, providers };
}

const line = (value) => `${JSON.stringify(value)}\n`;
const begin = line({ id: 'a1', model: 'm1' });
const end = line({ done: 'stop', tokens: { prompt: 7, answer: 2 } });
const lines = (...pieces) =>
  answer(pieces, { headers: { 'content-type': 'application/x-ndjson' }, framing: 'chunked' });

function languageTest(name, body) {
  for (const language of ['c', 'cpp', 'rust', 'go']) {
    const run = async (stage) => {
      const upstream = await stage.upstream();
      const config = configurationOf(stage, [language], upstream);
      const sluice = await stage.sluice(config);
      await body({ stage, upstream, config, sluice, language, model: `${language}/m1` });
    };
    scenario(`${language}: ${name}`, run, { skip: whySkipped(language) });
  }
}

function assertAsked(request, { stream }) {
  assert.equal(`${request.method} ${request.path}`, 'POST /v1/talk');
  assert.equal(request.headers['x-key'], 'sk-upstream');
  assert.deepEqual(request.json, {
    model: 'm1',
    stream,
    limit: 99,
    turns: [{ who: 'user', says: 'Say hello' }],
  });
}

languageTest('an answer arrives whole', async ({ upstream, sluice, model, language }) => {
  upstream.always(
    json({
      id: 'a1',
      model: 'm1',
      text: 'Hello there',
      done: 'stop',
      tokens: { prompt: 7, answer: 2 },
    }),
  );
  const got = await chat(sluice, question(model));
  assert.equal(got.status, 200, got.text);
  assertGivenBy(got, { provider: language, model: 'm1' });
  assert.equal(got.json.choices[0].message.content, 'Hello there');
  assert.equal(got.json.choices[0].finish_reason, 'stop');
  assert.equal(got.json.usage.prompt_tokens, 7);
  assert.equal(got.json.usage.completion_tokens, 2);
  assertAsked(upstream.requests[0], { stream: false });
});

languageTest('a stream arrives word by word', async ({ upstream, sluice, model }) => {
  const gate = makeGate();
  upstream.always(
    lines(begin, line({ text: 'Hello ' }), until(gate), line({ text: 'there' }), end),
  );
  const got = await openChat(sluice, question(model, { stream: true }));
  assert.equal(contentOf(await got.firstBytes), 'Hello ');
  gate.open();
  const text = await within(20_000, got.text, 'the end');
  assert.equal(contentOf(text), 'Hello there');
  assert.equal(eventsOf(text).at(-1), '[DONE]');
  assertAsked(upstream.requests[0], { stream: true });
});

languageTest('what the upstream has no word for is told', async ({ upstream, sluice, model }) => {
  upstream.always(json({ id: 'a1', model: 'm1', text: 'Hello', done: 'stop' }));
  const got = await chat(sluice, question(model, { seed: 7 }));
  assert.equal(got.status, 200, got.text);
  assert.equal(got.headers['x-sluice-dropped'], 'seed');
  assertAsked(upstream.requests[0], { stream: false });
  const tools = [{ type: 'function', function: { name: 'look', parameters: {} } }];
  assertError(await chat(sluice, question(model, { tools })), 400, { param: 'tools' });
  assert.equal(upstream.requests.length, 1);
});

languageTest('a client that leaves takes its upstream request along', async (play) => {
  const { upstream, sluice, model, language } = play;
  upstream.always(lines(begin, line({ text: 'Hello ' }), until(makeGate())));
  const got = await openChat(sluice, question(model, { stream: true }));
  await got.firstBytes;
  got.leave();
  await within(1_000, upstream.requests[0].gone, 'the upstream to be let go');
  await sluice.logLine(`"${language}"`, '"client_left"');
});

languageTest('refusals keep their meaning', async ({ upstream, sluice, model }) => {
  upstream.always(json({ error: 'no turns', type: 'turns' }, { status: 400 }));
  const refused = await chat(sluice, question(model));
  assertError(refused, 400, { message: /no turns/ });
  assert.equal(upstream.requests.length, 1, 'the client is at fault: nothing is tried again');
  const headers = { 'retry-after': '60' };
  upstream.always(json({ error: 'slow down', type: 'busy' }, { status: 429, headers }));
  const busy = await chat(sluice, question(model));
  assertError(busy, 429, { message: /slow down/ });
  assert.equal(busy.headers['retry-after'], '60');
});

languageTest('an answer that breaks off ends in an error', async ({ upstream, sluice, model }) => {
  const gate = makeGate();
  const broke = line({ error: 'it broke' });
  upstream.always(lines(begin, line({ text: 'Hello ' }), until(gate), broke));
  const got = await openChat(sluice, question(model, { stream: true }));
  assert.equal(contentOf(await got.firstBytes), 'Hello ');
  gate.open();
  const events = eventsOf(await within(20_000, got.text, 'the end'));
  assert.match(JSON.stringify(events.find((event) => event.error)), /it broke/);
});

// Go's runtime has signal handlers and threads of its own: none of that is the program's business.
languageTest('the program still heeds its signals', async (play) => {
  const { stage, upstream, config, sluice, model, language } = play;
  upstream.always(lines(begin, line({ text: 'Hello' }), end));
  const ask = () => chat(sluice, question(model, { stream: true }));
  assert.equal(contentOf((await ask()).text), 'Hello');
  const { base_url: old, ...kept } = config.providers[language];
  const moved = (await stage.upstream()).always(lines(begin, line({ text: 'Moved' }), end));
  await sluice.work.write({
    ...config,
    providers: { [language]: { ...kept, base_url: old.replace(upstream.port, moved.port) } },
  });
  sluice.signal('SIGHUP');
  await eventually('the new upstream', async () => contentOf((await ask()).text) === 'Moved');
  sluice.signal('SIGTERM');
  assert.equal(await sluice.ended(), 'code 0');
});

const built = ['c', 'cpp', 'rust', 'go'].filter((language) => !whySkipped(language));

scenario('all languages at once', async (stage) => {
  const upstream = (await stage.upstream()).always(lines(begin, line({ text: 'Hello' }), end));
  const sluice = await stage.sluice(configurationOf(stage, built, upstream));
  const ask = (model) => chat(sluice, question(model, { stream: true }));
  const talks = built.map((language) => ask(`${language}/m1`));
  for (const got of await Promise.all(talks)) assert.equal(contentOf(got.text), 'Hello');
  const speakers = built.filter((language) => language !== 'cpp');
  const words = speakers.map((language) => ask(`words-${language}/m1`));
  for (const got of await Promise.all(words)) assert.equal(contentOf(got.text), 'Say hello');
});
