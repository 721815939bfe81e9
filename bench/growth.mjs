// How the cost of a crop grows: `node bench/growth.mjs [--rounds N] [--write]`, after a build. The times of
// all crops are taken in turns, as in bench.mjs.
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { probe, toDataURL } from '../dist/index.js';
import { markdown, writeTables } from '../scripts/documents.mjs';
import { Failure, main } from '../scripts/setup/run.mjs';
import { makeLargePictures, readPicture } from './pictures.mjs';
import { machine, median, page, plain, save } from './report.mjs';

const warmUpRounds = 1;
const formats = { jpeg: { quality: 85 }, png: { compressionLevel: 6 } };
const extension = { jpeg: 'jpg', png: 'png' };

// In the middle of a picture, or with the centre that far down.
function box({ width: full, height: whole }, width, height, down = 0.5) {
  const top = Math.round((whole - height) * down);
  return { left: Math.round((full - width) / 2), top, width, height };
}

// A table each: its lines are crops of `picture`, where that is one, or else of the named ones.
const tables = {
  'Region, in the middle of 12 megapixels': {
    picture: '12mp',
    lines: [
      ...[100, 200, 400, 800, 1600].map((side) => [
        `${side} x ${side}`,
        (size) => box(size, side, side),
      ]),
      ['3000 x 3000', (size) => box(size, 3000, 3000)],
    ],
  },
  'Position of 800 x 600 in 12 megapixels': {
    picture: '12mp',
    lines: [
      ['top', (size) => box(size, 800, 600, 0)],
      ['middle', (size) => box(size, 800, 600)],
      ['bottom', (size) => box(size, 800, 600, 1)],
    ],
  },
  'Megapixels of the image, 800 x 600 from its middle': {
    lines: [1, 3, 12, 25, 50, 100].map((megapixels) => [
      String(megapixels),
      (size) => box(size, 800, 600),
      `${megapixels}mp`,
    ]),
  },
};

function readRounds(args) {
  const options = {
    rounds: { type: 'string', default: '5' },
    write: { type: 'boolean', default: false },
  };
  try {
    const { rounds, write } = parseArgs({ args, options }).values;
    if (!/^[1-9]\d*$/.test(rounds)) throw new Error(`Expected a number of rounds, not '${rounds}'`);
    return { rounds: Number(rounds), write };
  } catch (error) {
    throw new Failure(`${error.message}. Usage: npm run bench -- growth [--rounds N] [--write]`);
  }
}

const contenders = {
  crop64: (bytes, crop, format) => toDataURL(bytes, { crop, format, ...formats[format] }),
  sharp: async (bytes, crop, format) => {
    const file = await sharp(bytes).extract(crop).toFormat(format, formats[format]).toBuffer();
    return `data:image/${format};base64,${file.toString('base64')}`;
  },
};

async function prepare() {
  const cells = [];
  for (const [table, { picture, lines }] of Object.entries(tables)) {
    for (const [line, boxOf, own = picture] of lines) {
      for (const format of Object.keys(formats)) {
        const { bytes } = readPicture(`${own}.${extension[format]}`);
        const crop = boxOf(await probe(bytes));
        for (const contender of Object.keys(contenders)) {
          cells.push({ table, line, format, contender, bytes, crop, times: [] });
        }
      }
    }
  }
  return cells;
}

async function measure(cells, rounds) {
  for (let round = -warmUpRounds; round < rounds; round += 1) {
    for (const { contender, bytes, crop, format, times } of cells) {
      const started = performance.now();
      await contenders[contender](bytes, crop, format);
      if (round >= 0) times.push(performance.now() - started);
    }
  }
}

function shape(cells) {
  const columns = Object.keys(formats).flatMap((format) =>
    Object.keys(contenders).map((contender) => ({ format, contender })),
  );
  const head = columns.map(({ format, contender }) => `${contender}, ${format.toUpperCase()}`);
  return Object.entries(tables).map(([table, { lines }]) => ({
    head: [table, ...head],
    rows: lines.map(([line]) => [
      line,
      ...columns.map(({ format, contender }) => {
        const isIt = (cell) =>
          cell.table === table &&
          cell.line === line &&
          cell.format === format &&
          cell.contender === contender;
        return median(cells.find(isIt).times).toFixed(1);
      }),
    ]),
  }));
}

async function growth(args) {
  const { rounds, write } = readRounds(args);
  sharp.concurrency(1);
  sharp.cache(false);
  await makeLargePictures();
  const cells = await prepare();
  await measure(cells, rounds);
  const shaped = shape(cells);
  for (const { head, rows } of shaped) console.log(`\n${plain(head, rows)}`);
  const results = cells.map(({ bytes, ...cell }) => ({ ...cell, pictureBytes: bytes.length }));
  const summary = { date: new Date().toISOString(), machine: machine(), rounds, results };
  console.log(`\nAll times are in ${save('growth', summary)}.`);
  if (write) {
    const content = shaped.map(({ head, rows }) => markdown(head, rows)).join('\n\n');
    writeTables(page, { growth: content });
  }
}

await main(import.meta, growth);
