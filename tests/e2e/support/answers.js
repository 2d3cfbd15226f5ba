// What a scripted upstream does with one request: a list of steps. A step is bytes to write (a
// string or a Buffer), a wait, or an ending. Lists may be nested. Without an ending the connection
// is kept for the next request. Nothing here opens a socket; upstream.js carries the steps out.

// Endings.
export const stall = { end: 'stall' }; // says nothing more, until the other side leaves
export const reset = { end: 'reset' }; // RST
export const close = { end: 'close' }; // an orderly end; with TLS, close_notify first
export const cut = { end: 'cut' }; // with TLS: the end of the connection without close_notify

// Waits.
export const delay = (ms) => ({ delay: ms });
export const until = (promise) => ({ until: promise });

const isBytes = (step) => typeof step === 'string' || Buffer.isBuffer(step);
const toBuffer = (step) => (Buffer.isBuffer(step) ? step : Buffer.from(step));
export const flatten = (steps) => [steps].flat(Infinity);

/** The bytes of a list of steps, without its waits and endings. */
export const bytesOf = (steps) => Buffer.concat(flatten(steps).filter(isBytes).map(toBuffer));

export function head(status, fields = {}, reason = 'Scripted') {
  const lines = Object.entries(fields).flatMap(([name, value]) =>
    [value].flat().map((one) => `${name}: ${one}\r\n`),
  );
  return `HTTP/1.1 ${status} ${reason}\r\n${lines.join('')}\r\n`;
}

export const chunk = (piece) => {
  const bytes = toBuffer(piece);
  return Buffer.concat([
    Buffer.from(`${bytes.length.toString(16)}\r\n`),
    bytes,
    Buffer.from('\r\n'),
  ]);
};
export const lastChunk = '0\r\n\r\n';

/**
 * A whole answer. `body`: bytes, or a list of pieces and waits. `framing`: `length` (one write of
 * head and body, if it has no waits), `chunked` (one chunk a piece) or `close`.
 */
export function answer(body, { status = 200, headers = {}, framing = 'length', reason } = {}) {
  const pieces = flatten(body);
  if (framing === 'length') {
    const fields = { 'content-length': bytesOf(pieces).length, ...headers };
    return joined([head(status, fields, reason), ...pieces]);
  }
  if (framing === 'close') {
    return [head(status, { connection: 'close', ...headers }, reason), ...pieces, close];
  }
  const chunks = pieces.map((step) => (isBytes(step) ? chunk(step) : step));
  return [
    head(status, { 'transfer-encoding': 'chunked', ...headers }, reason),
    ...chunks,
    lastChunk,
  ];
}

export function json(value, { headers = {}, ...options } = {}) {
  const text = typeof value === 'string' || Buffer.isBuffer(value) ? value : JSON.stringify(value);
  return answer(text, { headers: { 'content-type': 'application/json', ...headers }, ...options });
}

/** One server-sent event: an object (as JSON), a string (as it is), or {raw}: the block's bytes. */
export function event(payload, eol = '\n') {
  if (Buffer.isBuffer(payload)) return payload;
  if (payload?.raw !== undefined) return payload.raw;
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return `data: ${text}${eol}${eol}`;
}

const isStep = (item) =>
  item.end !== undefined || item.until !== undefined || item.delay !== undefined;

/** A stream of events; waits and endings may stand between them. */
export function sse(
  events,
  { gapMs = 0, eol = '\n', headers = {}, framing = 'chunked', ...options } = {},
) {
  const pieces = flatten(events).map((item) => (isStep(item) ? item : event(item, eol)));
  const spaced = gapMs ? pieces.flatMap((piece) => [piece, delay(gapMs)]) : pieces;
  const fields = { 'content-type': 'text/event-stream', ...headers };
  const steps = answer(spaced, { headers: fields, framing, ...options });
  const ending = steps.findIndex((step) => step.end);
  return ending < 0 ? steps : steps.slice(0, ending + 1);
}

/** Interim answers before the real one. */
export const informed = (statuses, steps) => [
  statuses.map((status) => head(status, status === 103 ? { link: '</x>; rel=preload' } : {})),
  steps,
];

/** The first `count` bytes only, then the ending. */
export function cutAfter(count, steps, ending = close) {
  const kept = [];
  let left = count;
  for (const step of flatten(steps)) {
    if (!isBytes(step)) {
      if (!step.end) kept.push(step);
      continue;
    }
    const bytes = toBuffer(step).subarray(0, left);
    kept.push(bytes);
    left -= bytes.length;
    if (left === 0) break;
  }
  return [...kept, ending];
}

/** Every byte in a write of its own, in pieces of `size` bytes. */
export function slowly(steps, size = 1) {
  return flatten(steps).flatMap((step) => {
    if (!isBytes(step)) return [step];
    const bytes = toBuffer(step);
    const pieces = [];
    for (let at = 0; at < bytes.length; at += size) {
      pieces.push(bytes.subarray(at, at + size), delay(0));
    }
    return pieces;
  });
}

function joined(steps) {
  return steps.every(isBytes) ? [bytesOf(steps)] : steps;
}
