import type { ExactJson } from '@dpone/sdk';
import type { OdcsQualityRule as QualityRule } from '@dpone/sdk/odcs';
import { jsonText } from '../compare/canonical-text.js';
import { compareMeasurements, measurementOf, type Measurement } from '../measurement.js';

/** Holds the result of a quality rule against its comparison; numbers exactly. */
export function compareResult(result: Measurement | string, rule: QualityRule): boolean {
  const number = measurementOf(result);
  const order = (bound: ExactJson | undefined): number => {
    const other = measurementOf(bound);
    return number === undefined || other === undefined ? NaN : compareMeasurements(number, other);
  };
  const equal = (bound: ExactJson): boolean => order(bound) === 0 || jsonText(result) === jsonText(bound);
  const between = ([least, most]: readonly [unknown, unknown]): boolean =>
    order(least as ExactJson) >= 0 && order(most as ExactJson) <= 0;
  if (rule.mustBe !== undefined) return equal(rule.mustBe);
  if (rule.mustNotBe !== undefined) return !equal(rule.mustNotBe);
  if (rule.mustBeGreaterThan !== undefined) return order(rule.mustBeGreaterThan) > 0;
  if (rule.mustBeGreaterOrEqualTo !== undefined) return order(rule.mustBeGreaterOrEqualTo) >= 0;
  if (rule.mustBeLessThan !== undefined) return order(rule.mustBeLessThan) < 0;
  if (rule.mustBeLessOrEqualTo !== undefined) return order(rule.mustBeLessOrEqualTo) <= 0;
  if (rule.mustBeBetween !== undefined) return between(rule.mustBeBetween);
  return rule.mustNotBeBetween !== undefined && !between(rule.mustNotBeBetween);
}
