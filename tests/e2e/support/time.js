// Waiting without sleeping: every wait has an event it waits for and a limit after which it fails
// by name. SLUICE_E2E_SLOW multiplies all limits, for binaries that are built to be slow.
const factor = Number(process.env.SLUICE_E2E_SLOW ?? 1);

/** A time in milliseconds, on this machine with this build. */
export const slow = (ms) => Math.round(ms * factor);

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Lets everything that is ready run once. */
export const turn = () => new Promise((done) => setImmediate(done));

/** The promise's value, or an error that says what was waited for. */
export function within(ms, promise, what) {
  let timer;
  const limit = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error(`waited ${slow(ms)} ms for ${what}`)), slow(ms));
  });
  return Promise.race([promise, limit]).finally(() => clearTimeout(timer));
}

/** Asks again and again until `probe` gives something truthy, and returns that. */
export async function eventually(what, probe, ms = 20_000) {
  const end = Date.now() + slow(ms);
  for (;;) {
    const found = await probe();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${slow(ms)} ms for ${what}`);
    await pause(10);
  }
}

/** A promise that others open: `gate.open(value)`; `await gate`. */
export function makeGate() {
  let open;
  const gate = new Promise((done) => {
    open = done;
  });
  gate.open = open;
  return gate;
}
