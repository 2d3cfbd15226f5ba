// Whose plugins are opened: signatures, floors, directories that others write to; and enabling and
// disabling them in the operator's own file.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { question } from './support/chat.js';
import { chat, request } from './support/client.js';
import { virtual } from './support/config.js';
import { scenario } from './support/scenario.js';
import { binary, pluginDirectory, run } from './support/sluice.js';
import { builds } from './support/swapped.js';

const token = 'at-1';
const auth = { admin_token: token };

/** Its own plugins' directory with the shipped plugins, some of them under other names. */
async function installation(stage, plugins = ['openai', 'demo', 'priority']) {
  const work = await stage.work({});
  const directory = path.join(work.directory, 'plugins');
  mkdirSync(directory, { mode: 0o755 });
  const file = (name) => path.join(directory, `${name}.so`);
  for (const name of plugins) copyFileSync(path.join(pluginDirectory, `${name}.so`), file(name));
  const sluice = (...args) => run(args, { cwd: work.directory });
  const plugin = (...args) => sluice('plugins', ...args);
  const keygen = async (name) => {
    const got = await plugin('keygen', '--out', name);
    assert.equal(got.code, 0, got.stderr);
    return got.stdout.trim();
  };
  const sign = async (key, ...names) => {
    for (const name of names) {
      const got = await plugin('sign', '--key', key, file(name));
      assert.equal(got.code, 0, got.stderr);
    }
  };
  const check = async (trust, enable = plugins, more = {}) => {
    await work.write({ plugins: { directory, enable, trust }, ...more });
    return sluice('check', '--config', work.file);
  };
  return { work, directory, file, plugin, keygen, sign, check };
}

const virtualModels = { virtual_models: { vm: virtual('demo/echo') } };

scenario('what a trusted publisher has signed is opened, and serves', async (stage) => {
  const { directory, keygen, sign, file, plugin } = await installation(stage);
  const acme = await keygen('acme.pem');
  assert.match(acme, /^ed25519:[A-Za-z0-9+/]{43}=$/);
  await sign('acme.pem', 'openai', 'demo', 'priority');
  const verified = await plugin('verify', '--key', acme, file('demo'));
  assert.equal(verified.code, 0, verified.stderr);
  assert.match(verified.stdout, /trusted +yes/);
  const trust = { publishers: { acme }, require: true };
  const sluice = await stage.sluice(
    { plugins: { directory, enable: ['openai', 'demo', 'priority'], trust }, ...virtualModels },
    { args: ['--strict'] },
  );
  assert.equal((await chat(sluice, question('vm'))).status, 200);
});

scenario('the private key is for its owner alone, and is never overwritten', async (stage) => {
  const { work, keygen, plugin } = await installation(stage, []);
  await keygen('acme.pem');
  const file = path.join(work.directory, 'acme.pem');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const before = readFileSync(file, 'utf8');
  const again = await plugin('keygen', '--out', 'acme.pem');
  assert.equal(again.code, 1);
  assert.match(again.stderr, /acme\.pem.*not overwritten/);
  assert.equal(readFileSync(file, 'utf8'), before);
  const secret = before.split('\n')[1];
  assert.ok(!(again.stdout + again.stderr).includes(secret));
});

scenario('keys that openssl made will do', async (stage) => {
  const { work, sign, file, plugin, check } = await installation(stage, ['demo']);
  const openssl = (...args) => spawnSync('openssl', args, { cwd: work.directory });
  assert.equal(openssl('genpkey', '-algorithm', 'ed25519', '-out', 'o.pem').status, 0);
  await sign('o.pem', 'demo');
  const der = openssl('pkey', '-in', 'o.pem', '-pubout', '-outform', 'DER').stdout;
  const key = `ed25519:${der.subarray(-32).toString('base64')}`;
  const got = await plugin('verify', '--key', key, file('demo'));
  assert.equal(got.code, 0, got.stderr);
  assert.equal((await check({ publishers: { o: key }, require: true })).code, 0);
});

scenario('where signatures are asked for, all else is refused with a line each', async (stage) => {
  const { keygen, sign, file, check } = await installation(stage, ['openai', 'demo', 'priority']);
  const acme = await keygen('acme.pem');
  const stranger = await keygen('stranger.pem');
  await sign('acme.pem', 'openai');
  await sign('stranger.pem', 'priority');
  const got = await check({ publishers: { acme }, require: true });
  assert.equal(got.code, 1);
  const lines = got.stderr.split('\n');
  const about = (name) => lines.filter((line) => line.includes(`${file(name)}: `));
  assert.equal(about('openai').length, 0, got.stderr);
  assert.equal(about('demo').length, 1, got.stderr);
  assert.match(about('demo')[0], /is not signed/);
  assert.equal(about('priority').length, 1, got.stderr);
  assert.ok(about('priority')[0].includes(stranger), got.stderr);
});

