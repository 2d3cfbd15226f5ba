// One task for a coding agent: it reads a file, writes another one, says that it is done. The
// turns of the model are written down here, the files are real.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { handsIn } from './agents.js';

export const task = 'Read notes.txt and write it in capitals to loud.txt.';
export const notes = 'milk, "eggs"\nand a \\ of bread – für alle';
const loud = notes.toUpperCase();
export const work = [
  {
    thought: 'First the notes. ',
    text: 'I read it. ',
    calls: [{ name: 'read_file', args: { path: 'notes.txt' } }],
  },
  { calls: [{ name: 'write_file', args: { path: 'loud.txt', content: loud }, id: 'call_2' }] },
  { text: 'It is done.' },
];
/** The calls in it: [[name, args], ...]. */
export const calls = work.flatMap((turn) =>
  (turn.calls ?? []).map(({ name, args }) => [name, args]),
);

/** Lets an agent work in a directory of its own, and looks whether the work is done. */
export async function inDirectory(body) {
  const directory = await mkdtemp(path.join(tmpdir(), 'sluice-agent-'));
  try {
    await writeFile(path.join(directory, 'notes.txt'), notes);
    await body(handsIn(directory));
    assert.equal(await readFile(path.join(directory, 'loud.txt'), 'utf8'), loud);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** The loop: `ask(answer, results)` sends the next turn and gives its answer. */
export async function loop(hands, ask) {
  const said = [];
  let answer = await ask();
  for (let turn = 0; turn < 5; ++turn) {
    said.push(answer);
    if (!answer.calls.length) return said;
    const results = await Promise.all(
      answer.calls.map(({ name, args }) => hands[name](JSON.parse(args))),
    );
    answer = await ask(answer, results);
  }
  throw new Error('it does not come to an end');
}
