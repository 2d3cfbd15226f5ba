// Responses with `background: true` at a provider that speaks the API: begun, asked for, cancelled.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import OpenAI from 'openai';
import { json, sse, stall } from './support/answers.js';
import { chatAnswer, fail } from './support/chat.js';
import { keysOnly, provider } from './support/config.js';
import { openAiOf } from './support/official.js';
import { upstreamResponse } from './support/responses.js';
import { scenario } from './support/scenario.js';
import { Sluice } from './support/sluice.js';

const speaker = (upstream, more = {}) =>
  provider(upstream, { component: 'openai-responses', ...more });

const { whole } = upstreamResponse('Hi');
const at = `/v1/responses/${whole.id}`;
const as = (status, more = {}) => ({
  ...whole,
  background: true,
  status,
  output: [],
  usage: null,
  ...more,
});
const completed = { ...whole, background: true };
const asked = { model: 'b/m1', input: 'one', background: true };
const event = (type, sequence_number, more) => ({
  raw: `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number, ...more })}\n\n`,
});
const of = (upstream) => upstream.requests.map(({ method, path }) => `${method} ${path}`);

/** What the calls of the log say that was used, one text each. */
const used = (sluice) =>
  sluice.stderr
    .split('\n')
    .filter((line) => line.includes('"output_tokens"'))
    .map((line) => JSON.parse(line))
    .map((call) => `${call.input_tokens}+${call.output_tokens}`);

async function all(stream) {
  const events = [];
  for await (const one of stream) events.push(one);
  return events;
}

scenario('a response in the background is asked for until it is completed', async (stage) => {
  const upstream = await stage.upstream();
  const sluice = await stage.sluice({ providers: { b: speaker(upstream) } });
  const client = openAiOf(sluice);
  upstream.next(json(as('queued')), json(as('in_progress')), json(completed));
  let response = await client.responses.create(asked);
  const statuses = [response.status];
  while (response.status === 'queued' || response.status === 'in_progress') {
    const include = ['file_search_call.results'];
    response = await client.responses.retrieve(response.id, { include });
    statuses.push(response.status);
  }
  assert.deepEqual(statuses, ['queued', 'in_progress', 'completed']);
  assert.equal(response.output_text, 'Hi');
  assert.deepEqual(
    of(upstream).map((line) => decodeURIComponent(line)),
    ['POST /v1/responses', ...Array(2).fill(`GET ${at}?include[]=file_search_call.results`)],
  );
  assert.equal(upstream.requests[2].headers.authorization, 'Bearer sk-upstream');
  // Now it is kept as any other.
  assert.deepEqual((await client.responses.retrieve(whole.id)).output, whole.output);
  const items = await client.responses.inputItems.list(whole.id);
  assert.equal(items.data[0].content[0].text, 'one');
  assert.equal((await client.responses.cancel(whole.id)).status, 'completed');
  assert.equal(upstream.requests.length, 3);
  await sluice.stop();
  const counted = used(sluice).filter((line) => line !== '0+0');
  assert.deepEqual(counted, ['4+2'], sluice.stderr);
  assert.ok(!sluice.stderr.includes('"estimated"'), sluice.stderr);
});

scenario('others go on from it once it is finished, and not before', async (stage) => {
  const upstream = await stage.upstream();
  const other = (await stage.upstream()).always(chatAnswer('Well'));
  const sluice = await stage.sluice({ providers: { b: speaker(upstream), c: provider(other) } });
  const client = openAiOf(sluice);
  upstream.next(json(as('queued')));
  await client.responses.create(asked);
  const next = { model: 'c/m2', input: 'two', previous_response_id: whole.id };
  const error = await client.responses.create(next).catch((thrown) => thrown);
  assert.equal(error.status, 400);
  assert.match(error.message, /background/);
  upstream.next(json({ ...whole, id: 'resp_next' }));
  await client.responses.create({ ...next, model: 'b/m1' });
  assert.equal(upstream.requests[1].json.previous_response_id, whole.id);
  upstream.next(json(completed));
  await client.responses.retrieve(whole.id);
  await client.responses.create(next);
  assert.deepEqual(
    other.requests[0].json.messages.map(({ content }) => content),
    ['one', 'Hi', 'two'],
  );
});

