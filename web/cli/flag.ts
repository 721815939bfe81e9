// What an option of the command line is.

/** One option of the command line. */
export interface Flag {
  /** What its value looks like. Absent if it takes none. */
  readonly value?: string;
  readonly short?: string;
  readonly help: string;
}

/** An option of the interface. */
export interface ImageFlag extends Flag {
  /** Its path in the interface's options: `'resize.fit'`. */
  readonly to: string;
  /** Reads its text. What it does not understand it passes on, for the interface to refuse. */
  read(text: string): unknown;
}
