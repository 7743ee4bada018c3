import { fail, typeName, type FinalizeStep, type LoadProgram } from '@dpone/sdk';
import type { SinkNames } from './names.js';
import type { SinkOptions } from './options.js';

/** The one thing that a program does to the topic. */
export function onlyStep(topic: string, program: LoadProgram): 'replace' | 'append' {
  const [step, ...more] = program.steps;
  if (step === undefined || more.length > 0)
    throw fail('DPONE_CAPABILITY', `a kafka sink carries out one step, not ${program.steps.length}`);
  if (step.op === 'replace_all') return 'replace';
  if (step.op === 'append' && step.unlessKey === undefined) return 'append';
  throw unable(topic, step);
}

function unable(topic: string, step: FinalizeStep): Error {
  const what = step.op === 'append' ? 'append rows by key (only_new_rows)' : step.op;
  return fail('DPONE_CAPABILITY', `a kafka sink cannot ${what}: messages of ${topic} are not matched`, {
    where: 'sink.strategy',
    remedy:
      'Use incremental_append with sink.options.key: of a compacted topic a newer message replaces the older ones of its key.',
  });
}

/** What the load does, a line each, for `dpone plan`. */
export function explainProgram(names: SinkNames, options: SinkOptions, program: LoadProgram): string[] {
  const { topic, ledger } = names;
  const how = onlyStep(topic, program);
  const columns = program.columns.map((c) => `${c.name} ${typeName(c.type)}`).join(', ');
  const make = program.changes.some((change) => change.kind === 'create_table');
  const key =
    options.key === undefined
      ? 'no key'
      : `key ${(Array.isArray(options.key) ? options.key : options.key.fields).join(', ')}`;
  const settings = Object.entries(options.topic_config).map(([name, value]) => `, ${name}=${value}`);
  return [
    `encode ${options.message_format} messages (${key}) into a file of this machine: ${columns}`,
    ...(make
      ? [
          `create topic ${topic} where it is absent: partitions=${options.partitions ?? 'default'}, replication=${options.replication_factor ?? 'default'}${settings.join('')}`,
        ]
      : []),
    `begin transaction ${names.loader}`,
    `produce to ${topic}, acks=all`,
    `produce receipt and state to ${ledger}`,
    'commit transaction',
    ...(how === 'replace' ? [`delete the records of ${topic} that were there before`] : []),
  ];
}
