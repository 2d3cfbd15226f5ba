// Client and upstream speak one dialect: bytes go through as they came, but for the model's name.
import assert from 'node:assert/strict';
import { answer, bytesOf, event, informed, json, slowly, sse } from './support/answers.js';
import {
  chatAnswer,
  completion,
  done,
  finish,
  question,
  role,
  streamOf,
  usageChunk,
  word,
} from './support/chat.js';
import { chat, contentOf } from './support/client.js';
import { assertError } from './support/expect.js';
import { together } from './support/scenario.js';

const { add, run } = together();

const user = '"messages":[{"role":"user","content":"hi"}]';
const ask = (more) => `{"model":"MODEL",${user},${more}}`;
const requests = {
  'unknown fields': ask('"x_new":{"deep":[{"er":true}]},"metadata":null'),
  'number spellings': ask(
    '"temperature":1.0,"top_p":1e-7,"seed":12345678901234567890,"x":-0.0,"y":1E3',
  ),
  'the order of keys': `{"z":1,${user},"a":2,"model":"MODEL","b":3}`,
  'equal keys in nested objects': ask('"metadata":{"a":1,"a":2}'),
  escapes: ask(String.raw`"user":"\u00e9\/\"\\\ud834\udd1e é𝄞 \u0000"`),
  blanks: `\n{ "model"\t:\r\n "MODEL" , ${user} }\n `,
  'a model spelled with escapes': String.raw`{"model":"SPELLED",${user}}`,
  'a model in a message': `{"messages":[{"role":"user","model":"x","content":""}],"model":"MODEL"}`,
};
// MODEL is the model's name, SPELLED the same with escapes.
const named = (body, model) =>
  body.replace('MODEL', model).replace('SPELLED', `\\u0061${model.slice(1).replace('/', '\\/')}`);

for (const [what, body] of Object.entries(requests)) {
  add(`a request keeps ${what}`, async ({ upstream, sluice, model }) => {
    upstream.always(chatAnswer());
    const got = await chat(sluice, named(body, model));
    assert.equal(got.status, 200, got.text);
    assert.equal(upstream.requests[0].body.toString(), body.replace(/MODEL|SPELLED/, 'm1'));
  });
}

add('what the upstream leg says of itself is plain', async ({ upstream, sluice, model }) => {
  upstream.always(chatAnswer());
  const personal = {
    cookie: 'a=b',
    'x-forwarded-for': '1.2.3.4',
    authorization: 'Bearer of-the-client',
  };
  await chat(sluice, question(model), { headers: { 'accept-encoding': 'gzip, br', ...personal } });
  const { method, path, headers } = upstream.requests[0];
  assert.deepEqual([method, path], ['POST', '/v1/chat/completions']);
  assert.equal(headers.authorization, 'Bearer sk-upstream');
  assert.equal(headers['content-type'], 'application/json');
  assert.equal(headers.host, `127.0.0.1:${upstream.port}`);
  assert.ok(['undefined', 'identity'].includes(String(headers['accept-encoding'])));
  assert.equal(headers.cookie, undefined);
});

const streamedRequest = `{"seed":1.0,"model":"MODEL",${user},"stream":true}`;

add(
  'a streamed request differs only in the model and the wish for usage',
  async ({ upstream, sluice, model }) => {
    upstream.always(chatAnswer());
    await chat(sluice, named(streamedRequest, model));
    const sent = upstream.requests[0].body.toString();
    assert.ok(
      sent.includes('"seed":1.0,"model":"m1","messages":[{"role":"user","content":"hi"}]'),
      sent,
    );
    assert.deepEqual(JSON.parse(sent), {
      ...JSON.parse(streamedRequest),
      model: 'm1',
      stream_options: { include_usage: true },
    });
  },
);

add(
  'stream options of the client are kept beside the wish for usage',
  async ({ upstream, sluice, model }) => {
    upstream.always(chatAnswer());
    const options = { include_obfuscation: false, include_usage: false };
    await chat(sluice, question(model, { stream: true, stream_options: options }));
    assert.deepEqual(upstream.requests[0].json.stream_options, { ...options, include_usage: true });
  },
);

const oddMessage = String.raw`{"content":"\u00e9\/ é","role":"assistant","x":[1.0,1e-7]}`;
const odd = [
  '{"usage":{"prompt_tokens":1,"completion_tokens":1.0e0,"total_tokens":2},"z":1e-7,  ',
  `"choices":[{"message":${oddMessage},"index":0,"finish_reason":"stop"}],`,
  '"id":"x","a":{"b":1,"b":2}}',
].join('');

for (const framing of ['length', 'chunked', 'close']) {
  add(`an answer keeps its bytes (${framing})`, async ({ upstream, sluice, model }) => {
    upstream.always(json(odd, { framing }));
    const got = await chat(sluice, question(model));
    assert.equal(got.text, odd);
    assert.equal(got.headers['content-length'], String(Buffer.byteLength(odd)));
  });
}

