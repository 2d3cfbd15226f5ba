// A scripted upstream on a raw socket, so that a test decides on every byte of an answer. It reads
// requests strictly, records them, and carries out the steps of answers.js. What a request did
// wrong stands in `faults`, which a test's end expects to be empty.
import net from 'node:net';
import tls from 'node:tls';
import { flatten } from './answers.js';
import { pause, turn, within } from './time.js';

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Parses a request's head, without its blank line. Throws on what is not plain HTTP/1.1. */
export function parseRequestHead(text) {
  const [line, ...fields] = text.split('\r\n');
  const start = /^([A-Z]+) (\S+) HTTP\/1\.1$/.exec(line);
  if (!start) throw new Error(`request line: ${JSON.stringify(line)}`);
  const headers = {};
  for (const field of fields) {
    const colon = field.indexOf(':');
    const name = field.slice(0, Math.max(colon, 0));
    // eslint-disable-next-line no-control-regex
    if (!token.test(name) || /[\x00-\x08\n-\x1f\x7f]/.test(field)) {
      throw new Error(`field: ${JSON.stringify(field)}`);
    }
    const key = name.toLowerCase();
    if (headers[key] !== undefined) throw new Error(`field twice: ${name}`);
    headers[key] = field.slice(colon + 1).trim();
  }
  if (!headers.host) throw new Error('no Host');
  if (headers['content-length'] !== undefined) {
    if (headers['transfer-encoding'] !== undefined) throw new Error('both length and chunks');
    if (!/^\d+$/.test(headers['content-length'])) throw new Error('bad Content-Length');
  }
  return { method: start[1], path: start[2], headers };
}

/** Cuts a chunked body off the front of `bytes`: {body, used}, or null if it is not whole yet. */
export function takeChunked(bytes) {
  const pieces = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return null;
    const size = bytes.subarray(at, lineEnd).toString('latin1');
    if (!/^[0-9a-fA-F]+$/.test(size)) throw new Error(`chunk size: ${JSON.stringify(size)}`);
    const length = parseInt(size, 16);
    const end = lineEnd + 2 + length;
    if (bytes.length < end + 2) return null;
    if (bytes.subarray(end, end + 2).toString('latin1') !== '\r\n') throw new Error('chunk end');
    if (length === 0) return { body: Buffer.concat(pieces), used: end + 2 };
    pieces.push(bytes.subarray(lineEnd + 2, end));
    at = end + 2;
  }
}

// One accepted connection: requests out of its bytes, and when its other side left.
class Connection {
  constructor(socket, raw, number) {
    Object.assign(this, { socket, raw, number, left: false, bytes: Buffer.alloc(0) });
    this.gone = new Promise((resolve) => {
      const leave = () => {
        this.left = true;
        this.wake?.();
        resolve(Date.now());
      };
      socket.on('end', leave).on('close', leave).on('error', leave);
    });
    socket.on('data', (data) => {
      this.bytes = Buffer.concat([this.bytes, data]);
      this.wake?.();
    });
  }

