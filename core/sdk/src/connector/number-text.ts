/** Smallest and largest value of each integer type. */
export const INTEGER_RANGES: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int8: [-(2n ** 7n), 2n ** 7n - 1n],
  int16: [-(2n ** 15n), 2n ** 15n - 1n],
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint8: [0n, 2n ** 8n - 1n],
  uint16: [0n, 2n ** 16n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
};

type Refuse = (value: unknown) => never;

/** Makes the text of an integer of the rows lane, a number or a bigint; what is none of that range is refused. */
export function integerText([low, high]: readonly [bigint, bigint], refuse: Refuse): (value: unknown) => string {
  const small = high <= BigInt(Number.MAX_SAFE_INTEGER);
  const [min, max] = [Number(low), Number(high)];
  return (value) => {
    if (small && typeof value === 'number')
      return Number.isInteger(value) && value >= min && value <= max ? String(value) : refuse(value);
    if (typeof value === 'bigint') return value >= low && value <= high ? String(value) : refuse(value);
    return typeof value === 'number' && Number.isSafeInteger(value) && BigInt(value) >= low
      ? String(value)
      : refuse(value);
  };
}

/** Makes the text of a decimal of the rows lane, which is one; what has more digits than the type is refused. */
export function decimalText(precision: number, scale: number, refuse: Refuse): (value: unknown) => string {
  return (value) => {
    const found = typeof value === 'string' ? /^-?0*(\d*)(?:\.(\d*))?$/.exec(value) : null;
    if (found === null || !/\d/.test(value as string)) return refuse(value);
    const fraction = (found[2] ?? '').replace(/0+$/, '');
    return found[1]!.length <= precision - scale && fraction.length <= scale ? (value as string) : refuse(value);
  };
}
