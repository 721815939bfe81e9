import { OWN_FLAGS, PICTURE_FLAGS } from './options.js';

const EXAMPLES = `crop64 cuts parts out of pictures (JPEG, PNG, BMP), turns and resizes them.

Usage: crop64 INPUT... [OPTION...]

INPUT is a file, a folder of pictures, a pattern like 'photos/**/*.jpg', or - for standard input.

Examples:
  crop64 photo.jpg --crop 340,160,684,490 --output part.jpg
      684 x 490 pixels, 340 from the left and 160 from the top
  crop64 photo.jpg --crop 25%,25%,50%,50% --data-url
      the middle, as text to put in an <img>
  crop64 photo.jpg --box 340,160,1024,650 --lossless --output part.jpg
      a JPEG's part as it is, without encoding it again
  crop64 photos --resize 800x --format jpeg --max-bytes 200000 --output small
      all pictures of a folder, 800 pixels wide, as JPEGs of at most 200 000 bytes
  crop64 'photos/**/*.png' --format jpeg --quality 85 --output jpegs
      every PNG below a folder, as JPEG
  crop64 photos --metadata none --json --output clean
      without what tells where a photograph was taken; and what is known about each result
  curl -s https://example.com/photo.jpg | crop64 - --resize 200x200 > thumbnail.jpg
      from standard input to standard output
`;

const EXIT = `Exit status: 0 when all went well, 1 when an input failed (the others are done all the same), 2 when
the command is wrong (nothing is done), 130 when interrupted. A file is never left half written.
`;

/** What `--help` prints. */
export function help(): string {
  const list = (
    flags: Readonly<Record<string, { value?: string; short?: string; help: string }>>,
  ) =>
    Object.entries(flags)
      .map(([name, { value, short, help }]) => {
        const names = `${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`;
        return `  ${names}\n      ${help}\n`;
      })
      .join('');
  return `${EXAMPLES}
Pictures (the README says more of each):
${list(PICTURE_FLAGS)}
Outputs:
${list(OWN_FLAGS)}
${EXIT}`;
}
