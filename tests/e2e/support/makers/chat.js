// OpenAI's chat completions, as an upstream speaks them.
import { json, sse } from '../answers.js';
import * as chat from '../chat.js';
import { provider } from '../config.js';
import { allTokens as all, callsOf, dataOf, halves, textOf, tokens, words } from './turns.js';

const chatUsage = {
  prompt_tokens: tokens.prompt,
  completion_tokens: tokens.completion,
  total_tokens: all,
  prompt_tokens_details: { cached_tokens: tokens.cached },
};

function chatStream(turn) {
  const piece = (fields) => chat.delta({ tool_calls: [fields] });
  const calls = callsOf(turn).flatMap(({ id, name, args }, index) => [
    piece({ index, id, type: 'function', function: { name, arguments: '' } }),
    ...halves(args).map((text) => piece({ index, function: { arguments: text } })),
  ]);
  const finish = turn.finish ?? (calls.length ? 'tool_calls' : 'stop');
  return sse([
    chat.role,
    ...words(turn.thought).map((text) => chat.delta({ reasoning_content: text })),
    ...words(turn.text).map(chat.word),
    ...calls,
    chat.delta({}, { finish }),
    { ...chat.usageChunk, usage: chatUsage },
    chat.done,
  ]);
}

function chatWhole(turn) {
  const calls = callsOf(turn).map(({ id, name, args }) => ({
    id,
    type: 'function',
    function: { name, arguments: args },
  }));
  const answer = chat.completion(turn.text ?? null, { usage: chatUsage });
  const [choice] = answer.choices;
  if (turn.thought) choice.message.reasoning_content = turn.thought;
  if (calls.length) choice.message.tool_calls = calls;
  choice.finish_reason = turn.finish ?? (calls.length ? 'tool_calls' : 'stop');
  return json(answer);
}

function heardByChat({ json: body }) {
  const system = [];
  const turns = [];
  for (const message of body.messages) {
    if (message.role === 'system' || message.role === 'developer') {
      system.push(textOf(message.content));
      continue;
    }
    const parts = Array.isArray(message.content) ? message.content : [];
    turns.push({
      role: message.role,
      text: textOf(message.content),
      images: parts.filter((part) => part.image_url).map((part) => dataOf(part.image_url.url)),
      calls: (message.tool_calls ?? []).map((call) => ({
        id: call.id,
        name: call.function.name,
        args: JSON.parse(call.function.arguments),
      })),
      result: message.role === 'tool' ? message.tool_call_id : undefined,
    });
  }
  const tools = (body.tools ?? []).map((tool) => tool.function);
  return {
    system,
    turns,
    tools: tools.map(({ name, description, parameters }) => ({ name, description, parameters })),
    schema: body.response_format?.json_schema?.schema,
    thinks: body.reasoning_effort !== undefined && body.reasoning_effort !== 'none',
  };
}

export default {
  model: 'gpt-5.2',
  provider: (upstream) => provider(upstream),
  stream: chatStream,
  whole: chatWhole,
  heard: heardByChat,
  fail: (status, message) => chat.fail(status, { message }),
  hello: () => [chat.role, chat.word('Hello ')],
};
