// A client that does not read: what it has not taken stays at the upstream, not in memory.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { chatAnswer, largeStream, question } from './support/chat.js';
import { chat, openChat } from './support/client.js';
import { provider } from './support/config.js';
import { scenario } from './support/scenario.js';
import { eventually, slow, within } from './support/time.js';

const MiB = 1 << 20;
const pieces = 192;
const large = largeStream(pieces, MiB);

const residentBytes = (pid) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;

// Stuck, and has been for a while: the sockets' buffers on the way are full.
const stuck = (seen) =>
  eventually('the upstream to be stuck', () => seen.stuck && Date.now() - seen.stuckAt > slow(300));

scenario('a stream waits for a client that does not read, and then goes on', async (stage) => {
  const a = await stage.upstream();
  a.always((request) => (request.json.model === 'large' ? large : chatAnswer('quick')(request)));
  const sluice = await stage.sluice({ providers: { a: provider(a) } });
  await chat(sluice, question('a/m1'));
  const before = residentBytes(sluice.pid);

  const got = await openChat(sluice, question('a/large', { stream: true }));
  got.stream.pause();
  const seen = await a.request(1);
  await stuck(seen);
  assert.ok(seen.sent < 64 * MiB, `the upstream could send ${seen.sent} bytes`);
  const grown = residentBytes(sluice.pid) - before;
  assert.ok(grown < 32 * MiB, `memory grew by ${grown} bytes`);

  const other = await chat(sluice, question('a/m1'));
  assert.equal(other.status, 200, 'others are served meanwhile');

  got.stream.resume();
  const text = await within(60_000, got.text, 'the whole stream');
  assert.ok(text.length > pieces * MiB);
  assert.match(text.slice(-100), /data: \[DONE\]\n\n$/);
  assert.ok(await got.whole);
});

scenario('a client that refuses to read for too long is let go', async (stage) => {
  const a = (await stage.upstream()).always(large);
  const sluice = await stage.sluice({
    server: { write_timeout_ms: slow(500) },
    providers: { a: provider(a) },
  });
  const got = await openChat(sluice, question('a/large', { stream: true }));
  got.stream.pause();
  const seen = await a.request(0);
  await within(20_000, seen.gone, 'the upstream to be let go');
  got.stream.resume();
  assert.equal(await within(20_000, got.whole, 'the end of the connection'), false);
});

scenario('an idle deadline does not count while the client is the slow one', async (stage) => {
  const a = (await stage.upstream()).always(large);
  const sluice = await stage.sluice({
    providers: { a: provider(a, { timeouts: { idle_ms: slow(400) } }) },
  });
  const got = await openChat(sluice, question('a/large', { stream: true }));
  got.stream.pause();
  const seen = await a.request(0);
  await eventually(
    'the upstream to be stuck for long',
    () => seen.stuck && Date.now() - seen.stuckAt > slow(1_000),
  );
  got.stream.resume();
  const text = await within(60_000, got.text, 'the whole stream');
  assert.match(text.slice(-100), /data: \[DONE\]\n\n$/);
});
