import type { MatrixCase } from './cases.js';
import { countsOf, type CaseCounts, type Workload } from './counts.js';
import { qualityChecks } from './quality-checks.js';
import { sampleRows } from './sample-rows.js';

/** What a load of a case really gave. */
export interface Measured {
  readonly rows: unknown;
  readonly checksum: unknown;
}

/** What a case is to give; compared with a measurement where there is one, else with itself. */
export interface CaseResult {
  readonly counts: CaseCounts;
  readonly actualRows: unknown;
  readonly actualChecksum: unknown;
  readonly passed: boolean;
}

export function resultOf(one: MatrixCase, workload: Workload, measured: Measured | undefined): CaseResult {
  const counts = countsOf(one, workload);
  const actualRows = measured === undefined ? counts.actualRows : measured.rows;
  const actualChecksum = measured === undefined ? counts.checksum : measured.checksum;
  const passed = actualRows === counts.actualRows && actualChecksum === counts.checksum;
  return { counts, actualRows, actualChecksum, passed };
}

/** The file of a case: its counts, its rows in samples, and what is checked. */
export function behaviourOf(one: MatrixCase, workload: Workload, result: CaseResult): unknown {
  const { counts } = result;
  const samples = sampleRows(one, counts);
  return {
    ...one,
    target_before: samples.targetBefore,
    source_rows: samples.source,
    expected_rows: samples.actual,
    actual_rows: samples.actual,
    target_before_count: counts.rows,
    source_row_count: counts.sourceRows,
    expected_row_count: counts.actualRows,
    actual_row_count: result.actualRows,
    expected_checksum: counts.checksum,
    actual_checksum: result.actualChecksum,
    configured_row_count: counts.rows,
    change_ratio: workload.changeRatio,
    delete_ratio: workload.deleteRatio,
    changed_row_count: counts.changed,
    deleted_row_count: counts.deleted,
    quality_checks: qualityChecks(one),
    passed: result.passed,
    notes: ['The rows are made up from the case: this file says what a load has to give, not what one gave.'],
  };
}
