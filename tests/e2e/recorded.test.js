// Every exchange that the plugins have recorded, through the binary: each client's dialect gets
// from each oddity of a wire what the plugin's own test says of it, or the error that it means.
import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { contentOf, eventsOf, open, request } from './support/client.js';
import { plain } from './support/exchange.js';
import { assertErrorObject } from './support/expect.js';
import { recordedBy, replay } from './support/recorded.js';
import { table } from './support/scenario.js';
import { dialects } from './support/sides.js';
import { makeGate, within } from './support/time.js';

/** By plugin: what its entry in the configuration says, and whose bytes go through untouched. */
const plugins = {
  anthropic: { base: '/v1', speaks: 'messages' },
  openai: { base: '/v1', speaks: 'chat' },
  azure: { speaks: 'chat' },
  gemini: {},
  bedrock: { key: 'AKIDEXAMPLE:wJalr', settings: { region: 'eu-west-1' } },
  ollama: {},
  cohere: {},
};

// One says until when to wait, and that day is over. Where bytes pass, the others are mended: what
// stands behind an answer's end is left out, and a missing end, or the names of events, supplied.
const unrepeatable = [
  'error-busy-date',
  'after-the-end-stream',
  'no-stop-stream',
  'unnamed-events-stream',
];

const toolOf = ({ function: made }) => ({
  description: '',
  parameters: { type: 'object' },
  ...made,
});

/** Clients of chat cannot read all that upstreams of their dialect say. */
const settingsOf = ({ plugin, name }) =>
  plugin === 'openai' && /^mistral|^tools-/.test(name)
    ? { rewrite: true }
    : plugins[plugin].settings;

class Case {
  constructor(number, dialect, one) {
    Object.assign(this, { dialect, one });
    this.name = `${dialect.name}: ${one.plugin}/${one.name}`;
    this.entry = `p${number}`;
    this.settings = settingsOf(one);
    this.passes = plugins[one.plugin].speaks === dialect.name && !this.settings?.rewrite;
    this.late = one.asked.stream && one.told.error && one.told.begun && one.status === 200;
    this.heard = this.late && makeGate();
  }

  entryAt(upstream) {
    const { base = '', key = 'sk-upstream' } = plugins[this.one.plugin];
    return {
      component: this.one.plugin,
      base_url: `http://127.0.0.1:${upstream.port}/${this.entry}${base}`,
      keys: [key],
      ...(this.settings && { settings: this.settings }),
    };
  }

  get body() {
    const { model = 'm', stream = false, tools = [] } = this.one.asked;
    const asks = { ...plain, model: `${this.entry}/${model}`, stream, tools: tools.map(toolOf) };
    return this.dialect.body(asks);
  }

