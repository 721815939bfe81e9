// What is told on standard error while there is work: errors, and on a terminal a progress bar.

import progress from 'cli-progress';

export interface Progress {
  /** One more is done. */
  step(): void;
  /** Shows a line; a bar stays below it. */
  tell(line: string): void;
  stop(): void;
}

/** With nothing but errors. */
export function noProgress(): Progress {
  return {
    step: () => {},
    tell: (line) => process.stderr.write(`${line}\n`),
    stop: () => {},
  };
}

/** With a bar, how many are done in a second, and how long it will take. */
export function showProgress(total: number): Progress {
  const format = '{bar} {value} of {total}, {rate} a second, {eta_formatted} left';
  const options = {
    format,
    barsize: 30,
    etaBuffer: 100,
    hideCursor: true,
    clearOnComplete: true,
    forceRedraw: true, // below a line that was told, too
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
    tell: (line) => {
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