scenario('a response in the background outlives the gateway', async (stage) => {
  const upstream = await stage.upstream();
  const state = await mkdtemp(path.join(tmpdir(), 'sluice-e2e-state-'));
  stage.keep(state, () => rm(state, { recursive: true, force: true }));
  const config = { state_dir: state, providers: { b: speaker(upstream) } };
  const rounds = [
    [as('queued'), (client) => client.responses.create(asked)],
    [completed, (client) => client.responses.retrieve(whole.id)],
    [null, (client) => client.responses.retrieve(whole.id)],
  ];
  for (const [answer, act] of rounds) {
    if (answer) upstream.next(json(answer));
    const sluice = await Sluice.start(config);
    try {
      const got = await act(openAiOf(sluice));
      assert.equal(got.status, answer?.status ?? 'completed');
    } finally {
      await sluice.kill();
    }
  }
  assert.deepEqual(of(upstream), ['POST /v1/responses', `GET ${at}`]);
});

scenario('a response in the background is cancelled at the provider', async (stage) => {
  const upstream = await stage.upstream();
  const sluice = await stage.sluice({ providers: { b: speaker(upstream) } });
  const client = openAiOf(sluice);
  upstream.next(json(as('queued')), json(as('cancelled')));
  await client.responses.create(asked);
  assert.equal((await client.responses.cancel(whole.id)).status, 'cancelled');
  assert.deepEqual(of(upstream), ['POST /v1/responses', `POST ${at}/cancel`]);
  assert.equal(upstream.requests[1].headers['content-length'], '0');
  assert.equal((await client.responses.cancel(whole.id)).status, 'cancelled');
  assert.equal((await client.responses.retrieve(whole.id)).status, 'cancelled');
  assert.equal(upstream.requests.length, 2);
  upstream.next(json({ ...whole, id: 'resp_other' }));
  await client.responses.create({ model: 'b/m1', input: 'x' });
  await assert.rejects(client.responses.cancel('resp_other'), OpenAI.BadRequestError);
  await assert.rejects(client.responses.cancel('resp_nobody'), OpenAI.NotFoundError);
  assert.equal(upstream.requests.length, 3);
});

scenario('one that failed in the background says so, and is no error', async (stage) => {
  const upstream = await stage.upstream();
  const sluice = await stage.sluice({ providers: { b: speaker(upstream) } });
  const client = openAiOf(sluice);
  const error = { code: 'server_error', message: 'it broke' };
  upstream.next(json(as('queued')), json(as('failed', { error })));
  await client.responses.create(asked);
  for (let i = 0; i < 2; ++i) {
    const got = await client.responses.retrieve(whole.id);
    assert.deepEqual([got.status, got.error], ['failed', error]);
  }
  assert.equal(upstream.requests.length, 2);
});

scenario('nobody else is told of a response in the background', async (stage) => {
  const upstream = await stage.upstream();
  const sluice = await stage.sluice({
    auth: keysOnly('k-one', 'k-two'),
    providers: { b: speaker(upstream) },
  });
  const theirs = openAiOf(sluice, { apiKey: 'k-two' });
  upstream.next(json(as('queued')));
  await openAiOf(sluice, { apiKey: 'k-one' }).responses.create(asked);
  await assert.rejects(theirs.responses.retrieve(whole.id), OpenAI.NotFoundError);
  await assert.rejects(theirs.responses.cancel(whole.id), OpenAI.NotFoundError);
  assert.equal(upstream.requests.length, 1);
});

scenario('a provider that cannot be asked is an error, and is asked again', async (stage) => {
  const upstream = await stage.upstream();
  const sluice = await stage.sluice({ providers: { b: speaker(upstream) } });
  const client = openAiOf(sluice);
  upstream.next(json(as('queued')), fail(500), fail(500));
  await client.responses.create(asked);
  const error = await client.responses.retrieve(whole.id).catch((thrown) => thrown);
  assert.equal(error.status, 502);
  upstream.next(json(completed));
  assert.equal((await client.responses.retrieve(whole.id)).status, 'completed');
});