  get #options() {
    return { method: 'POST', body: this.body, headers: this.dialect.headers };
  }

  asks = (sluice) => request(sluice, this.dialect.path, this.#options);

  /** The text of a stream whose end waits for its beginning. */
  async hears(sluice) {
    const got = await within(10_000, open(sluice, this.dialect.path, this.#options), 'the stream');
    assert.equal(got.status, 200);
    await within(10_000, got.firstBytes, 'its first words');
    this.heard.open();
    return within(10_000, got.text, 'its end');
  }
}

/** The status of an error that nothing else takes the place of, as OpenAI's clients know it. */
function statusOf({ reason, http = 0, after_ms: after }) {
  const refused = http >= 400 && http < 500 ? http : 400;
  const busy = http === 503 ? 503 : 429;
  const byReason = {
    RATE_LIMIT: busy,
    QUOTA: 503,
    KEY: 502,
    CONTEXT_LENGTH: refused,
    CONTENT_FILTER: refused,
    BAD_REQUEST: refused,
    MODEL_NOT_FOUND: 404,
    OVERLOADED: after ? busy : 502,
  };
  if (reason) return byReason[reason];
  return http >= 400 && http < 500 && ![408, 409, 425].includes(http) ? http : 502;
}

/** Clients of Messages know the status 529 for what is overloaded. */
function assertStatus({ one, dialect }, got) {
  const { error } = one.told;
  const overloaded = [503, 529].includes(error.http) || error.type === 'overloaded_error';
  const status = statusOf(error);
  const isBusy =
    (status === 503 && error.reason !== 'QUOTA') ||
    (status === 502 && error.reason === 'OVERLOADED' && overloaded);
  assert.equal(got.status, dialect.name === 'messages' && isBusy ? 529 : status, got.text);
}

const onOneLine = (text) => text.replaceAll(/\s+/g, ' ').trim();
/** What the codec says of an answer that it cannot read; of bytes that pass, others say it. */
const ofTheCodec = /the upstream(.s answer| gave| sent)|of the upstream|base_url/;

function assertWords({ one, passes }, message) {
  const { text } = one.told.error;
  if (passes && ofTheCodec.test(text)) return;
  if (passes && onOneLine(text).startsWith(onOneLine(message))) return; // the codec tells more
  assert.ok(onOneLine(message).includes(onOneLine(text)), `${message}, not ${text}`);
}

function assertCalls(calls, { told, body }) {
  const bare = ({ name, arguments: args }) => ({ name, arguments: args });
  const wanted = told.calls.map((call) => ({
    ...call,
    arguments: JSON.parse(call.arguments || '{}'),
  }));
  assert.deepEqual(calls.map(bare), wanted.map(bare));
  // Those that the upstream does not tell are made.
  calls.forEach(({ id }, place) => {
    if (body.includes(`"${told.calls[place].id}"`)) assert.equal(id, told.calls[place].id);
  });
  assert.equal(new Set(calls.map(({ id }) => id)).size, calls.length);
}

function assertRead({ dialect, one }, got) {
  const { told } = one;
  const read = one.asked.stream ? dialect.readStream(got.text) : dialect.read(got.json);
  // Messages have no place of its own for the words of a refusal, but a reason to stop.
  const refuses = dialect.name === 'messages' && told.refusal;
  assert.equal(read.text, refuses ? told.text + told.refusal : told.text);
  assert.equal(read.reasoning, told.reasoning);
  assertCalls(read.calls, one);
  assert.equal(read.finish, refuses ? 'content_filter' : told.finish);
  const { input, cache_read, cache_write, output, reasoning } = told.usage;
  assert.equal(read.usage.prompt, input + cache_read + cache_write);
  assert.equal(read.usage.cacheRead, cache_read);
  assert.equal(read.usage.completion, output + reasoning);
}

async function assertLogged(log, got, { told }) {
  const entry = await log(got.headers['x-sluice-request-id']);
  assert.equal(entry.outcome, 'answered');
  for (const [name, tokens] of Object.entries(told.usage ?? {}))
    assert.equal(entry[`${name}_tokens`], tokens, `${name}_tokens in the log`);
}

/** What a client of the upstream's own dialect gets: the bytes, with an end of chat's. */
function assertPassed({ one, dialect }, got) {
  const endless = dialect.name === 'chat' && one.asked.stream && !one.body.includes('[DONE]');
  assert.equal(got.text, endless ? `${one.body}data: [DONE]\n\n` : one.body);
}

/** What a client of chat makes of foreign bytes: their words, and the error at their end. */
function failedOf(text) {
  const { error } = eventsOf(text).at(-1);
  assertErrorObject(error);
  return { text: contentOf(text), message: error.message };
}

const parses = (text) => {
  try {
    return Boolean(JSON.parse(text || '{}'));
  } catch {
    return false;
  }
};
/** Whether an answer has one choice, its usage, and calls that were not cut off. */
const isComparable = ({ told }) =>
  told.choices === 1 && told.usage && told.calls.every((call) => parses(call.arguments));

/** An error in the client's form: the upstream's own where it has that form. */
function assertRefused(item, got) {
  const { one, dialect, passes } = item;
  assertStatus(item, got);
  const theirs = passes && got.text === one.body;
  if (!theirs) assertWords(item, dialect.readError(got.json).message);
  if (passes && one.status === got.status && one.status < 500 && one.status !== 429)
    assert.equal(theirs, /^\s*{\s*("type": ?"error", ?)?"error": ?{/.test(one.body), got.text);
}

/** Bytes that pass are read by the official client as the plugin reads them. */
async function assertOfficial(sluice, item) {
  const { told } = item.one;
  const client = new OpenAI({ baseURL: `${sluice.url}/v1`, apiKey: 'anything', maxRetries: 0 });
  const { stream: _, ...asks } = item.body;
  const { message } = (await client.chat.completions.stream(asks).finalChatCompletion()).choices[0];
  assert.equal(message.content ?? '', told.text);
  const calls = (message.tool_calls ?? []).map(({ id, function: { name, arguments: text } }) => ({
    id,
    name,
    arguments: text,
  }));
  assert.deepEqual(calls, told.calls);
}

async function play({ sluice, log }, item) {
  const { one, dialect } = item;
  const { error } = one.told;
  if (item.late) {
    const { text, message } = item.passes && dialect.name === 'chat'
      ? failedOf(await item.hears(sluice))
      : dialect.readFailed(await item.hears(sluice));
    assert.equal(text, one.told.text);
    return assertWords(item, message);
  }
  const got = await item.asks(sluice);
  if (error) return assertRefused(item, got);
  assert.equal(got.status, 200, got.text);
  assert.ok(got.whole);
  if (item.passes) assertPassed(item, got);
  if (item.passes && dialect.name === 'chat' && one.asked.stream && one.told.choices === 1)
    await assertOfficial(sluice, item);
  if (item.passes) return assertLogged(log, got, one);
  if (isComparable(one)) assertRead(item, got);
  return assertLogged(log, got, one);
}

const cases = Object.keys(plugins)
  .flatMap((plugin) => recordedBy(plugin))
  .filter(({ op, name }) => op === 'chat' && !unrepeatable.includes(name))
  .flatMap((one) => dialects.map((dialect) => ({ one, dialect })))
  .map(({ one, dialect }, at) => new Case(at, dialect, one));

async function prepare(stage) {
  const upstream = await stage.upstream();
  const byEntry = new Map(cases.map((item) => [item.entry, item]));
  upstream.always((asked) => {
    const item = byEntry.get(asked.path.split('/')[1]);
    return replay(item.one, item.heard);
  });
  const sluice = await stage.sluice({
    attempts: { per_lane: 1, retry_after_wait_ms: 0 },
    plugins: { enable: Object.keys(plugins) },
    providers: Object.fromEntries(cases.map((item) => [item.entry, item.entryAt(upstream)])),
  });
  const log = (id) =>
    sluice.waitFor(`the log of ${id}`, () => {
      const line = sluice.stderr.split('\n').find((one) => one.includes(id) && one.endsWith('}'));
      return line && JSON.parse(line);
    });
  return { sluice, log };
}

table('Recorded:', cases, prepare, play);