  more() {
    if (this.left) return Promise.resolve();
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  /** The next request, or null when the other side has left. */
  async next() {
    let end;
    while ((end = this.bytes.indexOf('\r\n\r\n')) < 0) {
      if (this.left) return null;
      if (this.bytes.length && !/[A-Z]/.test(String.fromCharCode(this.bytes[0]))) {
        throw new Error('this is no HTTP');
      }
      await this.more();
    }
    const rawHead = this.bytes.subarray(0, end).toString('latin1');
    const request = { ...parseRequestHead(rawHead), rawHead, time: Date.now() };
    this.bytes = this.bytes.subarray(end + 4);
    request.body = await this.body(request.headers);
    if (request.body === null) return null;
    try {
      request.json = JSON.parse(request.body.toString());
    } catch {
      request.json = undefined;
    }
    return Object.assign(request, {
      connection: this.number,
      gone: this.gone,
      sent: 0,
      stuck: false,
    });
  }

  async body(headers) {
    const length = Number(headers['content-length'] ?? 0);
    for (;;) {
      let used = length;
      let body = this.bytes.length >= length ? this.bytes.subarray(0, length) : null;
      if (headers['transfer-encoding'] !== undefined) {
        const taken = takeChunked(this.bytes);
        body = taken?.body ?? null;
        used = taken?.used;
      }
      if (body) {
        this.bytes = this.bytes.subarray(used);
        return Buffer.from(body);
      }
      if (this.left) return null;
      await this.more();
    }
  }

  /** Carries out the steps; true if the connection stays for another request. */
  async play(steps, request) {
    for (const step of flatten(steps)) {
      if (this.left) return false;
      if (step.end) return this.finish(step.end);
      if (step.delay === 0) await turn();
      else if (step.delay) await Promise.race([pause(step.delay), this.gone]);
      else if (step.until) await Promise.race([step.until, this.gone]);
      else await this.write(step, request);
    }
    return !this.left;
  }

  async write(bytes, request) {
    request.sent += Buffer.byteLength(bytes);
    if (this.socket.write(bytes)) return;
    const drained = new Promise((resolve) => {
      this.socket.once('drain', resolve);
    });
    request.stuck = true;
    request.stuckAt = Date.now();
    await Promise.race([drained, this.gone]);
    request.stuck = false;
  }

  async finish(how) {
    if (how === 'stall') await this.gone;
    if (how === 'close') this.socket.end();
    if (how === 'reset') this.raw.resetAndDestroy();
    if (how === 'cut') {
      await new Promise((resolve) => {
        this.socket.write('', resolve);
      });
      this.raw.destroy();
    }
    return false;
  }
}

export class Upstream {
  requests = [];
  faults = [];
  connections = 0;
  #scripts = [];
  #otherwise = null;
  #open = new Set();
  #raws = new Map();
  #waiting = [];

  /** `tls`: {key, cert}, to serve TLS. */
  static async start({ tls: secure, ...options } = {}) {
    const upstream = new Upstream();
    const accept = (socket) => upstream.#serve(socket);
    upstream.server = secure
      ? tls.createServer({ ...secure, ...options }, accept)
      : net.createServer({ noDelay: true }, accept);
    upstream.server.on('connection', (raw) => upstream.#raws.set(raw.remotePort, raw));
    upstream.server.on('tlsClientError', () => {});
    await new Promise((resolve) => {
      upstream.server.listen(0, '127.0.0.1', resolve);
    });
    upstream.port = upstream.server.address().port;
    upstream.scheme = secure ? 'https' : 'http';
    return upstream;
  }

  get baseUrl() {
    return `${this.scheme}://127.0.0.1:${this.port}/v1`;
  }

  /** Answers to the next requests, one each: steps, or a function of the request to them. */
  next(...answers) {
    this.#scripts.push(...answers);
    return this;
  }

  /** The answer to every request for which next() has none. */
  always(answer) {
    this.#otherwise = answer;
    return this;
  }

  /** The request of that number, counted from 0, once it has come. */
  request(number, ms = 20_000) {
    const waited = new Promise((resolve) => {
      this.#waiting.push({ number, resolve });
      this.#tell();
    });
    return within(ms, waited, `request ${number} at the upstream (${this.requests.length} came)`);
  }

  async stop() {
    const closed = new Promise((resolve) => {
      this.server.close(resolve);
    });
    for (const socket of this.#open) socket.destroy();
    await closed;
  }

  #tell() {
    this.#waiting = this.#waiting.filter(({ number, resolve }) => {
      if (this.requests.length > number) resolve(this.requests[number]);
      return this.requests.length <= number;
    });
  }

  async #serve(socket) {
    const raw = this.#raws.get(socket.remotePort) ?? socket;
    const connection = new Connection(socket, raw, this.connections++);
    connection.servername = socket.servername;
    this.#open.add(socket);
    socket.on('close', () => {
      this.#open.delete(socket);
      this.#raws.delete(raw.remotePort);
    });
    try {
      while (await this.#answerOne(connection));
    } catch (error) {
      this.faults.push(error.message);
      socket.end('HTTP/1.1 400 Faulty\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    }
  }

  async #answerOne(connection) {
    const request = await connection.next();
    if (!request) return false;
    request.servername = connection.servername;
    this.requests.push(request);
    this.#tell();
    const script = this.#scripts.shift() ?? this.#otherwise;
    if (!script) throw new Error(`no answer is scripted for request ${this.requests.length - 1}`);
    const steps = typeof script === 'function' ? script(request) : script;
    return connection.play(await steps, request);
  }
}
