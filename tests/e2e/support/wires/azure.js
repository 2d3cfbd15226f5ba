// Azure OpenAI: Chat Completions at a deployment's address, with what the filters say of them.
import { event, json } from '../answers.js';
import { asked, must } from '../neutral.js';
import { chunkOf, events, readBody, told, whole } from './openai.js';

const fine = { hate: { filtered: false, severity: 'safe' } };
const filtered = { content_filter_results: fine };
const prompt = [{ prompt_index: 0, content_filter_results: fine }];

// The code is a number in quotes, and there is neither type nor param.
const refused = (status, message, headers = {}) =>
  json(
    { error: { code: `${status}`, message } },
    { status, headers: { 'apim-request-id': 'req_up', ...headers } },
  );

const withResults = (chunk) => ({
  ...chunk,
  choices: chunk.choices.map((choice) => ({ ...choice, ...filtered })),
});

export const azure = {
  component: 'azure',
  base: '',
  key: 'azure-key',
  settings: { deployments: { 'gpt-5.2': 'my-gpt-5.2' } },
  model: 'gpt-5.2',
  told,
  ids: true,
  fetches: true,
  filters: true,
  speaks: ['chat'],
  strict: true,
  streamType: 'text/event-stream',
  read(request) {
    const path = '/openai/deployments/my-gpt-5.2/chat/completions?api-version=2024-10-21';
    asked(request, path, { 'api-key': 'azure-key' });
    must(request.headers.authorization === undefined, 'no authorization');
    return { ...readBody(request.json), model: 'gpt-5.2' };
  },
  whole: (answer, { model }) =>
    json({ ...whole(answer, model, filtered), prompt_filter_results: prompt }),
  frames(answer, { model }) {
    const { said, ending } = events(answer, model);
    const first = {
      ...chunkOf('', {}),
      id: '',
      object: '',
      created: 0,
      choices: [],
      prompt_filter_results: prompt,
    };
    const late = {
      ...chunkOf('', {}),
      id: '',
      created: 0,
      choices: [
        { index: 0, finish_reason: null, content_filter_offsets: { start_offset: 0 }, ...filtered },
      ],
    };
    return {
      said: [first, ...said.map(withResults), late].map((one) => event(one)),
      ending: [...ending.map(withResults), '[DONE]'].map((one) => event(one)),
    };
  },
  trouble: () => [event({ error: { code: '500', message: 'The server had an error' } })],
  refusals: {
    rate: () => refused(429, 'Please retry after 31 seconds.', { 'retry-after': '31' }),
    key: () => refused(401, 'Access denied due to invalid subscription key'),
    long: () =>
      json(
        {
          error: {
            message: "This model's maximum context length is 128000 tokens.",
            type: 'invalid_request_error',
            param: 'messages',
            code: 'context_length_exceeded',
          },
        },
        { status: 400 },
      ),
    fire: () => refused(500, 'on fire'),
  },
};
