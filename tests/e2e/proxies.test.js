// Proxies that the environment names.
import assert from 'node:assert/strict';
import { makeCertificate } from './support/certificates.js';
import { chatAnswer, question } from './support/chat.js';
import { chat } from './support/client.js';
import { oneLoop, provider } from './support/config.js';
import { assertError } from './support/expect.js';
import { Proxy } from './support/proxy.js';
import { scenario } from './support/scenario.js';

const startProxy = async (stage) => stage.keep(await Proxy.start());
const oneAttempt = { per_lane: 1 };

for (const variable of ['HTTPS_PROXY', 'https_proxy']) {
  scenario(
    `${variable} carries TLS through a tunnel, to names that only the proxy knows`,
    async (stage) => {
      const certificate = makeCertificate(stage, ['DNS:far.test']);
      const upstream = (await stage.upstream({ tls: certificate })).always(chatAnswer('from far'));
      const proxy = await startProxy(stage);
      const sluice = await stage.sluice(
        {
          server: oneLoop,
          upstream: { ca_file: certificate.certFile },
          providers: { a: provider(`https://far.test:${upstream.port}/v1`) },
        },
        { env: { [variable]: proxy.url } },
      );
      for (const stream of [true, false]) {
        const got = await chat(sluice, question('a/m1', { stream }));
        assert.equal(got.status, 200, got.text);
      }
      assert.deepEqual(
        proxy.asked.map((seen) => [seen.method, seen.target]),
        [['CONNECT', `far.test:${upstream.port}`]],
      );
      assert.equal(upstream.requests[0].servername, 'far.test');
    },
  );
}

scenario('http_proxy carries plain requests', async (stage) => {
  const upstream = (await stage.upstream()).always(chatAnswer('from far'));
  const proxy = await startProxy(stage);
  const sluice = await stage.sluice(
    {
      providers: { a: provider(`http://far.test:${upstream.port}/v1`) },
    },
    { env: { http_proxy: proxy.url } },
  );
  const got = await chat(sluice, question('a/m1'));
  assert.equal(got.status, 200, got.text);
  assert.equal(proxy.asked.length, 1);
  assert.equal(upstream.requests[0].path, '/v1/chat/completions');
  assert.equal(upstream.requests[0].headers.host, `far.test:${upstream.port}`);
});

scenario('a name and a password for the proxy go to the proxy alone', async (stage) => {
  const certificate = makeCertificate(stage, ['DNS:far.test']);
  const upstream = (await stage.upstream({ tls: certificate })).always(chatAnswer());
  const proxy = await startProxy(stage);
  const sluice = await stage.sluice(
    {
      server: oneLoop,
      upstream: { ca_file: certificate.certFile },
      providers: { a: provider(`https://far.test:${upstream.port}/v1`) },
    },
    { env: { HTTPS_PROXY: proxy.url.replace('//', '//me:p%40ss@') } },
  );
  assert.equal((await chat(sluice, question('a/m1'))).status, 200);
  const basic = Buffer.from('me:p@ss').toString('base64');
  assert.equal(proxy.asked[0].authorization, `Basic ${basic}`);
  assert.equal(upstream.requests[0].headers['proxy-authorization'], undefined);
  await sluice.stop();
  assert.ok(!`${sluice.stdout}${sluice.stderr}`.includes('p%40ss'));
});

for (const [what, host, exception] of [
  ['an address', '127.0.0.1', '127.0.0.1'],
  ['a name', 'localhost', 'example.org, localhost'],
  ['a star', '127.0.0.1', '*'],
]) {
  scenario(`NO_PROXY with ${what} goes past the proxy`, async (stage) => {
    const upstream = (await stage.upstream()).always(chatAnswer());
    const proxy = await startProxy(stage);
    const sluice = await stage.sluice(
      {
        providers: { a: provider(`http://${host}:${upstream.port}/v1`) },
      },
      { env: { http_proxy: proxy.url, HTTPS_PROXY: proxy.url, NO_PROXY: exception } },
    );
    assert.equal((await chat(sluice, question('a/m1'))).status, 200);
    assert.equal(proxy.asked.length, 0);
  });
}

scenario('a proxy that refuses is an upstream that cannot be reached', async (stage) => {
  const proxy = await startProxy(stage);
  proxy.refuseWith = '407 Proxy Authentication Required';
  const sluice = await stage.sluice(
    {
      attempts: oneAttempt,
      providers: { a: provider('https://far.test:443/v1') },
    },
    { env: { HTTPS_PROXY: proxy.url } },
  );
  assertError(await chat(sluice, question('a/m1')), 502, { message: /proxy/i });
});

scenario('a connection through the proxy is reused, too', async (stage) => {
  const certificate = makeCertificate(stage, ['DNS:far.test']);
  const upstream = (await stage.upstream({ tls: certificate })).always(chatAnswer());
  const proxy = await startProxy(stage);
  const sluice = await stage.sluice(
    {
      server: oneLoop,
      upstream: { ca_file: certificate.certFile },
      providers: { a: provider(`https://far.test:${upstream.port}/v1`) },
    },
    { env: { HTTPS_PROXY: proxy.url } },
  );
  for (let turn = 0; turn < 5; turn += 1) await chat(sluice, question('a/m1'));
  assert.equal(upstream.connections, 1);
  assert.equal(proxy.asked.length, 1);
});
