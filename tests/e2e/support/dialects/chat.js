// A client of OpenAI's Chat Completions.
import { assertErrorObject } from '../expect.js';
import { must, urlOf } from '../neutral.js';
import { checker } from '../schema.js';

const check = checker('openai_chat.json');

function messagesOf(turn) {
  if (turn.said) return [turn.said.back];
  if (turn.results) {
    return turn.results.map(({ id, text }) => ({ role: 'tool', tool_call_id: id, content: text }));
  }
  const image = turn.image && { type: 'image_url', image_url: { url: urlOf(turn.image) } };
  const content = image ? [{ type: 'text', text: turn.user }, image] : turn.user;
  return [{ role: 'user', content }];
}

const toolOf = (tool) => ({ type: 'function', function: tool });

const usageOf = (usage) => {
  const cacheRead = usage.prompt_tokens_details?.cached_tokens ?? 0;
  const reasoning = usage.completion_tokens_details?.reasoning_tokens ?? 0;
  must(usage.total_tokens === usage.prompt_tokens + usage.completion_tokens, 'the total adds up');
  return {
    prompt: usage.prompt_tokens,
    cacheRead,
    completion: usage.completion_tokens,
    reasoning,
  };
};

function answerOf(message, finish, usage) {
  const calls = (message.tool_calls ?? []).map(({ id, function: made }) => ({
    id,
    name: made.name,
    arguments: JSON.parse(made.arguments),
  }));
  return {
    text: message.content ?? '',
    reasoning: message.reasoning_content ?? '',
    calls,
    finish,
    usage: usageOf(usage),
    back: message,
  };
}

/** Adds a delta to what was said before it, as the official client does. */
function addDelta(message, delta) {
  for (const [name, value] of Object.entries(delta)) {
    if (name === 'tool_calls') value.forEach((piece) => addCall(message, piece));
    else if (Array.isArray(value)) message[name] = [...(message[name] ?? []), ...value];
    else if (typeof value === 'string' && name !== 'role')
      message[name] = (message[name] ?? '') + value;
    else message[name] ??= value;
  }
}

function addCall(message, { index, id, type, function: piece, ...more }) {
  message.tool_calls ??= [];
  let call = message.tool_calls[index];
  if (!call) {
    must(index === message.tool_calls.length, 'indexes grow by one');
    must(id && type === 'function' && piece.name, 'a call begins with its id, type and name');
    call = message.tool_calls[index] = { id, type, function: { name: piece.name, arguments: '' } };
  } else must(!id && !type && !piece.name, 'id, type and name come once');
  call.function.arguments += piece.arguments ?? '';
  Object.assign(call, more);
}

/** The chunks of a stream, each by itself and in its place, put together. */
function gather(events, ended) {
  const message = {};
  let finish = null;
  let usage;
  let id;
  events.forEach((chunk, place) => {
    const ofFilters = !chunk.usage && chunk.choices.every((choice) => !choice.delta);
    check(ofFilters ? 'filterChunk' : 'chunk', chunk);
    if (ofFilters) return;
    id ??= chunk.id;
    must(chunk.id === id, 'one id holds throughout');
    must(!usage, 'usage is the last');
    if (chunk.usage) usage = chunk.usage;
    must(!chunk.usage || chunk.choices.length === 0, 'usage has a chunk of its own');
    for (const choice of chunk.choices) {
      must(choice.index === 0, 'one choice');
      const said = choice.delta;
      must(
        finish === null || Object.keys(said).length === 0,
        `chunk ${place} is behind the finish`,
      );
      must(!said.role || message.role === undefined, 'the role comes once');
      must(message.role || said.role || Object.keys(said).length === 0, 'the role comes first');
      addDelta(message, said);
      must(!choice.finish_reason || finish === null, 'one finish');
      finish ??= choice.finish_reason ?? null;
    }
  });
  must(!ended || (finish && usage), 'it is finished and counted');
  return { message, finish, usage };
}

function readEvents(text) {
  const blocks = text.split(/\r?\n\r?\n/).filter(Boolean);
  return blocks.map((block) => {
    must(/^data: .*$/.test(block), `an event of one line: ${JSON.stringify(block)}`);
    const data = block.slice(6);
    return data === '[DONE]' ? data : JSON.parse(data);
  });
}

export const chat = {
  name: 'chat',
  effort: 'reasoning_effort', // where it says how much to think
  image: 'messages[1].content[1].image_url.url', // and where a picture stands
  path: '/v1/chat/completions',
  body({ model, stream, system, turns, tools, choice, schema, thinks, limit, temperature, stop }) {
    return {
      model,
      messages: [{ role: 'system', content: system }, ...turns.flatMap(messagesOf)],
      max_completion_tokens: limit,
      temperature,
      stop,
      ...(stream && { stream, stream_options: { include_usage: true } }),
      ...(tools.length && { tools: tools.map(toolOf), tool_choice: choice }),
      ...(thinks && { reasoning_effort: 'medium' }),
      ...(schema && {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'city', schema, strict: true },
        },
      }),
    };
  },
  /** A whole answer. */
  read(body) {
    check('completion', body);
    const [choice] = body.choices;
    return answerOf(choice.message, choice.finish_reason, body.usage);
  },
  /** A stream that came to its end. */
  readStream(text) {
    const events = readEvents(text);
    must(events.at(-1) === '[DONE]', 'it ends with [DONE]');
    const { message, finish, usage } = gather(events.slice(0, -1), true);
    return answerOf(message, finish, usage);
  },
  /** A stream that tells that it failed: {text, message}. */
  readFailed(text) {
    const events = readEvents(text);
    const { error } = events.at(-1);
    assertErrorObject(error);
    check('error', events.at(-1));
    const { message } = gather(events.slice(0, -1), false);
    must(!events.includes('[DONE]'), 'no [DONE]');
    return { text: message.content ?? '', message: error.message };
  },
  /** An error: {message, type, code, param}, as far as the dialect has them. */
  readError(body) {
    check('error', body);
    assertErrorObject(body.error);
    return body.error;
  },
};
