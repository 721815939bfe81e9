// Standard error during the work: errors and, on a terminal, a progress bar.

import progress from 'cli-progress';

export interface Progress {
  /** Counts one more input as done. */
  step(): void;
  /** Prints a line. A bar stays below it. */
  print(line: string): void;
  stop(): void;
}

/** Prints lines and shows no progress. */
export function noProgress(): Progress {
  return {
    step: () => {},
    print: (line) => process.stderr.write(`${line}\n`),
    stop: () => {},
  };
}

/** Shows a bar, the images done in a second and the time left. */
export function showProgress(total: number): Progress {
  const format = '{bar} {value} of {total}, {rate} a second, {eta_formatted} left';
  const options = {
    format,
    barsize: 30,
    etaBuffer: 100,
    hideCursor: true,
    clearOnComplete: true,
    forceRedraw: true, // below a printed line, too
    linewrap: true, // such a line may be long
    gracefulExit: false, // a signal ends the program, which stops the bar
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
