// What the matrix asks and answers, in the words of no dialect and no provider.
//
// A question: {model, stream, system, turns, tools, choice, schema, thinks, limit, temperature,
// stop, previous}. `previous` is the id of the answer that it goes on from, where that is stored;
// '': nothing, but this one is to be stored. A turn is one of
//   {user: text, image: {type, data} | {url}}
//   {said: an answer}
//   {results: [{id, text}]}, in the order of the calls
// An answer: {text, reasoning, signature, calls: [{id, name, arguments}], finish, usage}, where
// `finish` is stop, length, tool_calls or content_filter and `usage` has the buckets that do not overlap.
import assert from 'node:assert/strict';

export const must = (holds, what) => assert.ok(holds, what);

/** `value` is an object with all of `required`, and nothing but them and `optional`. */
export function members(value, where, required, optional = []) {
  must(value !== null && typeof value === 'object' && !Array.isArray(value), `${where}: an object`);
  for (const name of required) must(value[name] !== undefined, `${where}.${name} is there`);
  const known = [...required, ...optional];
  for (const name of Object.keys(value)) must(known.includes(name), `${where}.${name} is known`);
  return value;
}

/** A request of this line, with a JSON body and these headers. */
export function asked(request, path, headers = {}) {
  const seen = `${request.method} ${request.path}`;
  must(seen === `POST ${path}`, `${seen}, not POST ${path}`);
  must(request.json !== undefined, 'a JSON body');
  const wanted = { 'content-type': 'application/json', ...headers };
  for (const [name, value] of Object.entries(wanted)) {
    must(request.headers[name] === value, `${name}: ${request.headers[name]}, not ${value}`);
  }
}

/**
 * With a budget for thoughts, what Claude says and calls until the user has the word begins with one;
 * without, it holds none.
 */
export function assertThought(turns, thinks) {
  const since = turns.findLastIndex(({ user }) => user !== undefined);
  const said = turns.slice(since + 1).flatMap((turn) => turn.said ?? []);
  const called = said.some(({ calls }) => calls.length);
  if (thinks) must(!called || said[0].signature, 'a thought at the beginning of the turn');
  else must(!said.some(({ signature }) => signature), 'no thought in a turn without');
}

/** Texts of system messages as one. */
export const joined = (texts) => texts.join('\n');

/** {image: {type, data}} of a data URL, {image: {url}} of any other. */
export function imageOf(url) {
  const [, type, data] = /^data:([\w/+.-]+);base64,([\w+/=]+)$/.exec(url) ?? [];
  return { image: type ? { type, data } : { url } };
}

export const urlOf = (image) => image.url ?? `data:${image.type};base64,${image.data}`;

/** Text in pieces of a word each. */
export const words = (text) => (text ? text.split(/(?<= )/) : []);

/** Text cut into two pieces, neither of which is JSON by itself. */
export const halves = (text) => [text.slice(0, 4), text.slice(4)];

const whole = { cacheRead: 'input', cacheWrite: 'input', reasoning: 'output' };

/** Usage as a wire tells it that knows only the buckets `told`: the others are part of a larger one. */
export function toldUsage(usage, told) {
  const made = { ...usage };
  for (const [name, larger] of Object.entries(whole)) {
    if (told.includes(name)) continue;
    made[larger] += made[name];
    made[name] = 0;
  }
  return made;
}

export const promptOf = (usage) => usage.input + usage.cacheRead + usage.cacheWrite;
export const completionOf = (usage) => usage.output + usage.reasoning;
