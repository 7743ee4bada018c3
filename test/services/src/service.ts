/** One server, as the supervisor of a service drives it: calls never overlap. */
export interface Service {
  /** Starts the server, or starts it again with the same data. Returns facts as plain JSON, such as its port. */
  start(): Promise<unknown>;
  /** Ends the server as its operator would. Does nothing where it does not run. */
  stop(): Promise<void>;
  /** Ends every process of the server by SIGKILL. */
  kill(): Promise<void>;
  /** Ends the server by the quickest way that leaves nothing behind, and removes its files. */
  remove(): Promise<void>;
}

/** What the module of a service exports as `createService`; the options have been through JSON. */
export type CreateService = (options: unknown) => Service;
