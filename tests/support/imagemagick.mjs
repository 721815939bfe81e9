// ImageMagick 6 as a maker of files that Pillow does not write, and as a second judge of them.
import { spawnSync } from 'node:child_process';
import { tool } from './oracle.mjs';

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
