export { plan, run, type ApiOptions } from './api.js';
export type { PlanResult, ProcessResult, RunEvent, RunResult } from '@dpone/engine';
