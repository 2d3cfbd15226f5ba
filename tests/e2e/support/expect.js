// What every answer of Sluice's own has to look like.
import assert from 'node:assert/strict';

/** OpenAI's error envelope: `error` with exactly the four keys, of the right types. */
export function assertErrorObject(error, expected = {}) {
  assert.ok(error && typeof error === 'object', `an error object, not ${JSON.stringify(error)}`);
  for (const key of ['message', 'type', 'param', 'code']) {
    assert.ok(key in error, `error.${key} is there: ${JSON.stringify(error)}`);
  }
  assert.ok(error.message.length > 0, 'error.message says something');
  assert.equal(typeof error.type, 'string');
  for (const [key, value] of Object.entries(expected)) {
    if (value instanceof RegExp) assert.match(String(error[key]), value);
    else assert.equal(error[key], value, `error.${key} of ${JSON.stringify(error)}`);
  }
}

/** An error answer: status (one, or a list of those allowed), JSON, envelope, request id. */
export function assertError(answer, status, expected = {}) {
  assert.ok(
    [status].flat().includes(answer.status),
    `status ${answer.status}, not ${status}: ${answer.text}`,
  );
  assert.match(answer.headers['content-type'] ?? '', /^application\/json/);
  assertErrorObject(answer.json?.error, expected);
  assert.ok(answer.whole, 'the answer is whole');
}

/** The headers that say who gave an answer. */
export function assertGivenBy(answer, { provider, model, attempts }) {
  assert.match(answer.headers['x-sluice-request-id'] ?? '', /^[\w-]{6,}$/);
  assert.equal(answer.headers['x-sluice-provider'], provider);
  assert.equal(answer.headers['x-sluice-model'], model);
  if (attempts !== undefined) assert.equal(answer.headers['x-sluice-attempts'], String(attempts));
  assert.match(answer.headers['x-sluice-overhead-us'] ?? '', /^\d+$/);
}
