import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** What `/metrics` shows. Each hub has a registry of its own, so that several can live in one process. */
export class Metrics {
  readonly registry = new Registry()
  readonly requests = new Histogram({
    name: 'tockwork_http_request_seconds',
    help: 'Time from request to answer, by operation and status',
    labelNames: ['operation', 'status'] as const,
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [this.registry],
  })
  readonly jobs = new Gauge({
    name: 'tockwork_jobs',
    help: 'Jobs by name and state: waiting, due, running, failed',
    labelNames: ['job', 'state'] as const,
    registers: [this.registry],
  })
  readonly connections = new Gauge({
    name: 'tockwork_database_connections',
    help: 'Database connections of this process: total, idle, waiting',
    labelNames: ['state'] as const,
    registers: [this.registry],
  })
  readonly #sources: (() => Promise<void> | void)[] = []

  constructor(options: { process?: boolean } = {}) {
    if (options.process !== false) collectDefaultMetrics({ register: this.registry })
  }

  /** Called before each scrape, to bring gauges up to date. */
  onScrape(source: () => Promise<void> | void): void {
    this.#sources.push(source)
  }

  /** A counter of this hub's, for events of the domain: `tockwork_` is put before its name. */
  counter<L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> {
    return new Counter({
      name: `tockwork_${name}`,
      help,
      labelNames: [...labelNames],
      registers: [this.registry],
    })
  }

  /** A gauge of this hub's; `tockwork_` is put before its name. */
  gauge<L extends string>(name: string, help: string, labelNames: readonly L[]): Gauge<L> {
    return new Gauge({
      name: `tockwork_${name}`,
      help,
      labelNames: [...labelNames],
      registers: [this.registry],
    })
  }

  /** The exposition text; a source that fails leaves its gauges as they were. */
  async text(): Promise<{ type: string; body: string }> {
    await Promise.allSettled(this.#sources.map((source) => source()))
    return { type: this.registry.contentType, body: await this.registry.metrics() }
  }
}
