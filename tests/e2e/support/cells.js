// The cells of the matrix: each is a client's dialect at a provider in one situation. All of them
// share a gateway and an upstream; a cell has a provider entry and a path at the upstream of its own.
import { answer as steps, bytesOf, close, cutAfter, json, slowly, until } from './answers.js';
import { open, request } from './client.js';
import { must } from './neutral.js';
import { makeGate, within } from './time.js';
import { grant } from './token_server.js';

const token = 'ya29.upstream';

export class Cell {
  /** What came to the upstream: {question, request}, question after question. */
  seen = [];
  #faults = [];
  #play = null;

  constructor(number, situation, provider, wire, dialect) {
    Object.assign(this, { situation, provider, wire, dialect });
    this.prefix = `/c${number}`;
    this.entry = `${provider}-${number}`;
    this.name = `${dialect.name} at ${provider}: ${situation}`;
  }

  /** Its entry in the configuration. */
  entryAt(upstream, tokens) {
    const { component, base, key, keyAt, settings } = this.wire;
    return {
      component,
      base_url: `http://127.0.0.1:${upstream.port}${this.prefix}${base}`,
      keys: [key ?? keyAt(tokens, this.entry)],
      ...(settings && { settings }),
    };
  }

  /** The steps that answer a request at its path. */
  answer(request) {
    const path = request.path.slice(this.prefix.length);
    try {
      const question = this.wire.read({ ...request, path, signed: request });
      this.seen.push({ question, request });
      this.arrived?.open(request);
      return this.#play(question, { request: { ...request, path }, model: question.model });
    } catch (error) {
      this.#faults.push(error);
      return json({ error: { message: error.message } }, { status: 400 });
    }
  }

  // --- what the upstream does ---

  /** An answer, whole or streamed as the question wants it; `size`: in writes of so many bytes. */
  answers(neutral, { size = 0 } = {}) {
    this.#play = (question, asking) => {
      if (!question.stream) return this.wire.whole(neutral, asking);
      const { said, ending } = this.wire.frames(neutral, asking);
      const made = this.#streamed([...said, ...ending]);
      return size ? slowly(made, size) : made;
    };
  }

  refuses(why) {
    this.#play = () => this.wire.refusals[why]();
  }

  /** A stream that tells of a failure: at once, or `late`, when the client has heard its words. */
  breaks(neutral, { late }) {
    this.#play = (question, asking) => {
      const said = late ? this.wire.frames(neutral, asking).said : [];
      const trouble = this.wire.trouble({ ...asking, place: said.length });
      return this.#streamed([...said, ...(late ? [this.#heard()] : []), ...trouble]);
    };
  }

  /** A stream without its end in a body that is whole. */
  leavesOut(neutral) {
    this.#play = (question, asking) =>
      this.#streamed([...this.wire.frames(neutral, asking).said, this.#heard()]);
  }

  /** An answer whose connection ends after that part of what it says. */
  tears(neutral, part) {
    this.#play = (question, asking) => {
      const cutAt = (made, size) => cutAfter(Math.floor(size * part), made, close);
      if (!question.stream) {
        const made = this.wire.whole(neutral, asking);
        return cutAt(made, bytesOf(made).length);
      }
      const { said, ending } = this.wire.frames(neutral, asking);
      return cutAt(this.#streamed([...said, ...ending]), bytesOf(this.#streamed(said)).length);
    };
  }

  /** What is said, and then nothing more; `silent`: nothing at all. */
  hangs(neutral, { silent = false } = {}) {
    this.arrived = makeGate();
    this.#play = (question, asking) => {
      const { said } = this.wire.frames(neutral, asking);
      return silent ? [until(makeGate())] : this.#streamed([...said, until(makeGate())]);
    };
  }

  #heard() {
    this.heard = makeGate();
    return until(this.heard);
  }

  #streamed(frames) {
    return steps(frames, { headers: { 'content-type': this.wire.streamType }, framing: 'chunked' });
  }

  // --- what the client does ---

  #options(question) {
    const { body, headers } = this.dialect;
    const model = `${this.entry}/${question.model}`;
    return { method: 'POST', body: body({ ...question, model }), headers };
  }

  /** The answer as HTTP gives it. */
  async asks(question) {
    const got = await request(this.sluice, this.dialect.path, this.#options(question));
    if (this.#faults.length) throw this.#faults[0];
    return got;
  }

  opens(question) {
    return open(this.sluice, this.dialect.path, this.#options(question));
  }

  /** The body of a stream that waits to be heard. */
  async hears(question) {
    const got = await within(10_000, this.opens(question), 'the stream');
    must(got.status === 200, `status ${got.status}: ${got.status === 200 || (await got.text)}`);
    await within(10_000, got.firstBytes, 'its first words');
    this.heard.open();
    return within(10_000, got.text, 'its end');
  }

  /** The neutral form of a good answer. */
  reads(got, stream) {
    must(got.status === 200, `status ${got.status}: ${got.text}`);
    must(got.whole, 'the answer is whole');
    return stream ? this.dialect.readStream(got.text) : this.dialect.read(got.json);
  }
}

/** What became of the calls by the gateway's log, one after the other as it is written. */
function logOf(sluice) {
  const calls = new Map();
  let read = 0;
  const take = () => {
    const end = sluice.stderr.lastIndexOf('\n') + 1;
    for (const line of sluice.stderr.slice(read, end).split('\n').filter(Boolean)) {
      const entry = JSON.parse(line);
      if (entry.request_id) calls.set(entry.request_id, entry);
    }
    read = end;
  };
  return (id) =>
    sluice.waitFor(`the log of ${id}`, () => {
      take();
      return calls.get(id);
    });
}

/** Starts the gateway, the upstream and a token server for these cells. */
export async function prepareCells(stage, cells) {
  const upstream = await stage.upstream();
  const tokens = await stage.upstream();
  tokens.always(grant(tokens, token));
  const byPrefix = new Map(cells.map((cell) => [cell.prefix, cell]));
  upstream.always((request) => {
    const [prefix] = /^\/c\d+(?=\/)/.exec(request.path) ?? [];
    return byPrefix.get(prefix).answer(request);
  });
  const sluice = await stage.sluice({
    plugins: {
      enable: ['openai', 'azure', 'anthropic', 'gemini', 'ollama', 'bedrock', 'cohere', 'demo'],
    },
    providers: Object.fromEntries(
      cells.map((cell) => [cell.entry, cell.entryAt(upstream, tokens)]),
    ),
  });
  const log = logOf(sluice);
  for (const cell of cells) Object.assign(cell, { sluice, log });
}
