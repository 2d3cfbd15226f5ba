// OpenAI's official client, as the tests use it.
import OpenAI from 'openai';
import { slow } from './time.js';

/** One that asks once: what it sees is the first answer. */
export const openAiOf = (sluice, options = {}) =>
  new OpenAI({
    baseURL: `${sluice.url}/v1`,
    apiKey: 'anything',
    timeout: slow(20_000),
    maxRetries: 0,
    ...options,
  });
