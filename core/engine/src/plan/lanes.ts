import {
  canHold,
  fail,
  LANES,
  laneNeedsSameType,
  laneRefuses,
  typeName,
  typeWithoutArguments,
  type Column,
  type DponeError,
  type Lane,
  type LaneId,
  type LaneOffer,
} from '@dpone/sdk';

/** How data gets from the source into staging. Plain JSON. */
export interface Route {
  /** What the source gives. */
  readonly from: Lane;
  /** What the sink gets. */
  readonly into: Lane;
  /** True where a codec turns one into the other; false where they are the same, or differ by a spool file alone. */
  readonly codec: boolean;
}

export interface RefusedLane {
  readonly lane: string;
  readonly reason: string;
}

export interface LaneInput {
  readonly offers: readonly LaneOffer[];
  readonly accepts: readonly LaneOffer[];
  /** The columns as the source has them, and as staging takes them, in the same order. */
  readonly source: readonly Column[];
  readonly staged: readonly Column[];
  /** What the installed codecs turn into what. */
  readonly codecs: readonly { readonly reads: readonly LaneId[]; readonly writes: readonly LaneId[] }[];
  /** `engine.lanes`; all where absent. */
  readonly allowed?: readonly string[] | undefined;
  /** True where rows that cannot be read are set aside. */
  readonly setsAside: boolean;
}

export interface LanePlan {
  readonly route: Route;
  /** Cheaper ways, each with why it was not taken; the cheapest first. */
  readonly refused: readonly RefusedLane[];
}

/** What a spool file, and a codec's pass, add to a way's cost: dearer than a direct pull, cheaper than rows in JavaScript. */
const SPOOL_COST = 3;
const CODEC_COST = 5;

interface Way extends Route {
  readonly cost: number;
}

/** The cheapest way in which every column survives, and why each cheaper one was refused. DPONE_NO_LANE where there is none. */
export function planLanes(input: LaneInput): LanePlan {
  const refused: (RefusedLane & { readonly cost: number })[] = [];
  const ways: Way[] = [];
  for (const offer of input.offers) {
    const reachable = input.accepts.flatMap((accept) => wayBetween(offer, accept, input) ?? []);
    if (reachable.length === 0)
      refused.push({
        lane: laneName(offer),
        reason: `the sink takes no ${laneName(offer)} and no codec leads to a lane it takes`,
        cost: offer.cost,
      });
    ways.push(...reachable);
  }
  ways.sort((a, b) => a.cost - b.cost || LANES.indexOf(a.from.id) - LANES.indexOf(b.from.id));
  for (const way of ways) {
    const reason = refusal(way, input);
    if (reason !== undefined) {
      refused.push({ lane: routeName(way), reason, cost: way.cost });
      continue;
    }
    const { from, into, codec } = way;
    return { route: { from, into, codec }, refused: byCost(refused.filter((r) => r.cost <= way.cost)) };
  }
  throw noLane(input, byCost(refused));
}

function wayBetween(offer: LaneOffer, accept: LaneOffer, input: LaneInput): Way | undefined {
  const from = laneOf(offer);
  const into = laneOf(accept);
  const cost = offer.cost + accept.cost;
  // What only the sink's server reads, nobody here can turn into something else.
  if (offer.remote !== accept.remote) return undefined;
  if (offer.remote === true && !isLane(from)(accept)) return undefined;
  if (offer.id === accept.id) {
    if (offer.transport === accept.transport) return { from, into, codec: false, cost };
    const spools = accept.transport === 'pull' && (offer.transport === 'push' || offer.transport === 'stream');
    return spools ? { from, into, codec: false, cost: cost + SPOOL_COST } : undefined;
  }
  const files = offer.transport !== 'rows' && accept.transport === 'pull';
  const codec = files && input.codecs.some((c) => c.reads.includes(offer.id) && c.writes.includes(accept.id));
  const spool = offer.transport === 'pull' ? 0 : SPOOL_COST;
  return codec ? { from, into, codec: true, cost: cost + CODEC_COST + spool } : undefined;
}

function refusal(way: Way, input: LaneInput): string | undefined {
  const lanes = [...new Set([way.from.id, way.into.id])];
  const unwanted = lanes.filter((id) => input.allowed !== undefined && !input.allowed.includes(id));
  if (unwanted.length > 0) return `engine.lanes does not name ${unwanted.join(', ')}`;
  if (way.codec && input.setsAside) return 'a codec cannot hand rows that it could not read to the quarantine';
  const offer = input.offers.find(isLane(way.from))!;
  const accept = input.accepts.find(isLane(way.into))!;
  const reasons = input.source.flatMap((column, i) => {
    const staged = input.staged[i] ?? column;
    const reason =
      offer.refuses?.(column) ??
      laneRefuses(way.from.id, column.type) ??
      laneRefuses(way.into.id, staged.type) ??
      (way.from.id === 'rows' ? readAsGuess(column, staged) : undefined) ??
      (laneNeedsSameType(way.from.id) ? otherType(column, staged) : undefined) ??
      accept.refuses?.(staged);
    return reason === undefined ? [] : [`${column.name}: ${reason}`];
  });
  return reasons.length === 0 ? undefined : reasons.join('; ');
}

const laneOf = ({ id, transport, remote }: Lane): Lane => ({
  id,
  transport,
  ...(remote === undefined ? {} : { remote }),
});

const isLane =
  (one: Lane) =>
  (other: Lane): boolean =>
    one.id === other.id && one.transport === other.transport && one.remote === other.remote;

/** Rows hold a text's value as it was guessed to be; where staging takes another reading of the text, the text is gone. */
function readAsGuess(column: Column, staged: Column): string | undefined {
  if (column.inferred !== true || canHold(staged.type, column.type)) return undefined;
  return `its text was read as ${typeName(column.type)} and cannot become ${typeName(staged.type)} any more`;
}

/** An encoding of a system's own is read back as the type that it was written from. */
function otherType(column: Column, staged: Column): string | undefined {
  const [from, into] = [column.native, staged.native];
  if (from === undefined || into === undefined || from.system !== into.system)
    return `it is ${from?.type ?? typeName(column.type)} at the source and ${into?.type ?? typeName(staged.type)} in the target`;
  return typeWithoutArguments(from.type) === typeWithoutArguments(into.type)
    ? undefined
    : `it is ${from.type} at the source and ${into.type} in the target`;
}

function noLane(input: LaneInput, refused: readonly RefusedLane[]): DponeError {
  const tried = refused.map((r) => `${r.lane} (${r.reason})`).join('; ');
  const what = `no lane carries every column without loss: ${tried || 'the source offers none'}`;
  if (input.allowed === undefined) return fail('DPONE_NO_LANE', what);
  const remedy = 'Allow one more lane in engine.lanes, or remove the option.';
  return fail('DPONE_NO_LANE', what, { where: 'engine.lanes', remedy });
}

const byCost = (refused: readonly (RefusedLane & { readonly cost: number })[]): RefusedLane[] =>
  refused.toSorted((a, b) => a.cost - b.cost).map(({ lane, reason }) => ({ lane, reason }));

/** `parquet (pull)`, `rows`. */
export const laneName = (lane: Lane): string =>
  lane.id === 'rows' ? 'rows' : `${lane.id} (${lane.remote === true ? 'remote ' : ''}${lane.transport})`;

/** `csv (pull)`, `parquet (push) -> parquet (pull)`. */
export const routeName = (route: Route): string =>
  route.from.id === route.into.id && route.from.transport === route.into.transport
    ? laneName(route.from)
    : `${laneName(route.from)} -> ${laneName(route.into)}`;
