// The options of the command line.

/** One option of the command line. */
export interface Flag {
  /** The placeholder for its value in --help. Absent if it takes no value. */
  readonly value?: string;
  readonly short?: string;
  readonly help: string;
}

/** An option of the command line that sets an option of the library. */
export interface ImageFlag extends Flag {
  /** The path of the library's option, such as `'resize.fit'`. */
  readonly to: string;
  /** Parses the value. Text that it cannot parse is returned as it is, and the library rejects it. */
  read(text: string): unknown;
}
