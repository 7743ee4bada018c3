import type { ProtocolStep } from '@dpone/engine';
import type { Column } from '@dpone/sdk';
import type { Row } from '@dpone/testkit';
import { sameRows } from '../matrix/values.js';
import type { OpenSystem } from '../matrix/system.js';
import type { TempProject } from '../support/temp-project.js';
import type { Action } from './actions.js';
import { expectNothingOpen } from './evidence.js';
import type { Loader } from './loader.js';
import { NOTE, Shop } from './shop.js';
import { show, sourceBlock } from './source.js';
import type { StrategyModel } from './strategies.js';
import type { Answer } from './worker.js';

/** What plays a story: one strategy on one sink. */
export interface Stage {
  readonly mode: string;
  readonly model: StrategyModel;
  readonly sink: OpenSystem;
  /** True where a reader of the target never sees half of a load. */
  readonly transactional: boolean;
  readonly project: TempProject;
  /** Unique in the run. */
  readonly table: string;
  readonly loaders: readonly [Loader, Loader];
  /** Told of each step at which a process was killed. */
  readonly killed: (at: ProtocolStep) => void;
}

/** Plays a story and holds the target against the model after every load. */
export async function play(stage: Stage, actions: readonly Action[]): Promise<void> {
  const player = new Player(stage);
  for (const [round, action] of actions.entries()) await player.act(action, round);
}

class Player {
  readonly #stage: Stage;
  readonly #shop = new Shop();
  #target: readonly Row[] = [];
  #clockMinutes = 0;
  /** True while a killed load may have taken effect or not. */
  #unknown = false;
  /** Changes that were shown and not loaded for certain. */
  #pending: Row[] = [];

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  async act(action: Action, round: number): Promise<void> {
    switch (action.kind) {
      case 'change':
        for (const row of action.rows) this.#shop.change(row, this.#unknown);
        return this.#show(round);
      case 'add_column':
        // A column that comes between a load and its recovery changes what the recovery finds; that is another test.
        if (this.#unknown || this.#shop.hasNote) return;
        this.#shop.hasNote = true;
        return this.#show(round);
      case 'clock':
        this.#clockMinutes += action.minutes;
        return;
      case 'load':
        return this.#passed([await this.#load(0, null)]);
      case 'kill':
        return this.#after(await this.#load(0, action.at));
      case 'crowd': {
        const [first, second] = await Promise.all([this.#load(0, action.at), this.#load(1, null)]);
        await this.#after(first, second);
      }
    }
  }

  async #show(round: number): Promise<void> {
    const { model, project, table } = this.#stage;
    await show(this.#shop, model, { project, story: table }, round);
    this.#pending.push(...this.#shop.fresh);
    this.#shop.fresh = [];
  }

  async #load(worker: 0 | 1, killAt: ProtocolStep | null): Promise<Answer | 'killed'> {
    const { project, loaders, mode, model, sink, table } = this.#stage;
    const block = sink.sink({ name: table });
    const manifest = {
      name: table,
      source: sourceBlock(model, table),
      sink: { ...block, strategy: { mode, ...model.options } },
    };
    const answer = await loaders[worker].load({
      project: project.path,
      manifest,
      killAt,
      clockMinutes: this.#clockMinutes,
    });
    if (answer === 'killed') this.#stage.killed(killAt!);
    return answer;
  }

  async #after(...answers: readonly (Answer | 'killed')[]): Promise<void> {
    const lived = answers.filter((answer) => answer !== 'killed');
    if (lived.length > 0) return this.#passed(lived, lived.length === answers.length);
    this.#unknown = true;
    if (!this.#stage.transactional) return;
    const before = await this.#differs(this.#target);
    if (before === undefined) return;
    const expected = this.#expected();
    const after = await this.#differs(expected);
    if (after !== undefined)
      throw new Error(`a killed load left neither what was there (${before}) nor what it loads (${after})`);
    this.#target = expected;
    this.#pending = [];
  }

  /** `settled`: no load was killed beside those that passed, and maybe after them. */
  async #passed(answers: readonly (Answer | 'killed')[], settled: boolean = true): Promise<void> {
    for (const answer of answers)
      if (answer === 'killed' || !answer.passed)
        throw new Error(`a load failed: ${answer === 'killed' ? answer : answer.errors.join('; ')}`);
    this.#target = this.#expected();
    this.#pending = [];
    this.#unknown = false;
    const wrong = await this.#differs(this.#target);
    if (wrong !== undefined) throw new Error(wrong);
    if (settled) expectNothingOpen(this.#stage.project, this.#stage.table);
  }

  #expected(): readonly Row[] {
    const { model } = this.#stage;
    const read = model.reads === 'rows' ? this.#shop.rows : this.#pending;
    return model.apply(this.#target, read, this.#shop.columns);
  }

  /** How the target differs from rows; undefined where it does not. */
  async #differs(rows: readonly Row[]): Promise<string | undefined> {
    const { model, table } = this.#stage;
    const columns = this.#columns();
    const shown = model.shown ?? ((all: readonly Row[]) => all);
    const found = await this.#found();
    try {
      model.judge?.(found);
      sameRows(shown(found), withAll(shown(rows), columns), columns, table);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  async #found(): Promise<readonly Row[]> {
    const { sink, table } = this.#stage;
    const name = table;
    try {
      return (await sink.rows({ name, columns: this.#columns() })) ?? [];
    } catch (error) {
      // The column that came last is not there before the first load that brings it.
      if (!this.#shop.hasNote) throw error;
      const rows = await sink.rows({ name, columns: this.#columns().filter((c) => c.name !== NOTE.name) });
      return (rows ?? []).map((row) => ({ ...row, [NOTE.name]: null }));
    }
  }

  #columns(): readonly Column[] {
    return [...this.#shop.columns, ...(this.#stage.model.adds ?? [])];
  }
}

const withAll = (rows: readonly Row[], columns: readonly Column[]): readonly Row[] =>
  rows.map((row) => Object.fromEntries(columns.map(({ name }) => [name, row[name] ?? null])));
