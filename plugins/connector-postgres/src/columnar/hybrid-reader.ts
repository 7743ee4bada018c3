/**
 * Reads the hybrid of runs and packed bits that levels and dictionary indexes are kept in
 * (https://github.com/apache/parquet-format/blob/master/Encodings.md#run-length-encoding--bit-packing-hybrid-rle--3).
 * At most 24 bits a value. `view` must reach three bytes behind the last one.
 */
export class HybridReader {
  private left = 0;
  /** The value of a run; -1 within packed bits. */
  private value = 0;
  private bit = 0;
  private readonly mask: number;

  constructor(
    private readonly view: DataView,
    private at: number,
    private readonly width: number,
  ) {
    this.mask = 2 ** width - 1;
  }

  /** Whether the next `count` values are all `value`; they are then read. */
  skipRun(count: number, value: number): boolean {
    if (this.left === 0) this.begin();
    if (this.value !== value || this.left < count) return false;
    this.left -= count;
    return true;
  }

  read(into: Int32Array, count: number): void {
    for (let i = 0; i < count;) {
      if (this.left === 0) this.begin();
      const end = Math.min(count, i + this.left);
      this.left -= end - i;
      if (this.value >= 0) {
        into.fill(this.value, i, end);
        i = end;
      } else {
        const { view, at, width, mask } = this;
        let { bit } = this;
        for (; i < end; i++, bit += width) into[i] = (view.getUint32(at + (bit >>> 3), true) >>> (bit & 7)) & mask;
        this.bit = bit;
        if (this.left === 0) this.at = at + Math.ceil(bit / 8);
      }
    }
  }

  private begin(): void {
    let head = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.view.getUint8(this.at++);
      head |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    if ((head & 1) === 1) {
      this.left = (head >>> 1) * 8;
      this.value = -1;
      this.bit = 0;
    } else {
      this.left = head >>> 1;
      this.value = 0;
      for (let shift = 0; shift < this.width; shift += 8) this.value |= this.view.getUint8(this.at++) << shift;
    }
  }
}