scenario('a file that was changed after it was signed is refused', async (stage) => {
  const { keygen, sign, file, check, plugin } = await installation(stage, ['demo']);
  const acme = await keygen('acme.pem');
  await sign('acme.pem', 'demo');
  const bytes = readFileSync(file('demo'));
  bytes[bytes.length - 1] ^= 1;
  writeFileSync(file('demo'), bytes);
  for (const trust of [{ publishers: { acme }, require: true }, { publishers: { acme } }, {}]) {
    const got = await check(trust);
    assert.equal(got.code, 1);
    assert.match(got.stderr, /demo\.so: its signature demo\.so\.sig is for another content/);
  }
  const verified = await plugin('verify', '--key', acme, file('demo'));
  assert.equal(verified.code, 1);
  assert.match(verified.stdout, /trusted +no/);
});

scenario('a signature that was changed is refused, whatever is asked for', async (stage) => {
  const { keygen, sign, file, check } = await installation(stage, ['demo']);
  const acme = await keygen('acme.pem');
  await sign('acme.pem', 'demo');
  const signature = readFileSync(`${file('demo')}.sig`, 'utf8');
  writeFileSync(`${file('demo')}.sig`, signature.replace(/^version: .*$/m, 'version: 99.0.0'));
  for (const require of [true, false]) {
    const got = await check({ publishers: { acme }, require });
    assert.equal(got.code, 1);
    assert.match(got.stderr, /demo\.so: its signature demo\.so\.sig is not genuine/);
  }
});

scenario('one file’s signature does not serve another', async (stage) => {
  const { keygen, sign, file, check } = await installation(stage, ['demo', 'priority']);
  const acme = await keygen('acme.pem');
  await sign('acme.pem', 'demo', 'priority');
  copyFileSync(`${file('demo')}.sig`, `${file('priority')}.sig`);
  const got = await check({ publishers: { acme }, require: true });
  assert.equal(got.code, 1);
  assert.match(got.stderr, /priority\.so: its signature .* is for another content/);
});

scenario('a pin is the operator’s own word', async (stage) => {
  const { file, check } = await installation(stage, ['demo']);
  const hash = spawnSync('sha256sum', [file('demo')], { encoding: 'utf8' }).stdout.slice(0, 64);
  const got = await check({ require: true }, [{ file: 'demo', sha256: hash }]);
  assert.equal(got.code, 0, got.stderr);
});

scenario('verify and the gateway are of one mind on pins and floors', async (stage) => {
  const { work, file, check, plugin } = await installation(stage, ['demo']);
  const hash = spawnSync('sha256sum', [file('demo')], { encoding: 'utf8' }).stdout.slice(0, 64);
  const pin = [{ file: 'demo', sha256: hash }];
  const verify = () => plugin('verify', '--config', work.file, file('demo'));
  const floor = { minimum_versions: { 'sluice.demo': '9.1.0' } };
  assert.equal((await check(floor, pin)).code, 1);
  const low = await verify();
  assert.equal(low.code, 1);
  assert.match(low.stdout, /trusted +no/);
  assert.match(low.stderr, /demo\.so has version .*at least 9\.1\.0 of sluice\.demo/);

  writeFileSync(`${file('demo')}.sig`, 'no signature');
  assert.equal((await check({}, pin)).code, 0);
  const broken = await verify();
  assert.equal(broken.code, 0, broken.stderr);
  assert.match(broken.stdout, /trusted +yes, pinned/);
  assert.match(broken.stderr, /^not judged: who can write to the file and its directories$/m);
});

scenario('what a plugin says of its own hash is not signed', async (stage) => {
  const { file, keygen, plugin } = await installation(stage, []);
  await keygen('acme.pem');
  copyFileSync(path.join(builds, 'forges.so'), file('forges'));
  const got = await plugin('sign', '--key', 'acme.pem', file('forges'));
  assert.equal(got.code, 1, got.stdout);
  assert.match(got.stderr, /forges\.so: has the SHA-256 [0-9a-f]{64}, but said f{64} of itself/);
  assert.ok(!existsSync(`${file('forges')}.sig`));
});

