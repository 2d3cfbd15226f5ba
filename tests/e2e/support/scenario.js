// One test on its stage: what it starts there is stopped at its end, in the right order, and when
// it fails the logs of every binary are printed. A test whose binary does not end well fails too.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sluice } from './sluice.js';
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
