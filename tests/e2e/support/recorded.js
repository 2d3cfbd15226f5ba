// The plugins' recorded exchanges, transcripts/*.txt: what an upstream answers, and what of it is
// told on. sluice/transcripts.hpp describes the files.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { answer, until } from './answers.js';
import * as eventStream from './event_stream.js';
import { root } from './sluice.js';

/** `line` from `at` on, as a JSON text if one stands there: [value, end]. */
function takeQuoted(line, at) {
  let end = at + 1;
  while (line[end] !== '"') end += line[end] === '\\' ? 2 : 1;
  return [JSON.parse(line.slice(at, end + 1)), end + 1];
}

/** A chunk's line: {kind, choice, fields, text, extra}. */
export function readLine(line) {
  const [head, kind, , choice = '0'] = /^(\w+)(\[(\d+)\])?/.exec(line);
  const chunk = { kind, choice: Number(choice), fields: {}, words: [], text: '', extra: {} };
  let at = head.length;
  while (at < line.length) {
    at += 1; // the blank
    if (line[at] === '"') [chunk.text, at] = takeQuoted(line, at);
    else if (line[at] === '{') {
      chunk.extra = JSON.parse(line.slice(at));
      at = line.length;
    } else {
      const [word, name, value] = /^([\w.-]+)(=?)/.exec(line.slice(at));
      at += word.length;
      if (!value) chunk.words.push(name);
      else if (line[at] === '"') [chunk.fields[name], at] = takeQuoted(line, at);
      else {
        const [plain] = /^[^ ]+/.exec(line.slice(at));
        chunk.fields[name] = /^\d+$/.test(plain) ? Number(plain) : plain;
        at += plain.length;
      }
    }
  }
  return chunk;
}

const noUsage = { input: 0, cache_read: 0, cache_write: 0, output: 0, reasoning: 0 };

/** What a client has to be told, by the chunks of the first choice. */
export function toldBy(lines) {
  const told = { text: '', reasoning: '', refusal: '', calls: [], finish: null };
  const all = lines.map(readLine);
  for (const { kind, fields, words, text } of all.filter(({ choice }) => choice === 0)) {
    if (kind === 'text' || kind === 'reasoning' || kind === 'refusal') told[kind] += text;
    if (kind === 'finish') [told.finish] = words;
    if (kind === 'usage') told.usage = { ...noUsage, ...fields };
    if (kind === 'tool_call') {
      const { index, id, name } = fields;
      told.calls[index] ??= { id, name, arguments: '' };
      told.calls[index].arguments += text;
    }
    if (kind === 'error') {
      told.error = { ...fields, code: words[0], retryable: words.includes('retryable'), text };
    }
  }
  const spoken = ['text', 'reasoning', 'refusal', 'tool_call'];
  told.begun = all.some((chunk) => spoken.includes(chunk.kind) && chunk.choice === 0);
  told.choices = 1 + Math.max(0, ...all.map(({ choice }) => choice));
  return told;
}

function parse(plugin, file) {
  const bytes = readFileSync(file).toString();
  const from = (mark) => bytes.indexOf(mark) + mark.length;
  const between = (start, end) => bytes.slice(from(start), bytes.indexOf(`\n${end}`) + 1);
  const [, op] = /^=== request ?(\w*)\n/.exec(bytes);
  const asked = bytes.slice(bytes.indexOf('\n') + 1, bytes.indexOf('=== answer'));
  const sent = between('=== answer\n', '=== chunks');
  const blank = /\n\r?\n/.exec(sent);
  const [line, ...fields] = sent.slice(0, blank.index).split(/\r?\n/);
  return {
    plugin,
    name: path.basename(file, '.txt'),
    op: op || (asked ? 'chat' : 'models'),
    asked: asked ? JSON.parse(asked) : undefined,
    status: Number(line.split(' ')[1]),
    headers: Object.fromEntries(fields.map((field) => field.split(/: */, 2))),
    body: sent.slice(blank.index + blank[0].length),
    told: toldBy(bytes.slice(from('=== chunks\n')).split('\n').filter(Boolean)),
  };
}

/** All recorded exchanges of a plugin. */
export function recordedBy(plugin) {
  const directory = path.join(root, 'plugins', plugin, 'transcripts');
  const files = readdirSync(directory).sort();
  return files.map((file) => parse(plugin, path.join(directory, file)));
}

/** The body in pieces of a frame each, as bytes. */
function framesOf({ body, asked, headers, status }) {
  if (!asked.stream || status !== 200) return [body];
  const type = headers['Content-Type'] ?? '';
  if (type.includes('ndjson')) return body.split(/(?<=\n)/);
  const blocks = body.split(/(?<=\r?\n\r?\n)(?!\r?\n)/);
  if (!type.includes('eventstream')) return blocks;
  return blocks.filter((block) => block.trim()).map(eventFrame);
}

function eventFrame(block) {
  const [, name, payload] = /^event: (.*)\ndata: (.*)\n/.exec(block);
  return name.startsWith('!')
    ? eventStream.exception(name.slice(1), payload)
    : eventStream.event(name, payload);
}

/**
 * The steps of the recorded answer. `heard`: it goes on with what tells of its failure when this
 * promise is fulfilled.
 */
export function replay(one, heard) {
  const frames = framesOf(one);
  const { status, headers } = one;
  if (heard) {
    const silent = /ended before|says? why/.test(one.told.error.text);
    const behind = /^\s*$|\[DONE\]|:event-type.{3}metadata/s; // what comes after the failure
    const last = frames.findLastIndex((frame) => !behind.test(frame));
    frames.splice(silent ? frames.length : last, 0, until(heard));
  }
  const framing = one.asked.stream && status === 200 ? 'chunked' : 'length';
  const { 'Content-Length': _, ...fields } = headers;
  return answer(frames.filter((frame) => frame.length !== 0), { status, headers: fields, framing });
}