scenario('a version under the floor is refused, signed or not', async (stage) => {
  const { keygen, sign, check } = await installation(stage, ['demo']);
  const acme = await keygen('acme.pem');
  const trust = { publishers: { acme }, minimum_versions: { 'sluice.demo': '9.1.0' } };
  const words = /demo\.so: has version \d+\.\d+\.\d+, .*at least 9\.1\.0 of sluice\.demo/;
  const unsigned = await check(trust);
  assert.equal(unsigned.code, 1);
  assert.match(unsigned.stderr, words);
  await sign('acme.pem', 'demo');
  assert.match((await check({ ...trust, require: true })).stderr, words);
  trust.minimum_versions['sluice.demo'] = '0.0.1';
  assert.equal((await check({ ...trust, require: true })).code, 0);
});

scenario('a directory that others write to is not opened', async (stage) => {
  const { directory, check } = await installation(stage, ['demo']);
  for (const [mode, fix] of [[0o777, 'go-w'], [0o757, 'o-w'], [0o1777, 'go-w']]) {
    chmodSync(directory, mode);
    const got = await check({});
    assert.equal(got.code, 1);
    assert.ok(got.stderr.includes(`chmod ${fix} ${directory}`), got.stderr);
  }
  chmodSync(directory, 0o755);
  assert.equal((await check({})).code, 0);
});

scenario('nor is a file that others write to, or that is a stranger’s', async (stage) => {
  const { work, file, check, plugin } = await installation(stage, ['demo']);
  chmodSync(file('demo'), 0o646);
  const got = await check({});
  assert.equal(got.code, 1);
  assert.ok(got.stderr.includes(`chmod o-w ${file('demo')}`), got.stderr);
  const listed = await plugin('list', '--config', work.file);
  assert.match(listed.stdout, /demo.*unusable: .*chmod o-w/);
  chmodSync(file('demo'), 0o644);
  if (process.getuid() !== 0) return;
  chownSync(file('demo'), 54321, 54321);
  assert.match((await check({})).stderr, /demo\.so belongs to user 54321/);
});

/** Runs a command where two accounts have the group `sharer` as their own; null: not possible here. */
function withSharedGroup(work, command) {
  const [passwd, group] = ['passwd', 'group'].map((name) => path.join(work.directory, name));
  const base = readFileSync('/etc/passwd', 'utf8');
  writeFileSync(group, `${readFileSync('/etc/group', 'utf8')}sharer:x:54321:\n`);
  const line = (name, id) => `${name}:x:${id}:54321::/:/bin/false\n`;
  const got = {};
  for (const [who, more] of Object.entries({ alone: '', shared: line('other', 54322) })) {
    writeFileSync(passwd, base + line('sharer', 54321) + more);
    const mounts = `mount --bind ${passwd} /etc/passwd && mount --bind ${group} /etc/group`;
    const script = `(${mounts}) 2>/dev/null || exit 99; exec setpriv --reuid 54321 --regid 54321 --clear-groups "$@"`;
    const args = ['-m', 'sh', '-c', script, 'sh', ...command];
    got[who] = spawnSync('unshare', args, { encoding: 'utf8', cwd: work.directory });
    if (got[who].error || got[who].status === 99) return null;
  }
  return got;
}

scenario('a group is not its owner’s own if another account has it', async (stage, t) => {
  if (process.getuid() !== 0) return t.skip('only root gives files away');
  const { work, directory, file, check } = await installation(stage, ['demo']);
  await check({});
  for (const name of [work.directory, directory, file('demo'), work.file]) {
    chownSync(name, 54321, 54321);
  }
  chmodSync(directory, 0o775);
  const got = withSharedGroup(work, [binary, 'plugins', 'list', '--config', work.file]);
  if (got === null) return t.skip('no mounts can be made here');
  assert.match(got.alone.stdout, /^demo .* enabled$/m, got.alone.stderr);
  assert.match(got.shared.stdout, /^demo .*unusable: .* can be written to by its group/m);
});

const operators = (directory) => `# The gateway of the third floor.
server: {listen: "127.0.0.1:0"}
auth: {admin_token: ${token}}
plugins:
  directory: ${directory}
  enable:
    - openai   # for everything
    - demo     # to try it out
    - priority
providers:
  demo: {component: demo}
`;

