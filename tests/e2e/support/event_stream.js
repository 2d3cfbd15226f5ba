// Messages of application/vnd.amazon.eventstream, as an upstream sends them.
import { answer } from './answers.js';

const table = Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  return sum >>> 0;
});

export function crc32(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = (sum >>> 8) ^ table[(sum ^ byte) & 0xff];
  return (sum ^ 0xffffffff) >>> 0;
}

const u32 = (value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

function header(name, value) {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(value));
  const parts = [Buffer.from([name.length]), Buffer.from(name), Buffer.from([7])];
  return Buffer.concat([...parts, length, Buffer.from(value)]);
}

/** One message: `headers` by name, and its payload. */
export function message(headers, payload = '') {
  const block = Buffer.concat(Object.entries(headers).map(([name, value]) => header(name, value)));
  const body = Buffer.from(payload);
  const lengths = Buffer.concat([u32(16 + block.length + body.length), u32(block.length)]);
  const all = Buffer.concat([lengths, u32(crc32(lengths)), block, body]);
  return Buffer.concat([all, u32(crc32(all))]);
}

export const event = (type, payload) =>
  message({ ':event-type': type, ':message-type': 'event' }, payload);

export const exception = (type, payload) =>
  message({ ':exception-type': type, ':message-type': 'exception' }, payload);

/** An answer of such messages; waits and endings may stand between them. */
export const events = (messages, options = {}) =>
  answer(messages, {
    headers: { 'content-type': 'application/vnd.amazon.eventstream' },
    framing: 'chunked',
    ...options,
  });
