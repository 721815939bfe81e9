// ImageMagick 6 as a maker of files that Pillow does not write, and as a second judge of them.
import { spawnSync } from 'node:child_process';
import { tool } from '../../support/oracle.mjs';

// Where there are two, the one of the distribution.
const COMMANDS = ['/usr/bin/convert', 'convert-im6.q16', 'convert-im6', 'convert'];

let command;

function find() {
  const found = COMMANDS.find((name) => {
    const { stdout } = spawnSync(name, ['-version'], { encoding: 'latin1' });
    return stdout?.includes('ImageMagick 6');
  });
  if (found === undefined) throw new Error('Expected ImageMagick 6 (package imagemagick).');
  return found;
}

/** What ImageMagick makes of a file: formats as it names them ('bmp3:-'), options in between. */
export function imageMagick(from, options, to, input) {
  command ??= find();
  return tool(command, [from, ...options, to], input);
}

const MOST_FILES = 250;

/**
 * The samples of many files, given as paths with the sizes they have: RGBA of 16 bits each, lowest
 * byte first, as bytes.
 */
export function imageMagickSamples(paths, sizes) {
  const images = [];
  for (let from = 0; from < paths.length; from += MOST_FILES) {
    const some = paths.slice(from, from + MOST_FILES);
    const options = ['-depth', '16', '-endian', 'LSB'];
    const all = imageMagick(some[0], [...some.slice(1), ...options], 'rgba:-');
    let at = 0;
    for (const { width, height } of sizes.slice(from, from + MOST_FILES)) {
      const end = at + width * height * 8;
      images.push({ data: all.subarray(at, end), width, height });
      at = end;
    }
    if (at !== all.length) throw new Error(`Expected ${at} bytes of samples, not ${all.length}.`);
  }
  return images;
}
