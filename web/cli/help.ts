// The text of --help.

import type { Flag } from './flag.js';
import { IMAGE_FLAGS, OWN_FLAGS } from './options.js';

const USAGE = `crop64 crops, resizes, rotates and converts JPEG, PNG and BMP images.

Usage: crop64 INPUT... [OPTION...]
       crop64 info INPUT... [--json]    print size, format and more

INPUT is a file, a folder, a pattern in quotes ('photos/**/*.jpg') or - for
standard input; a text file may hold an image as a data URL or base64.

Examples:
  crop64 photo.jpg --crop 340,160,684,490 -o region.jpg
      684 x 490 pixels, 340 from the left and 160 from the top
  crop64 photo.jpg --resize 1600x1600 --fit inside --max-bytes 500k -o web.jpg
      at most 1600 x 1600 pixels and 500 000 bytes, without location and camera
  crop64 photos --resize 50% --format jpeg -o small
      all images in a folder, at half their size, as JPEGs in the folder small
  crop64 photo.jpg --crop 25%,25%,50%,50% --data-url
      the middle as a data URL, for an <img>
  crop64 photo.jpg --box 340,160,1024,650 --lossless -o exact.jpg
      a region of a JPEG, without re-encoding
  curl -s https://example.com/photo.jpg | crop64 - --resize 200x200 > icon.jpg
      from standard input to standard output
`;

const EXIT = `Sizes in bytes may end in k, M, G (1000) or KiB, MiB, GiB (1024).

Exit status: 0 if all inputs succeeded; 1 if some failed (others are written);
2 if the command is invalid (nothing is written); 130 if interrupted.
Inputs are never overwritten, and outputs are never left incomplete.
`;

// The titles of groups of options, by the first option of each group in options.ts.
const IMAGE_GROUPS: Readonly<Record<string, string>> = {
  crop: 'Image:',
  'out-of-bounds': 'More about --crop and --resize:',
  progressive: 'More about JPEG, PNG and raw:',
  damaged: 'Damaged and untrusted files:',
};
const OWN_GROUPS: Readonly<Record<string, string>> = { output: 'Output:' };

const NAMES_WIDTH = 30;
const WIDTH = 80;

/** Returns the text of `--help`. */
export function help(): string {
  const image = groupsOf(IMAGE_FLAGS, IMAGE_GROUPS);
  const [own] = groupsOf(OWN_FLAGS, OWN_GROUPS);
  const [first, ...more] = image;
  return [USAGE, first, own, ...more, EXIT].join('\n');
}

function groupsOf(
  flags: Readonly<Record<string, Flag>>,
  titles: Readonly<Record<string, string>>,
): string[] {
  const groups: string[] = [];
  for (const [name, flag] of Object.entries(flags)) {
    if (titles[name] !== undefined) {
      groups.push(`${titles[name]}\n`);
    }
    groups.push(`${groups.pop()}${describe(name, flag)}`);
  }
  return groups;
}

// The help is printed to the right of the names, or below them if they are long.
function describe(name: string, { value, short, help }: Flag): string {
  const names = `  ${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`;
  const lines: string[] = [''];
  for (const word of help.split(' ')) {
    const last = lines.at(-1) as string;
    if (NAMES_WIDTH + last.length + word.length < WIDTH) {
      lines[lines.length - 1] = `${last}${last && ' '}${word}`;
    } else {
      lines.push(word);
    }
  }
  const isLong = names.length >= NAMES_WIDTH;
  const head = isLong ? `${names}\n${' '.repeat(NAMES_WIDTH)}` : names.padEnd(NAMES_WIDTH);
  return `${head}${lines.join(`\n${' '.repeat(NAMES_WIDTH)}`)}\n`;
}
