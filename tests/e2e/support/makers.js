// Upstreams of four makers, each with its own wire: what a model says is written once, as a turn
// {thought, text, calls: [{name, args, id}], finish}, and put into the wire's words, streamed or
// whole as the request asks. `heard` reads a request of any of the wires back into one form.
import { sse, until } from './answers.js';
import chat from './makers/chat.js';
import gemini from './makers/gemini.js';
import messages from './makers/messages.js';
import responses from './makers/responses.js';
export { tokens } from './makers/turns.js';

/**
 * The makers by the name of their wire. Each has: a `model` whose abilities the component knows by
 * its name, the `provider` that speaks it, `stream` and `whole` answers of a turn, errors (`fail`),
 * the beginning of a stream that says "Hello " (`hello`), and `heard`.
 */
export const makers = { chat, responses, messages, gemini };

export const plugins = { enable: ['openai', 'anthropic', 'gemini', 'demo', 'priority'] };

/**
 * The makers that a client of the dialect is to be tried with. The component of the Responses API
 * takes requests of other dialects to the same upstream's chat completions.
 */
export const makersFor = (dialect) =>
  Object.keys(makers).filter((maker) => maker !== 'responses' || dialect === 'responses');

const streamed = (request) => request.json?.stream === true || /stream/i.test(request.path);

/** A scripted answer: the turn, in the maker's wire, streamed or whole as it was asked for. */
export const speak = (maker, turn) => (request) =>
  streamed(request) ? makers[maker].stream(turn) : makers[maker].whole(turn);

/** A stream that has said "Hello " and then waits for `gate`, to break off when it opens. */
export const helloUntil = (maker, gate) => {
  const { hello, eol } = makers[maker];
  return sse([...hello(), until(gate)], { eol });
};

/** What a request of that maker's wire says: {system, turns, tools, schema, thinks}. */
export const heard = (maker, request) => makers[maker].heard(request);

/** The results of tools in it: [text, ...]; each answers the call of its place. */
export const resultsIn = (maker, request) =>
  heard(maker, request)
    .turns.filter(({ role }) => role === 'tool')
    .map(({ text }) => text);

/** The calls in it: [[name, args], ...]. */
export const callsIn = (maker, request) =>
  heard(maker, request).turns.flatMap(({ calls }) => calls.map(({ name, args }) => [name, args]));
