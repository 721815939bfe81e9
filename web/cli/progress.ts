// The output on standard error during a command: errors and, on a terminal, a progress bar.

import progress from 'cli-progress';

export interface Progress {
  /** Counts one more input as done. */
  step(): void;
  /** Prints a line above the bar. */
  print(line: string): void;
  stop(): void;
}

/** Prints lines without a bar. */
export function noProgress(): Progress {
  return {
    step: () => {},
    print: (line) => process.stderr.write(`${line}\n`),
    stop: () => {},
  };
}

/** Shows a bar, the images per second and the remaining time. */
export function showProgress(total: number): Progress {
  const format = '{bar} {value} of {total}, {rate} a second, {eta_formatted} left';
  const options = {
    format,
    barsize: 30,
    etaBuffer: 100,
    hideCursor: true,
    clearOnComplete: true,
    forceRedraw: true, // also after a printed line
    linewrap: true, // printed lines may be long
    gracefulExit: false, // main.ts stops the bar when the process exits
  };
  const bars = new progress.MultiBar(
    { ...options, stream: process.stderr },
    progress.Presets.shades_classic,
  );
  const bar = bars.create(total, 0, { rate: '-' });
  const started = performance.now();
  let done = 0;
  return {
    step: () => {
      done += 1;
      const seconds = (performance.now() - started) / 1000;
      bar.update(done, { rate: (done / seconds).toFixed(1) });
    },
    print: (line) => {
      bars.log(`${line}\n`);
      bars.update();
    },
    stop: () => {
      if (bars.isActive) {
        bars.stop();
      }
    },
  };
}
