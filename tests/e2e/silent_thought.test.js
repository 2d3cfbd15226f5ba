// A model that thinks and keeps it to itself says nothing for long, but that it thinks: that is no
// silence for which another provider would be asked.
import assert from 'node:assert/strict';
import { delay, sse } from './support/answers.js';
import { request } from './support/client.js';
import { anthropic, plugins } from './support/messages.js';
import { provider } from './support/config.js';
import { assertError } from './support/expect.js';
import { upstreamResponse } from './support/responses.js';
import { scenario } from './support/scenario.js';
import { slow } from './support/time.js';

const impatient = { timeouts: { connect_ms: slow(400), first_content_ms: slow(400) } };
const pause = delay(slow(1600));
const named = (event) => ({ raw: `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n` });

const message = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm1',
  content: [],
  stop_reason: null,
  stop_sequence: null,
  usage: { input_tokens: 5, output_tokens: 1 },
};
const start = named({ type: 'message_start', message });
const ping = named({ type: 'ping' });
const thought = [
  { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 's' } },
  { type: 'content_block_stop', index: 0 },
].map(named);
const answer = [
  { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'Yes.' } },
  { type: 'content_block_stop', index: 1 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 9 } },
  { type: 'message_stop' },
].map(named);

const ask = (sluice, path, body) =>
  request(sluice, path, { method: 'POST', body: { model: 'a/m1', stream: true, ...body } });
const messages = (sluice) =>
  ask(sluice, '/v1/messages', {
    max_tokens: 50,
    messages: [{ role: 'user', content: 'Is it so?' }],
  });

scenario('an Anthropic model that thinks in silence is waited for', async (stage) => {
  const upstream = await stage.upstream();
  upstream.always(sse([start, thought[0], ping, pause, ...thought.slice(1), ...answer]));
  const sluice = await stage.sluice({ plugins, providers: { a: anthropic(upstream, impatient) } });
  const got = await messages(sluice);
  assert.equal(got.status, 200, got.text);
  assert.match(got.text, /Yes\./);
  assert.equal(upstream.requests.length, 1);
});

scenario('pings alone are no thought', async (stage) => {
  const upstream = await stage.upstream();
  upstream.always(sse([start, ping, pause, ...answer]));
  const sluice = await stage.sluice({ plugins, providers: { a: anthropic(upstream, impatient) } });
  const got = await messages(sluice);
  assert.equal(got.status, 504, got.text);
});

scenario('a model of the Responses API that thinks in silence is waited for', async (stage) => {
  const upstream = await stage.upstream();
  const { events } = upstreamResponse('Yes.');
  const item = { id: 'rs_1', type: 'reasoning', summary: [] };
  const begun = { type: 'response.output_item.added', output_index: 0, item, sequence_number: 2 };
  upstream.next(sse([...events.slice(0, 2), named(begun), pause, ...events.slice(2)]));
  upstream.next(sse([...events.slice(0, 2), pause, ...events.slice(2)]));
  const providers = { a: provider(upstream, { component: 'openai-responses', ...impatient }) };
  const sluice = await stage.sluice({ providers });
  const got = await ask(sluice, '/v1/responses', { input: 'Is it so?' });
  assert.equal(got.status, 200, got.text);
  assert.match(got.text, /"Yes\."/);
  assertError(await ask(sluice, '/v1/responses', { input: 'Is it so?' }), 504);
});

scenario('what beta=true says goes to an upstream of the dialect', async (stage) => {
  const upstream = await stage.upstream();
  upstream.always(sse([start, ...answer]));
  const sluice = await stage.sluice({ plugins, providers: { a: anthropic(upstream) } });
  for (const [query, expected] of [
    ['', ''],
    ['?beta=true', '?beta=true'],
    ['?key=secret&beta=true', '?beta=true'],
    ['?beta=1', ''],
  ]) {
    const got = await ask(sluice, `/v1/messages${query}`, {
      max_tokens: 50,
      messages: [{ role: 'user', content: 'Is it so?' }],
    });
    assert.equal(got.status, 200, got.text);
    assert.equal(upstream.requests.at(-1).path, `/v1/messages${expected}`);
  }
});
