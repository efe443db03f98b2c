/** Where a command writes, and where its compute threads start. */
export interface Console {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** stderr is a terminal: progress may be drawn over. */
  readonly errIsTerminal: boolean;
  /** The built `compute.thread.js`. */
  readonly threadEntry: URL;
}
