import { fail } from '@dpone/sdk';
import { allows, type Registry } from '../registry.js';
import { MODELS, tried } from '../strategies.js';
import { variableOf, type Choice, type MatrixSettings } from './settings.js';

/** A way of data that is certified: where from, where to, and how it is loaded. */
export interface MatrixCase {
  readonly case_id: string;
  readonly pair_id: string;
  readonly source: string;
  readonly sink: string;
  readonly strategy: string;
}

/**
 * Every case that the installed plugins can carry: their sources and sinks, and of the strategies those that the pair
 * allows. A strategy that is added is in it once the square has a model of it, which a test asks for.
 */
export function casesOf({ sources, sinks, strategies }: Registry): readonly MatrixCase[] {
  const modes = [...strategies.keys()].filter((mode) => mode in MODELS);
  return [...sources].flatMap(([source, from]) =>
    [...sinks].flatMap(([sink, into]) =>
      modes
        .filter((mode) => tried(mode, source, sink) && allows(strategies.get(mode)!, from, into))
        .map((strategy): MatrixCase => {
          const pair = `${source}_to_${sink}`;
          return { case_id: `${pair}__${strategy}`, pair_id: pair, source, sink, strategy };
        }),
    ),
  );
}

/** The cases that are chosen. @throws DPONE_USAGE for a name that no case has, and where the names exclude each other. */
export function chosenOf(all: readonly MatrixCase[], chosen: MatrixSettings['chosen']): readonly MatrixCase[] {
  const choices = Object.keys(chosen) as Choice[];
  for (const choice of choices) {
    const known = new Set(all.map((one) => one[choice]));
    const stray = chosen[choice]?.find((name) => !known.has(name));
    if (stray !== undefined)
      throw fail('DPONE_USAGE', `No case has the ${choice.replace('_', ' ')} ${stray}.`, {
        where: variableOf(choice),
        remedy: `There are: ${[...known].slice(0, 40).join(', ')}.`,
      });
  }
  const found = all.filter((one) => choices.every((choice) => chosen[choice]?.includes(one[choice]) ?? true));
  if (found.length > 0) return found;
  throw fail('DPONE_USAGE', 'No case has all of what is chosen.', {
    where: choices
      .filter((choice) => chosen[choice] !== undefined)
      .map(variableOf)
      .join(', '),
  });
}
