// A client of OpenAI's Responses API that keeps the conversation itself.
import { assertErrorObject } from '../expect.js';
import { must, urlOf } from '../neutral.js';
import { assertEvents, assertResponse, eventsOf } from '../responses.js';

function itemsOf(turn) {
  if (turn.said) return turn.said.back;
  if (turn.results) {
    return turn.results.map(({ id, text }) => ({
      type: 'function_call_output',
      call_id: id,
      output: text,
    }));
  }
  const image = turn.image && { type: 'input_image', detail: 'auto', image_url: urlOf(turn.image) };
  const text = { type: 'input_text', text: turn.user };
  return [{ role: 'user', content: image ? [text, image] : [text] }];
}

const toolOf = (tool) => ({ type: 'function', ...tool, strict: false });

const reasons = { max_output_tokens: 'length', content_filter: 'content_filter' };

function answerOf(response) {
  const said = { text: '', reasoning: '', calls: [] };
  for (const item of response.output) {
    if (item.type === 'reasoning') {
      const texts = [...item.summary, ...(item.content ?? [])];
      said.reasoning += texts.map(({ text }) => text).join('');
    } else if (item.type === 'function_call') {
      const { call_id: id, name, arguments: args } = item;
      said.calls.push({ id, name, arguments: JSON.parse(args) });
    } else said.text += item.content.map(({ text }) => text).join('');
  }
  must(response.usage, 'usage is told');
  const finish = said.calls.length ? 'tool_calls' : 'stop';
  return {
    id: response.id,
    ...said,
    finish: reasons[response.incomplete_details?.reason] ?? finish,
    usage: {
      prompt: response.usage.input_tokens,
      cacheRead: response.usage.input_tokens_details.cached_tokens,
      completion: response.usage.output_tokens,
      reasoning: response.usage.output_tokens_details.reasoning_tokens,
    },
    back: response.output,
  };
}

export const responses = {
  name: 'responses',
  keeps: true,
  effort: 'reasoning.effort', // where it says how much to think
  image: 'input[0].content[1].image_url', // and where a picture stands
  path: '/v1/responses',
  body({
    model,
    stream,
    system,
    turns,
    tools,
    choice,
    schema,
    thinks,
    limit,
    temperature,
    previous,
  }) {
    // What was said before is kept, where it goes on by an id.
    const last = turns.findLastIndex(({ said }) => said);
    const news = previous ? turns.slice(last + 1) : turns;
    return {
      model,
      instructions: system,
      input: news.flatMap(itemsOf),
      store: previous !== undefined,
      ...(previous && { previous_response_id: previous }),
      max_output_tokens: limit,
      temperature,
      ...(stream && { stream }),
      ...(tools.length && { tools: tools.map(toolOf), tool_choice: choice }),
      ...(thinks && {
        reasoning: { effort: 'medium', summary: 'auto' },
        include: ['reasoning.encrypted_content'],
      }),
      ...(schema && {
        text: { format: { type: 'json_schema', name: 'city', schema, strict: true } },
      }),
    };
  },
  read: (body) => answerOf(assertResponse(body)),
  readStream(text) {
    const response = assertEvents(eventsOf(text));
    must(['completed', 'incomplete'].includes(response.status), `it is ${response.status}`);
    return answerOf(response);
  },
  readFailed(text) {
    const events = eventsOf(text);
    const response = assertEvents(events);
    must(response.status === 'failed', `it is ${response.status}`);
    const deltas = events.filter(({ type }) => type === 'response.output_text.delta');
    return { text: deltas.map(({ delta }) => delta).join(''), message: response.error.message };
  },
  readError(body) {
    assertErrorObject(body.error);
    return body.error;
  },
};
