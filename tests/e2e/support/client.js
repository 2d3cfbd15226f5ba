// Clients that show every byte: `request` speaks HTTP through node:http and says whether an answer
// was whole; `rawConnection` sends what it is told. The official client is used where its behaviour
// is the point.
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { within } from './time.js';

/**
 * One request on a connection of its own. Resolves at the answer's head with {status, headers} and
 * - text: a promise of the body, also of one that was cut off
 * - whole: a promise of whether the body came to its proper end
 * - firstBytes: a promise of the body once it has any bytes (or has ended)
 * - localPort, socketClosed: which connection it came on, and a promise of that one's end
 * - leave(): drops the connection.
 */
export function open(
  sluice,
  path,
  { method = 'GET', body, headers = {}, agent = false, ...tls } = {},
) {
  const bytes =
    body === undefined || typeof body === 'string' || Buffer.isBuffer(body)
      ? body
      : JSON.stringify(body);
  const fields = { ...(bytes !== undefined && { 'content-type': 'application/json' }), ...headers };
  if (bytes !== undefined) fields['content-length'] ??= Buffer.byteLength(bytes);
  const { request } = sluice.scheme === 'https' ? https : http;
  const { port } = sluice;
  const options = { host: '127.0.0.1', port, path, method, headers: fields, agent, ...tls };
  const sent = request(options);
  const answered = new Promise((resolve, reject) => {
    sent.on('response', (answer) => resolve(collect(sent, answer)));
    sent.on('error', reject);
  });
  sent.end(bytes);
  return Object.assign(answered, { leave: () => sent.destroy() });
}

function collect(sent, answer) {
  const pieces = [];
  let first;
  const firstBytes = new Promise((resolve) => {
    first = resolve;
  });
  const ended = new Promise((resolve) => {
    answer.on('data', (data) => {
      pieces.push(data);
      first();
    });
    answer.on('error', () => {});
    answer.on('close', () => {
      first();
      resolve();
    });
  });
  const read = () => Buffer.concat(pieces).toString();
  return {
    status: answer.statusCode,
    headers: answer.headers,
    stream: answer,
    firstBytes: firstBytes.then(read),
    text: ended.then(read),
    whole: ended.then(() => answer.complete),
    localPort: answer.socket.localPort,
    socketClosed: new Promise((resolve) => {
      answer.socket.once('close', resolve);
    }),
    leave: () => sent.destroy(),
  };
}

/** As open(), with the body read to its end: {status, headers, text, whole, json}. */
export async function request(sluice, path, options = {}) {
  const answer = await within(30_000, open(sluice, path, options), `an answer to ${path}`);
  const text = await within(30_000, answer.text, `the end of the answer to ${path}`);
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { ...answer, text, json, whole: await answer.whole };
}

export const chat = (sluice, body, options = {}) =>
  request(sluice, '/v1/chat/completions', { method: 'POST', body, ...options });

export const openChat = (sluice, body, options = {}) =>
  open(sluice, '/v1/chat/completions', { method: 'POST', body, ...options });

/** The data of each event of a stream: JSON where it is JSON, else the text. */
export function eventsOf(text) {
  return text
    .split(/\r\n\r\n|\n\n|\r\r/)
    .map((block) => block.split(/\r\n|\n|\r/).filter((line) => line.startsWith('data:')))
    .filter((lines) => lines.length)
    .map((lines) => lines.map((line) => line.slice(5).replace(/^ /, '')).join('\n'))
    .map((data) => {
      try {
        return JSON.parse(data);
      } catch {
        return data;
      }
    });
}

/** The words of a stream, put together. */
export const contentOf = (text) =>
  eventsOf(text)
    .map((item) => item.choices?.[0]?.delta?.content ?? '')
    .join('');

/** A connection that sends what it is told: send(), end(), until(probe), closed. */
export function rawConnection(sluice) {
  const socket = net.connect({ port: sluice.port, host: '127.0.0.1', noDelay: true });
  let received = Buffer.alloc(0);
  const watchers = new Set();
  const wake = () => [...watchers].forEach((watcher) => watcher());
  const connection = { socket, text: () => received.toString('latin1'), over: false };
  socket.on('data', (data) => {
    received = Buffer.concat([received, data]);
    wake();
  });
  socket.on('error', () => {});
  connection.closed = new Promise((resolve) => {
    socket.on('close', () => {
      connection.over = true;
      wake();
      resolve(connection.text());
    });
  });
  connection.send = (bytes) =>
    new Promise((resolve) => {
      socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes, resolve);
    });
  connection.end = () => socket.end();
  connection.until = (what, probe) => {
    let watcher;
    const waited = new Promise((resolve, reject) => {
      watcher = () => {
        const value = probe(connection.text());
        if (value) resolve(value);
        else if (connection.over) reject(new Error(`closed before ${what}: ${connection.text()}`));
      };
      watchers.add(watcher);
      watcher();
    });
    return within(30_000, waited, what).finally(() => watchers.delete(watcher));
  };
  connection.answers = (count) =>
    connection.until(`${count} answers`, (text) => {
      const found = answersIn(text);
      return found.length >= count ? found : null;
    });
  return connection;
}

/** The whole answers at the front of what a connection received: {status, headers, body}. */
export function answersIn(text) {
  const answers = [];
  let rest = text;
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) return answers;
    const [line, ...fields] = rest.slice(0, end).split('\r\n');
    const headers = Object.fromEntries(
      fields.map((field) => [
        field.split(':')[0].toLowerCase(),
        field.slice(field.indexOf(':') + 1).trim(),
      ]),
    );
    const status = Number(line.split(' ')[1]);
    const length = status < 200 ? 0 : Number(headers['content-length'] ?? 0);
    if (rest.length < end + 4 + length) return answers;
    answers.push({ status, headers, body: rest.slice(end + 4, end + 4 + length) });
    rest = rest.slice(end + 4 + length);
  }
}