scenario('plugins are disabled and enabled while the gateway runs', async (stage) => {
  const { directory, work, plugin } = await installation(stage);
  const text = operators(directory);
  writeFileSync(work.file, text);
  const sluice = await stage.sluice(text);
  const reload = () =>
    request(sluice, '/admin/reload', {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });
  const at = ['--config', sluice.work.file];
  chmodSync(sluice.work.file, 0o640);
  const off = await plugin('disable', 'openai', ...at);
  assert.equal(off.code, 0, off.stderr);
  assert.match(off.stdout + off.stderr, /SIGHUP|\/admin\/reload/);
  const without = readFileSync(sluice.work.file, 'utf8');
  assert.equal(without, text.replace('    - openai   # for everything\n', ''));
  assert.equal(statSync(sluice.work.file).mode & 0o777, 0o640);
  assert.equal((await reload()).status, 200);
  assert.equal((await chat(sluice, question('demo/echo'))).status, 200);

  const on = await plugin('enable', 'openai', ...at);
  assert.equal(on.code, 0, on.stderr);
  assert.equal(
    readFileSync(sluice.work.file, 'utf8'),
    without.replace('    - priority\n', '    - priority\n    - openai\n'),
  );
  assert.equal((await reload()).status, 200);
  const again = await plugin('enable', 'openai', ...at);
  assert.equal(again.code, 0);
  assert.match(again.stdout, /openai is enabled already/);
  assert.match((await plugin('disable', 'none', ...at)).stdout, /none is not enabled/);
});

scenario('what is needed is not disabled, and who needs it is named', async (stage) => {
  const { directory, work, plugin } = await installation(stage);
  const text = `${operators(directory)}virtual_models:\n  vm: {targets: [demo/echo]}\n`;
  writeFileSync(work.file, text);
  for (const [name, who] of [
    ['demo', /provider demo \(.*sluice\.yaml:11:3\) needs sluice\.demo/],
    ['priority', /virtual model vm \(.*sluice\.yaml:13:3\) needs sluice\.priority/],
  ]) {
    const got = await plugin('disable', name, '--config', work.file);
    assert.equal(got.code, 1);
    assert.match(got.stderr, who);
  }
  assert.equal(readFileSync(work.file, 'utf8'), text);
});

scenario('what cannot be used is not enabled', async (stage) => {
  const { directory, file, work, plugin } = await installation(stage, ['demo', 'priority']);
  writeFileSync(file('broken'), 'this is no library');
  copyFileSync(file('demo'), file('twin'));
  const text = operators(directory).replace('    - openai   # for everything\n', '');
  writeFileSync(work.file, text);
  for (const [name, why] of [
    ['broken', /broken\.so: cannot be opened/],
    ['brokn', /no such file; did you mean 'broken'/],
    ['../evil', /name/],
    ['twin', /sluice\.demo, which demo offers already/],
  ]) {
    const got = await plugin('enable', name, '--config', work.file);
    assert.equal(got.code, 1, got.stdout);
    assert.match(got.stderr, why);
  }
  assert.equal(readFileSync(work.file, 'utf8'), text);
  writeFileSync(work.file, `${text}bogus: 1\n`);
  const faulty = await plugin('disable', 'priority', '--config', work.file);
  assert.equal(faulty.code, 1);
  assert.match(faulty.stderr, /sluice\.yaml:11:1.*bogus/);
});

/** A plugin that says in `file` that its code has run, whoever opened it. */
function tattletale(directory, name, file) {
  const source = path.join(directory, `${name}.c`);
  writeFileSync(
    source,
    `#include <fcntl.h>
     #include <unistd.h>
     __attribute__((constructor)) static void run(void) { close(creat("${file}", 0600)); }`,
  );
  const out = path.join(directory, `${name}.so`);
  const built = spawnSync('cc', ['-shared', '-fPIC', source, '-o', out], { encoding: 'utf8' });
  assert.equal(built.status, 0, built.stderr);
}