scenario('a stream in the background is taken up where its client left it', async (stage) => {
  const upstream = await stage.upstream();
  const sluice = await stage.sluice({ providers: { b: speaker(upstream) } });
  const client = openAiOf(sluice);
  const created = event('response.created', 0, { response: as('queued') });
  const rest = [
    event('response.in_progress', 1, { response: as('in_progress') }),
    event('response.completed', 2, { response: completed }),
  ];
  upstream.next(sse([created, stall]), sse(rest), sse([created, ...rest]));
  const stream = await client.responses.create({ ...asked, stream: true });
  for await (const one of stream) {
    assert.deepEqual([one.type, one.response.id], ['response.created', whole.id]);
    break; // and it leaves
  }
  const after = await client.responses.retrieve(whole.id, { stream: true, starting_after: 0 });
  const events = await all(after);
  assert.deepEqual(
    events.map(({ sequence_number }) => sequence_number),
    [1, 2],
  );
  assert.equal((await client.responses.retrieve(whole.id)).output_text, 'Hi');
  const again = await all(await client.responses.retrieve(whole.id, { stream: true }));
  assert.equal(again.length, 3);
  assert.deepEqual(of(upstream), [
    'POST /v1/responses',
    `GET ${at}?stream=true&starting_after=0`,
    `GET ${at}?stream=true`,
  ]);
  assert.equal(upstream.requests[1].headers.accept, 'text/event-stream');
  await sluice.stop();
  const counted = used(sluice).filter((line) => line !== '0+0');
  assert.deepEqual(counted, ['4+2'], sluice.stderr);
});

scenario('a stream in the background that breaks off does not say it failed', async (stage) => {
  const upstream = await stage.upstream();
  const sluice = await stage.sluice({ providers: { b: speaker(upstream) } });
  const client = openAiOf(sluice);
  upstream.next(sse([event('response.created', 0, { response: as('queued') })]), json(completed));
  const seen = [];
  const stream = await client.responses.create({ ...asked, stream: true });
  for await (const one of stream) seen.push([one.type, one.sequence_number]);
  // Who goes on behind the number of the last event misses nothing.
  assert.deepEqual(seen, [
    ['response.created', 0],
    ['error', 0],
  ]);
  assert.equal((await client.responses.retrieve(whole.id)).status, 'completed');
});

scenario('of several keys, the one that knows it in the background is found', async (stage) => {
  const upstream = await stage.upstream();
  const sluice = await stage.sluice({
    providers: { b: speaker(upstream, { keys: ['k1', 'k2', 'k3'] }) },
  });
  const client = openAiOf(sluice);
  upstream.next(json(as('queued')));
  await client.responses.create(asked);
  const owner = upstream.requests[0].headers.authorization;
  const unknown = fail(404, { message: 'no such response', type: 'invalid_request_error' });
  upstream.always((seen) => (seen.headers.authorization === owner ? json(completed) : unknown));
  assert.equal((await client.responses.retrieve(whole.id)).status, 'completed');
});

scenario('where it cannot work, background is refused by its name', async (stage) => {
  const upstream = await stage.upstream();
  const one = await stage.sluice({ providers: { a: provider(upstream) } });
  const two = await stage.sluice({
    providers: { b: speaker(upstream) },
    responses: { store: false },
  });
  for (const [sluice, model] of [
    [one, 'a/m1'],
    [two, 'b/m1'],
  ]) {
    const error = await openAiOf(sluice)
      .responses.create({ ...asked, model })
      .catch((thrown) => thrown);
    assert.deepEqual([error.status, error.param], [400, 'background']);
    assert.match(error.message, /background/);
  }
  assert.equal(upstream.requests.length, 0);
});

scenario('a refusal of store: false in the background is the provider’s', async (stage) => {
  const upstream = await stage.upstream();
  const sluice = await stage.sluice({ providers: { b: speaker(upstream) } });
  upstream.next(
    fail(400, { message: 'store must be true', type: 'invalid_request_error', param: 'store' }),
  );
  const error = await openAiOf(sluice)
    .responses.create({ ...asked, store: false })
    .catch((thrown) => thrown);
  assert.deepEqual([error.status, error.param], [400, 'store']);
});