add('an answer keeps its bytes when it comes one by one', async ({ upstream, sluice, model }) => {
  upstream.always(slowly(json(odd, { framing: 'chunked' })));
  assert.equal((await chat(sluice, question(model))).text, odd);
});

const asked = (model) => question(model, { stream: true, stream_options: { include_usage: true } });
const events = streamOf('Hé', 'llo ', '𝄞');

for (const [what, eol] of [
  ['LF', '\n'],
  ['CRLF', '\r\n'],
  ['CR', '\r'],
]) {
  for (const size of [0, 1, 7]) {
    const how = size ? `in pieces of ${size}` : 'at once';
    add(
      `a stream with ${what} line ends, sent ${how}, keeps its bytes`,
      async ({ upstream, sluice, model }) => {
        const steps = sse(events, { eol });
        upstream.always(size ? slowly(steps, size) : steps);
        const got = await chat(sluice, asked(model));
        assert.equal(got.text, events.map((item) => event(item, eol)).join(''));
        assert.match(got.headers['content-type'], /^text\/event-stream/);
      },
    );
  }
}

add(
  'comments, ids, names and unknown fields of events go through',
  async ({ upstream, sluice, model }) => {
    const blocks = [
      event(role),
      ': a comment\n\n',
      `id: 7\nevent: message\ndata: ${JSON.stringify(word('Hello'))}\n\n`,
      `data:${JSON.stringify(word('without a blank'))}\n\n`,
      `data: {"id":"x",\ndata: "choices":[{"index":0,"delta":{"content":" in two lines"}}]}\n\n`,
      event(finish),
      event(usageChunk),
      event(done),
    ];
    upstream.always(sse(blocks.map((raw) => ({ raw }))));
    const got = await chat(sluice, asked(model));
    assert.equal(got.text, blocks.join(''));
  },
);

add('a byte order mark before a stream is no harm', async ({ upstream, sluice, model }) => {
  upstream.always(sse([{ raw: '\ufeff' }, ...events]));
  const got = await chat(sluice, asked(model));
  assert.equal(contentOf(got.text.replace('\ufeff', '')), 'Héllo 𝄞');
});

add(
  'without the wish for usage only that chunk is missing',
  async ({ upstream, sluice, model }) => {
    upstream.always(sse(events));
    const got = await chat(sluice, question(model, { stream: true }));
    const kept = events.filter((item) => item !== usageChunk);
    assert.equal(got.text, kept.map((item) => event(item)).join(''));
  },
);

add('a chunk with both content and usage is not lost', async ({ upstream, sluice, model }) => {
  const both = { ...word('x'), usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } };
  upstream.always(sse([role, both, finish, done]));
  const got = await chat(sluice, question(model, { stream: true }));
  assert.equal(contentOf(got.text), 'x');
});

add('interim answers before the real one are skipped', async ({ upstream, sluice, model }) => {
  upstream.always(informed([100, 103, 103], json(completion('after all'))));
  const got = await chat(sluice, question(model));
  assert.equal(got.json.choices[0].message.content, 'after all');
});

add('an answer of a megabyte comes whole', async ({ upstream, sluice, model }) => {
  const long = JSON.stringify(completion('é'.repeat(500_000)));
  upstream.always(answer(long, { headers: { 'content-type': 'application/json' } }));
  assert.equal((await chat(sluice, question(model))).text, long);
});

add('one event of eight megabytes goes through', async ({ upstream, sluice, model }) => {
  const large = word('x'.repeat(8 << 20));
  upstream.always(sse([role, large, finish, usageChunk, done]));
  const got = await chat(sluice, asked(model));
  assert.equal(
    got.text,
    bytesOf([role, large, finish, usageChunk, done].map((item) => event(item))).toString(),
  );
});

for (const [what, body, param] of [
  ['with two models', `{"model":"a/m1","model":"a/m2",${user}}`, 'model'],
  ['without a model', `{${user}}`, 'model'],
  ['with an empty model', `{"model":"",${user}}`, 'model'],
  ['with a model that is no string', `{"model":7,${user}}`, 'model'],
  ['that is no JSON', '{"model":"a/m1",', null],
  ['that is no object', '["a/m1"]', null],
  [
    'with bytes that are no UTF-8',
    Buffer.from(`{"model":"MODEL",${user},"x":"\xff\xfe"}`, 'latin1'),
    null,
  ],
  ['with something behind it', `{"model":"MODEL",${user}} {}`, null],
]) {
  add(`a request ${what} is refused`, async ({ upstream, sluice, model }) => {
    const got = await chat(sluice, Buffer.isBuffer(body) ? body : named(body, model));
    assertError(got, 400, { type: 'invalid_request_error', ...(param && { param }) });
    assert.equal(upstream.requests.length, 0);
  });
}

run('One dialect on both sides:');
