// One test on its stage: what it starts there is stopped at its end, in the right order, and when
// it fails the logs of every binary are printed. A test whose binary does not end well fails too.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { provider } from './config.js';
import { Sluice, workDirectory } from './sluice.js';
import { slow } from './time.js';
import { Upstream } from './upstream.js';

export class Stage {
  sluices = [];
  #endings = [];

  /** A scripted upstream. */
  async upstream(options) {
    const upstream = await Upstream.start(options);
    return this.keep(upstream, async () => {
      await upstream.stop();
      assert.deepEqual(upstream.faults, [], 'requests at the upstream are faultless');
    });
  }

  async sluice(config, options) {
    const sluice = await Sluice.start(config, options);
    this.sluices.push(sluice);
    return sluice;
  }

  /** A directory with a configuration, for commands that do not serve. */
  async work(config) {
    const work = await workDirectory(config);
    return this.keep(work, work.remove);
  }

  /** Calls `ending` at the end of the test, after the binaries have stopped. */
  keep(thing, ending = () => thing.stop()) {
    this.#endings.push(ending);
    return thing;
  }

  async close() {
    const failures = [];
    const tried = (work) => work.catch((error) => failures.push(error));
    await Promise.all(this.sluices.map((sluice) => tried(sluice.stop())));
    for (const ending of this.#endings.reverse()) await tried(Promise.resolve().then(ending));
    if (failures.length) throw failures[0];
  }

  printLogs() {
    for (const sluice of this.sluices) console.error(sluice.logs());
  }
}

async function onStage(body, t) {
  const stage = new Stage();
  let failed = true;
  try {
    await body(stage, t);
    failed = stage.failed ?? false;
  } finally {
    try {
      await stage.close();
    } catch (error) {
      failed = true;
      throw error;
    } finally {
      if (failed) stage.printLogs();
    }
  }
}

/** A test with a stage of its own. */
export function scenario(name, body, options = {}) {
  test(name, { timeout: slow(120_000), ...options }, (t) => onStage(body, t));
}

/**
 * Many small tests on one stage, `concurrency` of them at a time. `prepare(stage)` gives what each
 * case's `body(prepared, case)` gets; a case is an object with a name.
 */
export function table(name, cases, prepare, body, { concurrency = 8 } = {}) {
  const play = async (stage, t) => {
    const prepared = await prepare(stage, cases);
    const one = (item) => async () => {
      try {
        await body(prepared, item);
      } catch (error) {
        stage.failed = true;
        throw error;
      }
    };
    await Promise.all(cases.map((item) => t.test(item.name, { timeout: slow(60_000) }, one(item))));
  };
  test(name, { timeout: slow(180_000), concurrency }, (t) => onStage(play, t));
}

/**
 * Collects small tests that share one binary: `add(name, body, more)`, then `run(title)` once. Each
 * has an upstream and a provider of its own; its body gets {sluice, upstream, model}, where `model`
 * names one at that provider. `more`: further keys of the provider.
 */
export function together(config = {}) {
  const cases = [];
  const add = (name, body, more = {}) => cases.push({ name, body, more, number: cases.length });
  const prepare = async (stage) => {
    const providers = { ...config.providers };
    for (const item of cases) {
      item.upstream = await stage.upstream();
      providers[`a${item.number}`] = provider(item.upstream, item.more);
    }
    return stage.sluice({ ...config, providers });
  };
  const play = (sluice, { body, upstream, number }) =>
    body({ sluice, upstream, model: `a${number}/m1`, name: `a${number}` });
  return { add, run: (title) => table(title, cases, prepare, play) };
}
