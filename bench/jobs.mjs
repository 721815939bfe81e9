// The jobs and their bounds. `do` says which of a contender's works it is: "crop" (and resize), from a
// file in memory to a data URL, unless said otherwise. `options` are crop64's own, which each contender
// puts in its own words. `bounds` say how many times another contender's time crop64 may take, in the
// same place (Node or Chromium), and `sizeBounds` how many times its file's size. `turns` is how often
// each contender does it in a round: more than once where times spread more than those of the others.
const middle = { left: 1616, top: 1212, width: 800, height: 600 };
const part = { left: 340, top: 160, width: 684, height: 490 };
const jpeg = { format: 'jpeg', quality: 85 };
const png = { format: 'png', compressionLevel: 6 };

// Four rows of five, spread over the picture; the last lies lowest.
const spread = Array.from({ length: 20 }, (_, i) => ({
  crop: { left: 100 + 760 * (i % 5), top: 100 + 760 * Math.floor(i / 5), width: 400, height: 300 },
  ...jpeg,
}));

export const jobs = {
  jpeg: {
    title: 'JPEG 4032 x 3024 -> 800 x 600 from the middle -> JPEG 85',
    picture: '12mp.jpg',
    options: { crop: middle, ...jpeg },
    bounds: { Chromium: 0.3, sharp: 0.7, 'wasm-vips': 0.35, 'native C': 1.25 },
  },
  'first-call': {
    title: 'The same, as the first call in a fresh page: module fetched, compiled and started',
    do: 'firstCrop',
    picture: '12mp.jpg',
    options: { crop: middle, ...jpeg },
    turns: 3,
    bounds: { Chromium: 0.6 },
  },
  png: {
    title: 'PNG photograph 1080 x 1920 -> 684 x 490 -> PNG 6',
    picture: '1080x1920.png',
    options: { crop: part, ...png },
    bounds: { Chromium: 0.25, sharp: 0.5, 'wasm-vips': 0.35 },
    sizeBounds: { 'native C': 1.03 },
  },
  screenshot: {
    title: 'PNG screenshot 1080 x 1920 -> 684 x 490 -> PNG 6',
    picture: 'screenshot.png',
    options: { crop: part, ...png },
    bounds: { Chromium: 0.4, sharp: 0.6 },
    sizeBounds: { 'native C': 1.03 },
  },
  'png-12mp': {
    title: 'PNG photograph 4032 x 3024 -> 800 x 600 from the middle -> PNG 6',
    picture: '12mp.png',
    options: { crop: middle, ...png },
    bounds: { Chromium: 0.38, sharp: 0.75, 'wasm-vips': 0.55 },
    sizeBounds: { 'native C': 1.03 },
  },
  'twenty-crops': {
    title: 'JPEG 4032 x 3024 -> twenty times 400 x 300 (encodeAll) -> JPEG 85',
    do: 'crops',
    picture: '12mp.jpg',
    options: spread.at(-1),
    all: spread,
    bounds: { 'crop64, lowest only': 3 },
  },
  decode: {
    title: 'JPEG 4032 x 3024 -> samples',
    do: 'decode',
    picture: '12mp.jpg',
    options: jpeg,
    bounds: { 'crop64, without SIMD': 0.6 },
  },
  encode: {
    title: 'RGB samples 4032 x 3024 -> JPEG 85',
    do: 'encode',
    picture: '12mp.jpg',
    options: jpeg,
    bounds: { 'crop64, without SIMD': 0.4 },
  },
  lossless: {
    title: 'JPEG 4032 x 3024 -> 800 x 600 without decoding (lossless) -> data URL',
    do: 'lossless',
    picture: '12mp.jpg',
    options: { crop: { ...middle, top: 1216 }, format: 'jpeg', lossless: true },
    bounds: { 'native C': 1.3 },
  },
  thumbnail: {
    title: 'JPEG 3640 x 2400 -> 800 pixels wide -> JPEG 85',
    picture: '9mp.jpg',
    options: { resize: { width: 800 }, ...jpeg },
    bounds: { Pillow: 1.0, sharp: 1.25, 'wasm-vips': 0.6 },
  },
  upload: {
    title: 'JPEG 4032 x 3024 -> 1600 x 1200 -> JPEG 85',
    picture: '12mp.jpg',
    options: { resize: { width: 1600, height: 1200 }, ...jpeg },
    bounds: { Chromium: 0.65, sharp: 0.7 },
  },
  'first-upload': {
    title: 'The same, as the first call in a fresh page',
    do: 'firstCrop',
    picture: '12mp.jpg',
    options: { resize: { width: 1600, height: 1200 }, ...jpeg },
    turns: 3,
    bounds: { Chromium: 0.8 },
  },
  preview: {
    title: 'JPEG 4032 x 3024 -> 320 x 240 -> JPEG 85',
    picture: '12mp.jpg',
    options: { resize: { width: 320, height: 240 }, ...jpeg },
    bounds: { Chromium: 0.8, sharp: 0.9 },
  },
  'png-resize': {
    title: 'PNG photograph 4032 x 3024 -> 800 x 600 -> PNG 6',
    picture: '12mp.png',
    options: { resize: { width: 800, height: 600 }, ...png },
    bounds: { Chromium: 0.7 },
  },
  base64: {
    title: 'A file of 1 MB -> base64 text, unchanged',
    do: 'base64',
    picture: '1mb.jpg',
    options: {}, // no option: the file is copied, with all of its metadata
    turns: 3,
    times: 200, // in a row, for one measurement: as long as the other jobs, for what was left by one of
    // them to be collected takes longer than one call
    bounds: { Node: 1.3, Chromium: 1.3 },
  },
};
