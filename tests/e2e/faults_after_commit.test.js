// Faults of an upstream after content has reached the client: nothing is spliced in, and the stream
// never looks like a success.
import assert from 'node:assert/strict';
import http from 'node:http';
import { chunk, close, delay, event, reset, sse, stall, until } from './support/answers.js';
import { chatAnswer, done, errorBody, question, role, streamHead, word } from './support/chat.js';
import { chat, contentOf, eventsOf, openChat } from './support/client.js';
import { provider, virtual } from './support/config.js';
import { assertErrorObject, assertGivenBy } from './support/expect.js';
import { scenario, table } from './support/scenario.js';
import { makeGate, slow, within } from './support/time.js';

const impatient = { idle_ms: slow(300) };
const start = (gate) => [role, word('partly '), until(gate)];
const open = (gate) => [streamHead, chunk(event(role)), chunk(event(word('partly '))), until(gate)];

// `steps(gate)`: the gate opens when the client has content.
const faults = [
  { name: 'a reset', steps: (gate) => sse([...start(gate), reset]) },
  { name: 'the end of the connection', steps: (gate) => sse([...start(gate), close]) },
  {
    name: 'the end of a connection that frames the answer',
    steps: (gate) => sse(start(gate), { framing: 'close' }),
  },
  { name: 'a proper end without a finish', steps: (gate) => sse(start(gate)) },
  { name: '[DONE] without a finish', steps: (gate) => sse([...start(gate), done]) },
  { name: 'silence', steps: (gate) => sse([...start(gate), stall]), timeouts: impatient },
  {
    name: 'comments for ever',
    steps: (gate) => sse([...start(gate), Array(400).fill([{ raw: ': wait\n\n' }, delay(50)])]),
    timeouts: { total_ms: slow(1_000) },
  },
  {
    name: 'an error in an event',
    steps: (gate) => sse([...start(gate), errorBody('the model fell over')]),
  },
  {
    name: 'an error in an event and then [DONE]',
    steps: (gate) => sse([...start(gate), errorBody('the model fell over'), done]),
  },
  {
    name: 'broken JSON in an event',
    steps: (gate) => sse([...start(gate), '{"choices":[{', done]),
  },
  { name: 'half an event', steps: (gate) => sse([...start(gate), { raw: 'data: {"choi' }, close]) },
  { name: 'a broken chunk size', steps: (gate) => [open(gate), 'xyz\r\n', close] },
  { name: 'a chunk that is cut off', steps: (gate) => [open(gate), '40\r\ndata: ', close] },
];

const cases = faults
  .flatMap((fault) => [
    { ...fault, second: false, name: `${fault.name}, alone` },
    { ...fault, second: true, name: `${fault.name}, with a second target` },
  ])
  .map((fault, number) => ({ ...fault, number }));

async function prepare(stage, all) {
  const providers = {};
  const models = {};
  for (const item of all) {
    const [a, b] = [await stage.upstream(), await stage.upstream()];
    Object.assign(item, { a, b, gate: makeGate() });
    a.always(item.steps(item.gate));
    b.always(chatAnswer('from b'));
    providers[`a${item.number}`] = provider(a, { timeouts: item.timeouts ?? {} });
    providers[`b${item.number}`] = provider(b);
    models[`vm${item.number}`] = virtual(`a${item.number}/m1`, `b${item.number}/m1`);
  }
  return stage.sluice({ providers, virtual_models: models });
}

async function play(sluice, { number, second, gate, a, b }) {
  const name = second ? `vm${number}` : `a${number}/m1`;
  const got = await openChat(sluice, question(name, { stream: true }));
  assert.equal(got.status, 200);
  assertGivenBy(got, { provider: `a${number}`, model: 'm1', attempts: 1 });
  assert.match(await within(20_000, got.firstBytes, 'the first content'), /partly/);
  gate.open();
  const text = await within(20_000, got.text, 'the end');
  assert.equal(contentOf(text), 'partly ');
  assert.ok(!text.includes('[DONE]'), 'no [DONE]');
  assertErrorObject(eventsOf(text).at(-1).error);
  assert.equal(eventsOf(text).filter((item) => item.error).length, 1, 'one error event');
  assert.deepEqual([a.requests.length, b.requests.length], [1, 0]);
  await sluice.logLine(got.headers['x-sluice-request-id']);
}

table('After the commit point a stream that fails ends with an error event:', cases, prepare, play);

// The connection was closed behind the answer, and a client's next request on it was lost.
scenario('a stream that ends with an error leaves the connection to the client', async (stage) => {
  const a = await stage.upstream();
  a.next(sse([role, word('partly '), reset])).always(chatAnswer('whole'));
  const sluice = await stage.sluice({ providers: { a: provider(a) } });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const broken = await openChat(sluice, question('a/m1', { stream: true }), { agent });
  assert.match(await within(20_000, broken.text, 'the end'), /"error"/);
  const next = await chat(sluice, question('a/m1'), { agent });
  assert.equal(next.status, 200);
  assert.equal(next.localPort, broken.localPort);
  agent.destroy();
});