scenario('no command runs the code of what is not trusted', async (stage) => {
  const { work, directory, file, plugin } = await installation(stage, ['demo']);
  const ran = path.join(work.directory, 'ran');
  tattletale(directory, 'evil', ran);
  const config = (enable, trust) =>
    work.write({ plugins: { directory, enable, trust }, providers: {} });
  const at = ['--config', work.file];
  const cases = [
    ['unsigned', { require: true }, () => {}],
    ['writable by others', {}, () => chmodSync(file('evil'), 0o666)],
  ];
  for (const [what, trust, prepare] of cases) {
    prepare();
    await config(['evil'], trust);
    const listed = await plugin('list', ...at);
    assert.match(listed.stdout, /^evil .*unusable: /m);
    assert.equal((await plugin('disable', 'evil', ...at)).code, 0, what);
    const on = await plugin('enable', 'evil', ...at);
    assert.equal(on.code, 0, on.stderr);
    assert.match(on.stderr, /warning: it will not be opened: .*evil\.so/);
    await config([], trust);
    assert.match((await plugin('list', ...at)).stdout, /^evil .*unusable: /m);
    assert.ok(!existsSync(ran), `${what}: its code has run`);
  }
  const hash = spawnSync('sha256sum', [file('demo')], { encoding: 'utf8' }).stdout.slice(0, 64);
  await config([{ file: 'demo', sha256: hash }, 'evil'], { require: true });
  const rows = JSON.parse((await plugin('list', '--json', ...at)).stdout);
  assert.equal(rows.find((row) => row.stem === 'demo').library.version, '0.1.0');
  chmodSync(file('evil'), 0o644);
  const [evil] = JSON.parse((await plugin('list', '--json', ...at)).stdout).filter(
    (row) => row.stem === 'evil',
  );
  assert.match(evil.sha256, /^[0-9a-f]{64}$/);
  assert.match(evil.error, /is not signed/);
  assert.equal(evil.library, undefined);
  await plugin('info', file('evil'));
  assert.ok(existsSync(ran), 'info opens what it is told to open');
});

scenario('enabling warns of what is not trusted', async (stage) => {
  const { directory, work, plugin } = await installation(stage, ['demo']);
  await work.write({
    plugins: { directory, enable: [], trust: { require: true } },
    providers: { demo: { component: 'demo', enabled: false } },
  });
  const got = await plugin('enable', 'demo', '--config', work.file);
  assert.equal(got.code, 0, got.stderr);
  assert.match(got.stderr, /warning: it will not be opened: .*is not signed/);
});

scenario('a list in an included file, behind a link, is changed there', async (stage) => {
  const { directory, work, plugin } = await installation(stage, ['demo', 'priority', 'openai']);
  const included = path.join(work.directory, 'real.yaml');
  const text = `plugins:\n  directory: ${directory}\n  enable: [demo]  # more\n`;
  writeFileSync(included, text);
  symlinkSync('real.yaml', path.join(work.directory, 'plugins.yaml'));
  const main = 'include: [plugins.yaml]\nserver: {listen: "127.0.0.1:0"}\n';
  writeFileSync(work.file, main);
  const on = await plugin('enable', 'priority', '--config', work.file);
  assert.equal(on.code, 0, on.stderr);
  assert.match(on.stdout, /plugins\.yaml/);
  assert.equal(readFileSync(included, 'utf8'), text.replace('[demo]', '[demo, priority]'));
  const off = await plugin('disable', 'demo', '--config', work.file);
  assert.equal(off.code, 0, off.stderr);
  assert.equal(readFileSync(included, 'utf8'), text.replace('[demo]', '[priority]'));
  assert.equal(readFileSync(work.file, 'utf8'), main);
});

scenario('without a file the answer says how to make one', async (stage) => {
  const { directory } = await stage.work(null);
  const got = await run(['plugins', 'enable', 'demo'], { cwd: directory });
  assert.equal(got.code, 1);
  assert.match(got.stderr, /sluice\.yaml/);
});

scenario('the nearest command is named at its level', async () => {
  const got = await run(['plugins', 'lst']);
  assert.equal(got.code, 2);
  assert.match(got.stderr, /did you mean 'sluice plugins list'\?/);
});

scenario('a file of variables that was named must be there', async (stage) => {
  const work = await stage.work({});
  const got = await run(['check', '--config', work.file, '--env-file', 'missing.env']);
  assert.equal(got.code, 1);
  assert.match(got.stderr, /missing\.env/);
  assert.equal((await run(['check', '--config', work.file])).code, 0);
});

scenario('plugins check runs the checker that lies beside the program', async (stage) => {
  const { directory } = await stage.work(null);
  const program = path.join(directory, 'sluice');
  copyFileSync(binary, program);
  const line = ['plugins', 'check', 'x.so', '--json', '--only', 'library.opens'];
  const checked = () =>
    spawnSync(program, line, { cwd: directory, encoding: 'utf8', env: { PATH: '/nonexistent' } });
  const missing = checked();
  assert.equal(missing.status, 1);
  assert.match(missing.stderr, /sluice-plugin-check is neither in .* nor in PATH/);
  const checker = path.join(directory, 'sluice-plugin-check');
  writeFileSync(checker, '#!/bin/sh\nprintf "%s|" "$@"\nexit 7\n', { mode: 0o755 });
  const found = checked();
  assert.equal(found.status, 7, found.stderr);
  assert.equal(found.stdout, 'x.so|--json|--only|library.opens|');
});
