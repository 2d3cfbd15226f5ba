// A conversation that begins at one provider and goes on at another, as it does where a virtual model
// has several targets: what is signed goes to its maker alone, and everything else goes along.
import { Cell, prepareCells } from './support/cells.js';
import { called, inOslo, inRome, plain } from './support/exchange.js';
import { givesUpThinking, usageOfThought, useTools, weather, clock } from './support/exchange.js';
import { table } from './support/scenario.js';
import { dialects, wires } from './support/sides.js';

const pairs = dialects.flatMap((dialect) =>
  Object.entries(wires).flatMap(([from, before]) =>
    Object.entries(wires)
      .filter(([to]) => to !== from)
      .map(([to, after]) => ({ dialect, from, before, to, after })),
  ),
);
const thought = { reasoning: 'Let me look.', signature: 'c2lnbmVk+/A=', usage: usageOfThought };

// Calls without a thought behind them are another's to Claude, though nothing tells whose.
const all = pairs.flatMap((pair) => {
  const also = givesUpThinking({ wire: pair.after }, { wire: pair.before });
  return [{ ...pair, thought }, ...(also ? [{ ...pair, thought: {} }] : [])];
});
const moves = all.map(({ dialect, from, before, to, after, thought: behind }, at) => ({
  name: `${dialect.name} from ${from} to ${to}${behind.reasoning ? '' : ', without a thought'}`,
  thought: behind,
  before: new Cell(2 * at, 'first', from, before, dialect),
  after: new Cell(2 * at + 1, 'second', to, after, dialect),
}));

const prepare = (stage, cases) =>
  prepareCells(
    stage,
    cases.flatMap(({ before, after }) => [before, after]),
  );

const droppedBy = ({ wire, dialect }) => (wire.switches ? dialect.effort : undefined);

// A client's own words are sent as they came, without a report.
const droppedNext = (after, before) =>
  givesUpThinking(after, before) && after.wire.own !== after.dialect.name
    ? after.dialect.effort
    : droppedBy(after);

table('A conversation moves:', moves, prepare, async (_, { before, after, thought: behind }) => {
  const question = { ...plain, model: before.wire.model, tools: [weather, clock], thinks: true };
  await useTools(before, question, called([inOslo, inRome], behind), {
    dropped: droppedBy(before),
    next: after,
    droppedNext: droppedNext(after, before),
  });
});
