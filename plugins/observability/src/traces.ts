import { SpanStatusCode, trace, ROOT_CONTEXT, type Attributes, type Span, type Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchSpanProcessor, TracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace';
import type { ObservedEvent, Observer } from '@dpone/sdk';
import { inTime, PATIENCE_MS } from './deadline.js';
import { loadAttributes, type LoadResult } from './load-result.js';
import { resourceOf } from './resource.js';

/** The phase that begins with a step of the load protocol. */
const PHASES: Readonly<Record<string, string>> = {
  'load.locked': 'prepare',
  'package.started': 'stage',
  'stage.written': 'check',
  'stage.checked': 'finalize',
  'finalize.committed': 'settle',
};

interface Load {
  readonly span: Span;
  phase: Span;
}

/** A trace a load: one span for the whole, one for each of its phases, its steps as events. */
export function traces(service: string, endpoint: string | undefined): Observer {
  const exporter = new OTLPTraceExporter({
    ...(endpoint === undefined ? {} : { url: `${endpoint.replace(/\/$/, '')}/v1/traces` }),
    timeoutMillis: PATIENCE_MS,
  });
  const failures = new Set<string>();
  const watched: SpanExporter = {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.code !== 0) failures.add('observability: traces were not taken by the collector');
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush(),
  };
  const provider = new TracerProvider({
    resource: resourceOf(service),
    spanProcessors: [new BatchSpanProcessor({ exporter: watched })],
  });
  const tracer = provider.getTracer('dpone');
  const loads = new Map<string, Load>();
  return {
    event: (event) => hear(event, tracer, loads),
    async close() {
      for (const { span, phase } of loads.values()) for (const open of [phase, span]) open.end();
      if (!(await inTime(provider.forceFlush()))) failures.add('observability: traces were not taken in time');
      void provider.shutdown().catch(() => undefined);
      return [...failures];
    },
  };
}

function hear(event: ObservedEvent, tracer: Tracer, loads: Map<string, Load>): void {
  const { process } = event;
  if (event.type === 'process.started') {
    const attributes: Attributes = {
      'dpone.process': process,
      'dpone.run_id': event.run_id ?? '',
      'dpone.load_id': event.load_id ?? '',
    };
    end(loads, process);
    const span = tracer.startSpan(`load ${process}`, { attributes }, ROOT_CONTEXT);
    loads.set(process, { span, phase: begin(tracer, span, 'plan') });
    return;
  }
  const load = loads.get(process);
  if (load === undefined) return;
  const { span } = load;
  if (event.type === 'step' && event.step !== undefined) {
    span.addEvent(event.step);
    const phase = PHASES[event.step];
    if (phase === undefined) return;
    load.phase.end();
    load.phase = begin(tracer, span, phase);
  } else if (event.type === 'retry') {
    span.setStatus({ code: SpanStatusCode.ERROR });
    end(loads, process);
  } else if (event.type === 'process.finished') {
    const result = (event.result ?? {}) as LoadResult;
    span.setAttributes(loadAttributes(result));
    // The code alone: a message may quote a value.
    const code = result.result?.errors?.[0]?.code;
    span.setStatus(
      result.passed === true
        ? { code: SpanStatusCode.OK }
        : { code: SpanStatusCode.ERROR, ...(code === undefined ? {} : { message: code }) },
    );
    end(loads, process);
  }
}

const begin = (tracer: Tracer, parent: Span, name: string): Span =>
  tracer.startSpan(name, {}, trace.setSpan(ROOT_CONTEXT, parent));

function end(loads: Map<string, Load>, process: string): void {
  const load = loads.get(process);
  load?.phase.end();
  load?.span.end();
  loads.delete(process);
}
